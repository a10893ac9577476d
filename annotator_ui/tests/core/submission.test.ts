import { describe, expect, it } from "vitest";
import { type Mode, type Move, replay } from "../../src/core/answer";
import { toSubmission } from "../../src/core/submission";

const FACTS = {
  leaseToken: "t",
  idempotencyKey: "k",
  viewerMode: "clay",
  milliseconds: 4200.4,
  views: [{ candidate_id: "a", mode: "clay", milliseconds: 700 }],
  turnedIds: ["a"],
} as const;
const NOTE_A: Move = { kind: "reason", candidateId: "a", code: "crooked" };
const NOTE_B: Move = { kind: "reason", candidateId: "b", code: "floaters" };

function submissionOf(moves: Move[], mode: Mode = "king") {
  return toSubmission(replay({ order: ["a", "b"], seed: "seed", mode }, moves), FACTS);
}

/** Equal keeps the first candidate, whichever side it stands on. */
const A_WINS: Move = { kind: "verdict", verdict: "equal", milliseconds: 900 };

describe("submission", () => {
  it("names winner, rating and the reasons of losers only", () => {
    const body = submissionOf([NOTE_A, NOTE_B, A_WINS, { kind: "rating", value: 0.5 }]);
    expect(body.outcome).toBe("chosen");
    expect([body.winner_id, body.rating, body.milliseconds]).toEqual(["a", 0.5, 4200]);
    expect(body.rejections).toEqual([{ candidate_id: "b", reasons: ["floaters"] }]);
    expect(body.comparisons).toHaveLength(1);
  });

  it("has neither winner nor rating when none is acceptable, and all reasons", () => {
    const body = submissionOf([NOTE_A, A_WINS, { kind: "rating", value: 1 }, { kind: "none_acceptable" }, NOTE_B]);
    expect([body.outcome, body.winner_id, body.rating]).toEqual(["none_acceptable", null, null]);
    expect(body.rejections.map((one) => one.candidate_id)).toEqual(["a", "b"]);
  });

  it("leaves out a candidate whose reasons were all taken back", () => {
    expect(submissionOf([NOTE_B, NOTE_B, { kind: "none_acceptable" }]).rejections).toEqual([]);
  });

  it("says what was looked at and turned, and carries the comment", () => {
    const body = submissionOf([A_WINS, { kind: "comment", text: " thin handle " }, { kind: "rating", value: 1 }]);
    expect([body.views, body.turned_ids, body.comment]).toEqual([FACTS.views, ["a"], "thin handle"]);
    expect([body.mode, body.ranking]).toEqual(["king", null]);
  });

  it("of the grid has a ranking and no comparisons, whatever was compared before", () => {
    const ranks: Move[] = [
      { kind: "rank", candidateId: "b", rank: 2 },
      { kind: "ranked" },
      { kind: "rating", value: 0.6 },
    ];
    const body = submissionOf([A_WINS, { kind: "mode", mode: "grid" }, ...ranks]);
    expect([body.mode, body.ranking, body.comparisons]).toEqual(["grid", { ranks: [["b"]] }, []]);
    expect([body.winner_id, body.rating]).toEqual(["b", 0.6]);
  });

  it("is not made from an unfinished task", () => {
    expect(() => submissionOf([A_WINS])).toThrow();
  });
});
