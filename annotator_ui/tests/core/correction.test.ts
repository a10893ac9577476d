import { describe, expect, it } from "vitest";
import { type Move, replay, type Setting } from "../../src/core/answer";
import { CorrectionNote, reopened, type StoredAnswer } from "../../src/core/correction";
import { NOTHING_DONE, play } from "../../src/core/history";
import { toSubmission } from "../../src/core/submission";

const ORDER = ["a", "b", "c", "d", "e"];
const OPENED = { now: 5000, writer: "me" };
const FACTS = {
  leaseToken: "t",
  idempotencyKey: "k",
  viewerMode: "clay",
  milliseconds: 10,
  views: [],
  turnedIds: [],
} as const;

/** What the server would keep of these moves. */
function stored(setting: Setting, moves: readonly Move[]): StoredAnswer {
  const body = toSubmission(replay(setting, moves), FACTS);
  const candidates = [...setting.order]
    .reverse()
    .map((id) => ({ id, mesh_url: "", lod_url: null, preview_url: null, pose: null }));
  return { ...body, id: 3, ranking: body.ranking?.ranks ?? null, candidates };
}

function verdicts(...list: ("left" | "right" | "equal" | "both_bad")[]): Move[] {
  return list.map((verdict) => ({ kind: "verdict", verdict, milliseconds: 700 }));
}

const RATED: Move = { kind: "rating", value: 0.6 };

describe("a reopened answer", () => {
  it.each<[string, Setting["mode"], Move[]]>([
    ["pairs", "king", [...verdicts("left", "right", "right", "left"), RATED]],
    ["ties", "king", [...verdicts("equal", "equal", "left", "right"), RATED]],
    ["pairs that both left", "king", [...verdicts("both_bad", "both_bad"), RATED]],
    ["an early end", "king", [...verdicts("right"), { kind: "none_acceptable" }]],
    ["nobody left", "king", [...verdicts("left", "left", "right", "both_bad")]],
    [
      "a ranking with ties",
      "grid",
      [
        { kind: "rank", candidateId: "d", rank: 1 },
        { kind: "rank", candidateId: "b", rank: 1 },
        { kind: "rank", candidateId: "e", rank: 4 },
        { kind: "ranked" },
        RATED,
      ],
    ],
    ["a grid refused", "grid", [{ kind: "none_acceptable" }]],
  ])("of %s says again what was sent, under whatever coin", (_, mode, moves) => {
    for (const seed of ["1", "2", "3", "4", "77", "1234"]) {
      const setting: Setting = { order: ORDER, seed, mode };
      let history = NOTHING_DONE;
      for (const move of moves) history = play(setting, history, move);
      expect(history.moves).toEqual(moves);
      const kept = stored(setting, moves);
      const draft = reopened(kept, OPENED);
      expect(stored(draft, draft.moves)).toMatchObject({ ...kept, candidates: expect.anything() });
    }
  });

  it("keeps reasons and comment, and every step of it can be taken back", () => {
    const setting: Setting = { order: ORDER, seed: "9", mode: "king" };
    const moves: Move[] = [
      { kind: "reason", candidateId: "b", code: "floaters" },
      { kind: "comment", text: "thin" },
      { kind: "none_acceptable" },
    ];
    const draft = reopened(stored(setting, moves), OPENED);
    const answer = replay(draft, draft.moves);
    expect([answer.stage, answer.comment, answer.reasons.get("b")]).toEqual(["rejecting", "thin", ["floaters"]]);
    for (let n = draft.moves.length; n >= 0; n -= 1) replay(draft, draft.moves.slice(0, n));
  });

  it("begins anew where no play leads to what is stored", () => {
    const setting: Setting = { order: ORDER, seed: "9", mode: "king" };
    const kept = stored(setting, [...verdicts("left", "left", "left", "left"), RATED]);
    const draft = reopened({ ...kept, winner_id: "nobody" }, OPENED);
    expect([draft.moves, draft.order.length]).toEqual([[], ORDER.length]);
  });
});

describe("the note of a correction", () => {
  it("asks for a reason until there is one", () => {
    const note = new CorrectionNote(3, "today");
    note.reason.value = "  ";
    expect([note.isGiven(), note.isMissing.value]).toEqual([false, true]);
    note.reason.value = "slipped";
    expect([note.isGiven(), note.isMissing.value]).toEqual([true, false]);
  });
});
