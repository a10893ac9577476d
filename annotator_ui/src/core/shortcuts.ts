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
  | "both_bad"
  | "drop"
  | "ranked"
  | "way"
  | "none_acceptable"
  | "undo"
  | "redo"
  | "comment"
  | "submit"
  | "go_on"
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
  | "view_photo"
  | "view_front"
  | "view_back"
  | "view_left"
  | "view_right"
  | "view_top"
  | "view_bottom"
  | "turntable"
  | "mode"
  | "photo_zoom"
  | "photo_outline"
  | "retry_meshes"
  | "skip"
  | "flag_mask"
  | "give_back"
  | "help"
  | "close";

/** What the page is asking for. `reasons` lies over any stage while the reasons of one candidate are open. */
export type Context = "comparing" | "ranking" | "rating" | "rejecting" | "reasons" | "feedback" | "idle";

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

const STAGES: readonly Context[] = ["comparing", "ranking", "rating", "rejecting", "reasons"];
const LOOKING: readonly Context[] = [...STAGES, "feedback"];
const ALWAYS: readonly Context[] = [...LOOKING, "idle"];

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
  shortcut("both_bad", "choose", ["4", "x"], ["comparing"]),
  shortcut("drop", "choose", ["x"], ["ranking"]),
  shortcut("ranked", "choose", ["Enter"], ["ranking"]),
  shortcut("none_acceptable", "choose", ["0", "n"], ["comparing", "ranking", "rating"]),
  shortcut("way", "choose", ["g"], ["comparing", "ranking", "rating", "reasons"]),
  shortcut("undo", "choose", ["u", "Ctrl+z"], STAGES),
  shortcut("redo", "choose", ["y", "Ctrl+y", "Ctrl+Shift+z"], STAGES),
  shortcut("comment", "choose", ["c"], STAGES),
  shortcut("submit", "choose", ["Enter"], ["rating", "rejecting", "reasons"]),
  shortcut("go_on", "choose", ["Enter"], ["feedback"]),
  shortcut("reasons_left", "reasons", ["q"], ["comparing", "reasons"]),
  shortcut("reasons_right", "reasons", ["e"], ["comparing", "reasons"]),
  shortcut("reasons_last", "reasons", ["r"], STAGES),
  shortcut("previous_candidate", "reasons", ["[", ","], ["ranking", "rejecting", "reasons"]),
  shortcut("next_candidate", "reasons", ["]", "."], ["ranking", "rejecting", "reasons"]),
  shortcut("reasons_close", "reasons", ["Escape"], ["reasons"]),
  shortcut("turn_left", "view", ["ArrowLeft"], LOOKING, true),
  shortcut("turn_right", "view", ["ArrowRight"], LOOKING, true),
  shortcut("turn_up", "view", ["ArrowUp"], LOOKING, true),
  shortcut("turn_down", "view", ["ArrowDown"], LOOKING, true),
  shortcut("zoom_in", "view", ["+", "="], LOOKING, true),
  shortcut("zoom_out", "view", ["-"], LOOKING, true),
  shortcut("reset_view", "view", ["v", "Home"], LOOKING),
  shortcut("view_photo", "view", ["p"], LOOKING),
  shortcut("view_front", "view", ["f"], LOOKING),
  shortcut("view_back", "view", ["b"], LOOKING),
  shortcut("view_left", "view", ["Shift+ArrowLeft"], LOOKING),
  shortcut("view_right", "view", ["Shift+ArrowRight"], LOOKING),
  shortcut("view_top", "view", ["Shift+ArrowUp"], LOOKING),
  shortcut("view_bottom", "view", ["Shift+ArrowDown"], LOOKING),
  shortcut("turntable", "view", ["t"], LOOKING),
  shortcut("mode", "view", ["m"], LOOKING),
  shortcut("photo_zoom", "view", ["z"], LOOKING),
  shortcut("photo_outline", "view", ["o"], LOOKING),
  shortcut("retry_meshes", "view", ["l"], LOOKING),
  shortcut("skip", "task", ["k"], STAGES),
  shortcut("flag_mask", "task", ["j"], STAGES),
  shortcut("give_back", "task", ["Shift+Backspace"], STAGES),
  shortcut("help", "task", ["?"], ALWAYS),
  shortcut("close", "task", ["Escape"], ALWAYS),
];

const DIGITS: readonly Context[] = ["ranking", "rating", "rejecting", "reasons"];

export interface KeyPress {
  readonly key: string;
  readonly isCtrl: boolean;
  readonly isShift: boolean;
  readonly isAlt: boolean;
  readonly isRepeat: boolean;
}

export function keyName(press: KeyPress): string {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.isCtrl) return press.isShift ? `Ctrl+Shift+${key}` : `Ctrl+${key}`;
  // A printable sign has Shift inside it already ("?"); only named keys tell it apart.
  return press.isShift && press.key.length > 1 ? `Shift+${key}` : key;
}

export type Meaning =
  | { readonly kind: "action"; readonly action: Action }
  /** 1 to 9: the n-th reason or rating on screen, or a rank in the grid. */
  | { readonly kind: "digit"; readonly digit: number };

/** What a key means now; null if nothing, and then the browser may have it. */
export function meaningOf(press: KeyPress, context: Context): Meaning | null {
  if (press.isAlt) return null;
  const name = keyName(press);
  if (DIGITS.includes(context) && /^[1-9]$/.test(name) && !press.isRepeat)
    return { kind: "digit", digit: Number(name) };
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
  Backspace: "⌫",
  Shift: "⇧",
  "-": "−",
};

/** A key as people read it on the page. */
export function keyLabel(key: string): string {
  const parts = key.length === 1 ? [key] : key.split(/\+(?=.)/);
  return parts.map((part) => KEY_SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join("+");
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
