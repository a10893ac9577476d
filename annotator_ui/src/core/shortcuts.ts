/**
 * Every key of the annotate page, in one place: the handler looks keys up here and the `?` sheet is drawn from here.
 *
 * The arrow keys, + and - belong to the camera at all times, so that turning never chooses. Digits mean what the page is
 * asking for at that moment: which is better, which reason, or which rating.
 */

import { texts } from "./texts";

export type Action =
  | "left_better"
  | "equal"
  | "right_better"
  | "none_acceptable"
  | "undo"
  | "submit"
  | "reasons_left"
  | "reasons_right"
  | "reasons_last"
  | "reasons_close"
  | "previous_candidate"
  | "next_candidate"
  | "turn_left"
  | "turn_right"
  | "turn_up"
  | "turn_down"
  | "zoom_in"
  | "zoom_out"
  | "reset_view"
  | "mode"
  | "photo_zoom"
  | "photo_outline"
  | "retry_meshes"
  | "give_back"
  | "help"
  | "close";

/** What the page is asking for. `reasons` lies over any stage while the reasons of one candidate are open. */
export type Context = "comparing" | "rating" | "rejecting" | "reasons" | "idle";

export type Group = "choose" | "reasons" | "view" | "task";

export interface Shortcut {
  readonly action: Action;
  readonly group: Group;
  /** `KeyboardEvent.key`, letters in lower case; `Ctrl+` also stands for Cmd. */
  readonly keys: readonly string[];
  readonly contexts: readonly Context[];
  /** Whether a held key may repeat: turning yes, choosing never. */
  readonly isRepeatable: boolean;
}

const STAGES: readonly Context[] = ["comparing", "rating", "rejecting", "reasons"];
const ALWAYS: readonly Context[] = [...STAGES, "idle"];

function shortcut(
  action: Action,
  group: Group,
  keys: readonly string[],
  contexts: readonly Context[],
  isRepeatable = false,
): Shortcut {
  return { action, group, keys, contexts, isRepeatable };
}

export const SHORTCUTS: readonly Shortcut[] = [
  shortcut("left_better", "choose", ["1", "a"], ["comparing"]),
  shortcut("equal", "choose", ["2", "s"], ["comparing"]),
  shortcut("right_better", "choose", ["3", "d"], ["comparing"]),
  shortcut("none_acceptable", "choose", ["0", "n"], ["comparing", "rating"]),
  shortcut("undo", "choose", ["u", "Ctrl+z"], STAGES),
  shortcut("submit", "choose", ["Enter"], ["rating", "rejecting", "reasons"]),
  shortcut("reasons_left", "reasons", ["q"], ["comparing", "reasons"]),
  shortcut("reasons_right", "reasons", ["e"], ["comparing", "reasons"]),
  shortcut("reasons_last", "reasons", ["r"], ["comparing", "rating", "rejecting", "reasons"]),
  shortcut("previous_candidate", "reasons", ["["], ["rejecting", "reasons"]),
  shortcut("next_candidate", "reasons", ["]"], ["rejecting", "reasons"]),
  shortcut("reasons_close", "reasons", ["Escape"], ["reasons"]),
  shortcut("turn_left", "view", ["ArrowLeft"], STAGES, true),
  shortcut("turn_right", "view", ["ArrowRight"], STAGES, true),
  shortcut("turn_up", "view", ["ArrowUp"], STAGES, true),
  shortcut("turn_down", "view", ["ArrowDown"], STAGES, true),
  shortcut("zoom_in", "view", ["+", "="], STAGES, true),
  shortcut("zoom_out", "view", ["-"], STAGES, true),
  shortcut("reset_view", "view", ["v", "Home"], STAGES),
  shortcut("mode", "view", ["m"], STAGES),
  shortcut("photo_zoom", "view", ["z"], STAGES),
  shortcut("photo_outline", "view", ["o"], STAGES),
  shortcut("retry_meshes", "view", ["l"], STAGES),
  shortcut("give_back", "task", ["Shift+Backspace"], STAGES),
  shortcut("help", "task", ["?"], ALWAYS),
  shortcut("close", "task", ["Escape"], ALWAYS),
];

export interface KeyPress {
  readonly key: string;
  readonly isCtrl: boolean;
  readonly isShift: boolean;
  readonly isAlt: boolean;
  readonly isRepeat: boolean;
}

export function keyName(press: KeyPress): string {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.isCtrl) return `Ctrl+${key}`;
  // A printable sign has Shift inside it already ("?"); only named keys tell it apart.
  return press.isShift && press.key.length > 1 ? `Shift+${key}` : key;
}

export type Meaning =
  | { readonly kind: "action"; readonly action: Action }
  /** 1 to 9: the n-th reason or rating on screen. */
  | { readonly kind: "digit"; readonly digit: number };

/** What a key means now; null if nothing, and then the browser may have it. */
export function meaningOf(press: KeyPress, context: Context): Meaning | null {
  if (press.isAlt) return null;
  const name = keyName(press);
  const takesDigits = context === "rating" || context === "rejecting" || context === "reasons";
  if (takesDigits && /^[1-9]$/.test(name) && !press.isRepeat) return { kind: "digit", digit: Number(name) };
  const found = SHORTCUTS.find((entry) => entry.contexts.includes(context) && entry.keys.includes(name));
  if (found === undefined || (press.isRepeat && !found.isRepeatable)) return null;
  return { kind: "action", action: found.action };
}

const KEY_SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  "-": "−",
};

/** A key as people read it on the page. */
export function keyLabel(key: string): string {
  const known = KEY_SIGNS[key];
  if (known !== undefined) return known;
  return key.length === 1 ? key.toUpperCase() : key.replace("Ctrl+z", "Ctrl+Z").replace("Backspace", "⌫");
}

export function keysOf(action: Action): string {
  const found = SHORTCUTS.find((entry) => entry.action === action);
  return keyLabel(found?.keys[0] ?? "");
}

export interface SheetRow {
  readonly keys: readonly string[];
  readonly text: string;
}

export function sheet(group: Group): SheetRow[] {
  return SHORTCUTS.filter((entry) => entry.group === group).map((entry) => ({
    keys: entry.keys.map(keyLabel),
    text: texts.annotate.actions[entry.action],
  }));
}
