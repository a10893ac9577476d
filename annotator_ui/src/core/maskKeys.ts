/** Keys of the mask page, in one place: the handler looks keys up here and the sheet is drawn from here. */

import type { MaskTool } from "./maskSession";

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
  { keys: ["b"], action: { kind: "tool", tool: "brush" }, label: "Brush" },
  { keys: ["e"], action: { kind: "tool", tool: "eraser" }, label: "Eraser" },
  { keys: ["p"], action: { kind: "tool", tool: "polygon" }, label: "Polygon; with Shift held at its end it cuts out" },
  { keys: ["a"], action: { kind: "tool", tool: "auto" }, label: "Propose: click, Shift-click outside, or drag a box" },
  { keys: ["["], action: { kind: "smaller" }, label: "Smaller brush", isRepeatable: true },
  { keys: ["]"], action: { kind: "larger" }, label: "Larger brush", isRepeatable: true },
  { keys: ["Enter"], action: { kind: "accept" }, label: "Close the polygon, or take the proposal" },
  { keys: ["Backspace"], action: { kind: "step_back" }, label: "Take back the last corner or click" },
  { keys: ["Escape"], action: { kind: "drop" }, label: "Drop the polygon or the proposal" },
  { keys: ["Ctrl+z"], action: { kind: "undo" }, label: "Undo", isRepeatable: true },
  { keys: ["Ctrl+Shift+z", "Ctrl+y"], action: { kind: "redo" }, label: "Redo", isRepeatable: true },
  { keys: ["+", "="], action: { kind: "zoom_in" }, label: "Zoom in (or the wheel)", isRepeatable: true },
  { keys: ["-"], action: { kind: "zoom_out" }, label: "Zoom out", isRepeatable: true },
  { keys: ["f", "0"], action: { kind: "fit" }, label: "Whole photo" },
  { keys: ["h"], action: { kind: "hide" }, label: "Hide or show the mask" },
  { keys: ["Ctrl+s"], action: { kind: "save" }, label: "Go to the reason and save" },
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
