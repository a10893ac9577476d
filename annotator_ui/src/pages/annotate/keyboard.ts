/** The keys and presses of the whole page, on their way to the desk. */

import type { Desk } from "./desk";

function onKey(desk: Desk, event: KeyboardEvent): void {
  desk.session.touch();
  const target = event.target as Element;
  const isTyping = target.closest("input, textarea, select, [contenteditable]") !== null;
  // Enter or space on a button that was reached by Tab presses that button.
  const isPressing = (event.key === "Enter" || event.key === " ") && target.closest("button, a") !== null;
  if (isTyping || isPressing) return;
  const press = {
    key: event.key,
    isCtrl: event.ctrlKey || event.metaKey,
    isShift: event.shiftKey,
    isAlt: event.altKey,
    isRepeat: event.repeat,
  };
  if (desk.press(press)) event.preventDefault();
}

export function listen(desk: Desk): void {
  const { session } = desk;
  addEventListener("keydown", (event) => onKey(desk, event));
  for (const name of ["pointerdown", "pointermove", "wheel"] as const) {
    addEventListener(name, () => session.touch(), { passive: true });
  }
  addEventListener("online", () => {
    void session.sendNow();
    desk.view?.retry();
  });
}
