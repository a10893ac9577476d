import { describe, expect, it } from "vitest";
import { type Context, type KeyPress, meaningOf, SHORTCUTS, sheet } from "../../src/core/shortcuts";

function key(name: string, more: Partial<KeyPress> = {}): KeyPress {
  return { key: name, isCtrl: false, isShift: false, isAlt: false, isRepeat: false, ...more };
}

const CONTEXTS: readonly Context[] = ["comparing", "ranking", "rating", "rejecting", "reasons", "feedback", "idle"];

describe("shortcuts", () => {
  it("gives a digit the meaning that the page asks for", () => {
    expect(meaningOf(key("1"), "comparing")).toEqual({ kind: "action", action: "left_better" });
    expect(meaningOf(key("1"), "rating")).toEqual({ kind: "digit", digit: 1 });
    expect(meaningOf(key("3"), "reasons")).toEqual({ kind: "digit", digit: 3 });
  });

  it("turns the camera with the arrows at every stage, and chooses nothing by them", () => {
    for (const context of CONTEXTS.filter((one) => one !== "idle")) {
      expect(meaningOf(key("ArrowLeft"), context)).toEqual({ kind: "action", action: "turn_left" });
    }
  });

  it("gives every key one meaning in a context, save Escape, which closes the topmost", () => {
    for (const context of CONTEXTS) {
      const keys = SHORTCUTS.filter((one) => one.contexts.includes(context)).flatMap((one) => one.keys);
      const twice = keys.filter((name, index) => keys.indexOf(name) !== index && name !== "Escape");
      expect([context, twice]).toEqual([context, []]);
    }
  });

  it("lets a held key turn but never choose, rate or submit", () => {
    const held = { isRepeat: true };
    expect(meaningOf(key("ArrowUp", held), "comparing")).not.toBeNull();
    expect(meaningOf(key("1", held), "comparing")).toBeNull();
    expect(meaningOf(key("4", held), "rating")).toBeNull();
    expect(meaningOf(key("Enter", held), "rating")).toBeNull();
  });

  it("leaves the browser its own combinations", () => {
    expect(meaningOf(key("r", { isCtrl: true }), "comparing")).toBeNull();
    expect(meaningOf(key("1", { isAlt: true }), "comparing")).toBeNull();
    expect(meaningOf(key("Backspace"), "comparing")).toBeNull();
  });

  it("knows capital letters, undo and the question mark", () => {
    expect(meaningOf(key("U", { isShift: true }), "rating")).toEqual({ kind: "action", action: "undo" });
    expect(meaningOf(key("z", { isCtrl: true }), "rejecting")).toEqual({ kind: "action", action: "undo" });
    expect(meaningOf(key("?", { isShift: true }), "idle")).toEqual({ kind: "action", action: "help" });
  });

  it("tells redo from undo, and ranks by digits while all are shown", () => {
    expect(meaningOf(key("z", { isCtrl: true, isShift: true }), "rating")).toEqual({ kind: "action", action: "redo" });
    expect(meaningOf(key("y"), "comparing")).toEqual({ kind: "action", action: "redo" });
    expect(meaningOf(key("3"), "ranking")).toEqual({ kind: "digit", digit: 3 });
    expect(meaningOf(key("Enter"), "ranking")).toEqual({ kind: "action", action: "ranked" });
  });

  it("offers nothing but looking and going on while an answer is explained", () => {
    expect(meaningOf(key("Enter"), "feedback")).toEqual({ kind: "action", action: "go_on" });
    expect(meaningOf(key("ArrowLeft"), "feedback")).toEqual({ kind: "action", action: "turn_left" });
    for (const name of ["1", "0", "u", "k"]) expect(meaningOf(key(name), "feedback")).toBeNull();
  });

  it("means nothing while there is no task, save help", () => {
    expect(meaningOf(key("1"), "idle")).toBeNull();
    expect(meaningOf(key("Enter"), "idle")).toBeNull();
  });

  it("lists every shortcut on the sheet with words", () => {
    const rows = (["choose", "reasons", "view", "task"] as const).flatMap(sheet);
    expect(rows).toHaveLength(SHORTCUTS.length);
    expect(rows.every((row) => row.text.length > 3 && row.keys.length > 0)).toBe(true);
  });
});
