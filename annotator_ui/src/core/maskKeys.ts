/** Keys of the mask page, in one place: the handler looks keys up here and the sheet is drawn from here. */

import type { MaskTool } from "./maskSession";
import { maskTexts as texts } from "./texts/mask";

export type MaskAction =
  | { readonly kind: "tool"; readonly tool: MaskTool }
  | { readonly kind: "smaller" | "larger" | "undo" | "redo" | "accept" | "drop" | "step_back" }
  | { readonly kind: "zoom_in" | "zoom_out" | "fit" | "hide" | "save" };

interface MaskKey {
  readonly keys: readonly string[];
  readonly action: MaskAction;
  readonly label: string;
  readonly isRepeatable?: boolean;
}

export const MASK_KEYS: readonly MaskKey[] = [
  { keys: ["b"], action: { kind: "tool", tool: "brush" }, label: texts.keyLabels.brush },
  { keys: ["e"], action: { kind: "tool", tool: "eraser" }, label: texts.keyLabels.eraser },
  { keys: ["p"], action: { kind: "tool", tool: "polygon" }, label: texts.keyLabels.polygon },
  { keys: ["a"], action: { kind: "tool", tool: "auto" }, label: texts.keyLabels.auto },
  { keys: ["["], action: { kind: "smaller" }, label: texts.keyLabels.smaller, isRepeatable: true },
  { keys: ["]"], action: { kind: "larger" }, label: texts.keyLabels.larger, isRepeatable: true },
  { keys: ["Enter"], action: { kind: "accept" }, label: texts.keyLabels.accept },
  { keys: ["Backspace"], action: { kind: "step_back" }, label: texts.keyLabels.stepBack },
  { keys: ["Escape"], action: { kind: "drop" }, label: texts.keyLabels.drop },
  { keys: ["Ctrl+z"], action: { kind: "undo" }, label: texts.keyLabels.undo, isRepeatable: true },
  { keys: ["Ctrl+Shift+z", "Ctrl+y"], action: { kind: "redo" }, label: texts.keyLabels.redo, isRepeatable: true },
  { keys: ["+", "="], action: { kind: "zoom_in" }, label: texts.keyLabels.zoomIn, isRepeatable: true },
  { keys: ["-"], action: { kind: "zoom_out" }, label: texts.keyLabels.zoomOut, isRepeatable: true },
  { keys: ["f", "0"], action: { kind: "fit" }, label: texts.keyLabels.fit },
  { keys: ["h"], action: { kind: "hide" }, label: texts.keyLabels.hide },
  { keys: ["Ctrl+s"], action: { kind: "save" }, label: texts.keyLabels.save },
];

export interface MaskKeyPress {
  readonly key: string;
  readonly isCtrl: boolean;
  readonly isShift: boolean;
  readonly isAlt: boolean;
  readonly isRepeat: boolean;
}

/** What a key means; null if nothing, and then the browser may have it. */
export function maskActionOf(press: MaskKeyPress): MaskAction | null {
  if (press.isAlt) return null;
  const plain = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const name = press.isCtrl ? `Ctrl+${press.isShift ? "Shift+" : ""}${plain}` : plain;
  const found = MASK_KEYS.find((entry) => entry.keys.includes(name));
  if (found === undefined || (press.isRepeat && !found.isRepeatable)) return null;
  return found.action;
}

export function maskKeyOf(tool: MaskTool): string {
  const found = MASK_KEYS.find((entry) => entry.action.kind === "tool" && entry.action.tool === tool);
  return (found?.keys[0] ?? "").toUpperCase();
}
