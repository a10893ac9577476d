/** The keys and presses of a page where tasks are held, on their way to its desk. */

import type { KeyPress } from "../../core/shortcuts";

interface Desk {
  readonly session: { touch(): void };
  /** Whether the key meant something. */
  press(key: KeyPress): boolean;
  /** The network is back. */
  comeOnline(): void;
}

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

/** Listens for as long as the page lives. */
export function listen(desk: Desk): void {
  addEventListener("keydown", (event) => onKey(desk, event));
  for (const name of ["pointerdown", "pointermove", "wheel"] as const) {
    addEventListener(name, () => desk.session.touch(), { passive: true });
  }
  addEventListener("online", () => desk.comeOnline());
}
