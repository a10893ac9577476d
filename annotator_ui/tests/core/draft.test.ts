import { describe, expect, it } from "vitest";
import { type Draft, readDraft, reconcile } from "../../src/core/draft";

const DRAFT: Draft = {
  version: 2,
  order: ["a", "b", "c"],
  seed: "9",
  mode: "king",
  moves: [
    { kind: "verdict", verdict: "left", milliseconds: 800 },
    { kind: "reason", candidateId: "b", code: "texture" },
  ],
  undone: [{ kind: "comment", text: "thin handle" }],
  milliseconds: 2300,
  looks: { views: [{ candidate_id: "a", mode: "clay", milliseconds: 900 }], turned: { a: 40 } },
  writtenAt: 1000,
  writer: "here",
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
    ["another version", { ...DRAFT, version: 3 }],
    ["candidates of another task", { ...DRAFT, order: ["a", "b", "x"] }],
    ["a move nobody knows", { ...DRAFT, moves: [{ kind: "dance" }] }],
    ["a verdict nobody knows", { ...DRAFT, moves: [{ kind: "verdict", verdict: "up", milliseconds: 1 }] }],
    ["moves that cannot be replayed", { ...DRAFT, moves: [{ kind: "rating", value: 1 }] }],
    ["no time", { ...DRAFT, writtenAt: "yesterday" }],
  ])("is not read out of %s", (_, value) => {
    expect(readDraft(value, ["a", "b", "c"])).toBeNull();
  });

  it("is read as the first version wrote it", () => {
    const { version: _version, mode: _mode, undone: _undone, looks: _looks, writer: _writer, ...first } = DRAFT;
    const read = readDraft({ ...first, version: 1 }, ["a", "b", "c"]);
    expect(read).toMatchObject({ version: 2, mode: "king", moves: DRAFT.moves, undone: [], looks: null });
  });

  it("forgets what was taken back if it cannot be done again", () => {
    const read = readDraft({ ...DRAFT, undone: [{ kind: "rating", value: 1 }] }, ["a", "b", "c"]);
    expect([read?.moves.length, read?.undone]).toEqual([2, []]);
  });
});

describe("two drafts of one task", () => {
  const [first] = DRAFT.moves;
  const shorter: Draft = { ...DRAFT, moves: first === undefined ? [] : [first], writer: "there", writtenAt: 9000 };
  const other: Draft = {
    ...shorter,
    moves: [{ kind: "verdict", verdict: "right", milliseconds: 100 }],
  };

  it("of one browser: the later goes on, also after steps were taken back", () => {
    const later = { ...shorter, writer: "here" };
    expect(reconcile(DRAFT, later)).toEqual({ kind: "one", draft: later });
    expect(reconcile(later, DRAFT)).toEqual({ kind: "one", draft: later });
  });

  it("of two browsers: the one that goes on from the other, whatever their clocks say", () => {
    expect(reconcile(DRAFT, shorter)).toEqual({ kind: "one", draft: DRAFT });
    expect(reconcile(shorter, DRAFT)).toEqual({ kind: "one", draft: DRAFT });
  });

  it("of two browsers that went different ways: the person decides", () => {
    expect(reconcile(DRAFT, other)).toEqual({ kind: "conflict", here: DRAFT, there: other });
  });

  it.each<[string, Draft | null, Draft | null, Draft | null]>([
    ["here", DRAFT, null, DRAFT],
    ["there", null, other, other],
    ["nowhere", null, null, null],
  ])("of which there is one %s: no question", (_, here, there, draft) => {
    expect(reconcile(here, there)).toEqual({ kind: "one", draft });
  });
});
