import { describe, expect, it } from "vitest";
import { type Draft, laterDraft, readDraft } from "../../src/core/draft";

const DRAFT: Draft = {
  version: 1,
  order: ["a", "b", "c"],
  seed: "9",
  moves: [
    { kind: "verdict", verdict: "left", milliseconds: 800 },
    { kind: "reason", candidateId: "b", code: "texture" },
  ],
  milliseconds: 2300,
  writtenAt: 1000,
};

describe("draft", () => {
  it("survives being written and read", () => {
    expect(readDraft(JSON.parse(JSON.stringify(DRAFT)), ["a", "b", "c"])).toEqual(DRAFT);
  });

  it("keeps its own order when the task comes back in another one", () => {
    expect(readDraft(DRAFT, ["c", "a", "b"])?.order).toEqual(["a", "b", "c"]);
  });

  it.each<[string, unknown]>([
    ["nothing", null],
    ["text", "draft"],
    ["another version", { ...DRAFT, version: 2 }],
    ["candidates of another task", { ...DRAFT, order: ["a", "b", "x"] }],
    ["a move nobody knows", { ...DRAFT, moves: [{ kind: "dance" }] }],
    ["a verdict nobody knows", { ...DRAFT, moves: [{ kind: "verdict", verdict: "up", milliseconds: 1 }] }],
    ["moves that cannot be replayed", { ...DRAFT, moves: [{ kind: "rating", value: 1 }] }],
    ["no time", { ...DRAFT, writtenAt: "yesterday" }],
  ])("is not read out of %s", (_, value) => {
    expect(readDraft(value, ["a", "b", "c"])).toBeNull();
  });

  it("is the later of two", () => {
    const later = { ...DRAFT, writtenAt: 2000 };
    expect(laterDraft(DRAFT, later)).toBe(later);
    expect(laterDraft(later, DRAFT)).toBe(later);
    expect(laterDraft(null, DRAFT)).toBe(DRAFT);
    expect(laterDraft(null, null)).toBeNull();
  });
});
