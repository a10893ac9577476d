import { describe, expect, it } from "vitest";
import { type Move, replay } from "../../src/core/kingOfTheHill";
import { toSubmission } from "../../src/core/submission";

const FACTS = { leaseToken: "t", idempotencyKey: "k", viewerMode: "clay", milliseconds: 4200.4 } as const;
const NOTE_A: Move = { kind: "reason", candidateId: "a", code: "crooked" };
const NOTE_B: Move = { kind: "reason", candidateId: "b", code: "floaters" };

function submissionOf(moves: Move[]) {
  return toSubmission(replay(["a", "b"], moves, "seed"), FACTS);
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

  it("is not made from an unfinished task", () => {
    expect(() => submissionOf([A_WINS])).toThrow();
  });
});
