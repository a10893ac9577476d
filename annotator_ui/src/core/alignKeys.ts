/** Every key of the align page: the handler looks keys up here and the `?` sheet is drawn from here. */

import type { KeyPress } from "./shortcuts";
import { alignTexts } from "./texts/align";

export type AlignAction =
  | "left"
  | "right"
  | "up"
  | "down"
  | "nearer"
  | "farther"
  | "turn_left"
  | "turn_right"
  | "tilt_up"
  | "tilt_down"
  | "roll_left"
  | "roll_right"
  | "spin_left"
  | "spin_right"
  | "smaller"
  | "larger"
  | "snap"
  | "submit"
  | "undo"
  | "redo"
  | "reset"
  | "gizmo_translate"
  | "gizmo_rotate"
  | "gizmo_scale"
  | "gizmo_none"
  | "display"
  | "zoom"
  | "give_back"
  | "help"
  | "close";

export type AlignGroup = "place" | "turn" | "size" | "view" | "task";

export interface AlignShortcut {
  readonly action: AlignAction;
  readonly group: AlignGroup;
  readonly keys: readonly string[];
  /** Moves repeat while the key is held, and are fine with Shift. */
  readonly isMove: boolean;
}

function move(action: AlignAction, group: AlignGroup, ...keys: string[]): AlignShortcut {
  return { action, group, keys, isMove: true };
}

function once(action: AlignAction, group: AlignGroup, ...keys: string[]): AlignShortcut {
  return { action, group, keys, isMove: false };
}

export const ALIGN_SHORTCUTS: readonly AlignShortcut[] = [
  move("left", "place", "ArrowLeft"),
  move("right", "place", "ArrowRight"),
  move("up", "place", "ArrowUp"),
  move("down", "place", "ArrowDown"),
  move("nearer", "place", "PageUp", "+", "="),
  move("farther", "place", "PageDown", "-", "_"),
  move("turn_left", "turn", "a"),
  move("turn_right", "turn", "d"),
  move("tilt_up", "turn", "w"),
  move("tilt_down", "turn", "x"),
  move("roll_left", "turn", "q"),
  move("roll_right", "turn", "e"),
  move("spin_left", "turn", ",", "<"),
  move("spin_right", "turn", ".", ">"),
  move("smaller", "size", "[", "{"),
  move("larger", "size", "]", "}"),
  once("snap", "task", "s"),
  once("submit", "task", "Enter"),
  once("undo", "task", "u", "Ctrl+z"),
  once("redo", "task", "y", "Ctrl+Shift+z", "Ctrl+y"),
  once("reset", "task", "r"),
  once("gizmo_translate", "view", "1"),
  once("gizmo_rotate", "view", "2"),
  once("gizmo_scale", "view", "3"),
  once("gizmo_none", "view", "0"),
  once("display", "view", "v"),
  once("zoom", "view", "f"),
  once("give_back", "task", "Ctrl+Backspace"),
  once("help", "task", "?"),
  once("close", "task", "Escape"),
];

export interface AlignMeaning {
  readonly action: AlignAction;
  readonly isFine: boolean;
}

function nameOf(press: KeyPress): string {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (!press.isCtrl) return key;
  return press.isShift ? `Ctrl+Shift+${key}` : `Ctrl+${key}`;
}

/** What a key means; null if nothing, and then the browser may have it. */
export function alignMeaning(press: KeyPress): AlignMeaning | null {
  if (press.isAlt) return null;
  const name = nameOf(press);
  const found = ALIGN_SHORTCUTS.find((entry) => entry.keys.includes(name));
  if (found === undefined || (press.isRepeat && !found.isMove)) return null;
  return { action: found.action, isFine: press.isShift };
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  PageUp: "Page ↑",
  PageDown: "Page ↓",
  Escape: "Esc",
  "-": "−",
};

export function alignKeyLabel(key: string): string {
  return SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key.replace("+z", "+Z").replace("+y", "+Y"));
}

export function alignKeyOf(action: AlignAction): string {
  return alignKeyLabel(ALIGN_SHORTCUTS.find((entry) => entry.action === action)?.keys[0] ?? "");
}

/** Rows of the sheet: keys and what they do. Signs that Shift makes of a key are left out. */
export function alignSheet(group: AlignGroup): { keys: readonly string[]; text: string }[] {
  return ALIGN_SHORTCUTS.filter((entry) => entry.group === group).map((entry) => ({
    keys: entry.keys.filter((key) => !["=", "_", "<", ">", "{", "}"].includes(key)).map(alignKeyLabel),
    text: alignTexts.actions[entry.action],
  }));
}
