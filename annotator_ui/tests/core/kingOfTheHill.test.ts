import { describe, expect, it } from "vitest";
import { isComplete, type Move, replay as replayAnswer } from "../../src/core/answer";
import { type History, NOTHING_DONE, play as playOn } from "../../src/core/history";
import { isFirstOnLeft, LONGEST_STAY, type Verdict } from "../../src/core/kingOfTheHill";

const ORDER = ["a", "b", "c", "d", "e"];

function replay(order: readonly string[], moves: readonly Move[], seed: string) {
  return replayAnswer({ order, seed, mode: "king" }, moves);
}

function play(order: readonly string[], moves: readonly Move[], seed: string, move: Move): readonly Move[] {
  const history: History = { ...NOTHING_DONE, moves };
  return playOn({ order, seed, mode: "king" }, history, move).moves;
}

function seedThatStartsOn(side: "left" | "right"): string {
  for (let seed = 0; ; seed += 1) if (isFirstOnLeft(String(seed)) === (side === "left")) return String(seed);
}

const SEED = seedThatStartsOn("left");

function verdict(value: Verdict, milliseconds = 1000): Move {
  return { kind: "verdict", verdict: value, milliseconds };
}

/** Verdicts that let `favourite` win every pair it is in, and the incumbent otherwise. */
function winFor(order: readonly string[], seed: string, favourite: string): readonly Move[] {
  let moves: readonly Move[] = [];
  for (let hill = replay(order, moves, seed); hill.stage === "comparing"; hill = replay(order, moves, seed)) {
    const winner = hill.left === favourite || hill.right === favourite ? favourite : hill.champion;
    moves = play(order, moves, seed, verdict(hill.left === winner ? "left" : "right"));
  }
  return moves;
}

describe("king of the hill", () => {
  it("starts with the first two candidates in the server's order", () => {
    const hill = replay(ORDER, [], SEED);
    expect([hill.stage, hill.left, hill.right, hill.waiting]).toEqual(["comparing", "a", "b", ["c", "d", "e"]]);
    expect(replay(ORDER, [], seedThatStartsOn("right")).right).toBe("a");
  });

  it("replaces the loser by the next and leaves the winner where it stands", () => {
    const hill = replay(ORDER, [verdict("right")], SEED);
    expect([hill.left, hill.right, hill.losers]).toEqual(["c", "b", ["a"]]);
  });

  it("keeps the incumbent when both are equal", () => {
    expect(replay(ORDER, [verdict("equal")], SEED).champion).toBe("a");
    expect(replay(ORDER, [verdict("right"), verdict("equal")], SEED).champion).toBe("b");
  });

  it("records ids, sides and time of every comparison", () => {
    const hill = replay(ORDER, [verdict("right", 1500), verdict("equal", 700)], SEED);
    expect(hill.comparisons).toEqual([
      { left_id: "a", right_id: "b", verdict: "right", milliseconds: 1500 },
      { left_id: "c", right_id: "b", verdict: "equal", milliseconds: 700 },
    ]);
  });

  it.each(ORDER)(
    "lets %s win if it wins all its pairs, after exactly one comparison less than candidates",
    (winner) => {
      const hill = replay(ORDER, winFor(ORDER, SEED, winner), SEED);
      expect([hill.stage, hill.champion, hill.comparisons.length]).toEqual(["rating", winner, ORDER.length - 1]);
      expect([...hill.losers, winner].sort()).toEqual(ORDER);
    },
  );

  it("lets nobody stand on one side for more than two comparisons in a row", () => {
    const order = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const { comparisons } = replay(order, winFor(order, SEED, "a"), SEED);
    const sides = comparisons.map((one) => (one.left_id === "a" ? "L" : "R")).join("");
    expect(sides).toBe("LLRRLLR");
    expect(LONGEST_STAY).toBe(2);
  });

  it("starts on either side about equally often", () => {
    const lefts = Array.from({ length: 1000 }, (_, index) => isFirstOnLeft(String(index))).filter(Boolean).length;
    expect(lefts).toBeGreaterThan(430);
    expect(lefts).toBeLessThan(570);
  });

  it("asks for a rating at once when there is one candidate only", () => {
    const hill = replay(["a"], [], SEED);
    expect([hill.stage, hill.champion]).toEqual(["rating", "a"]);
  });

  it("is complete with a rating, or when none is acceptable", () => {
    const moves = winFor(ORDER, SEED, "c");
    expect(isComplete(replay(ORDER, moves, SEED))).toBe(false);
    expect(isComplete(replay(ORDER, [...moves, { kind: "rating", value: 0.75 }], SEED))).toBe(true);
    expect(isComplete(replay(ORDER, [{ kind: "none_acceptable" }], SEED))).toBe(true);
  });

  it("keeps the comparisons made before none was acceptable, and no champion", () => {
    const hill = replay(ORDER, [verdict("left"), { kind: "none_acceptable" }], SEED);
    expect([hill.stage, hill.champion, hill.rating, hill.comparisons.length]).toEqual(["rejecting", null, null, 1]);
  });

  it("lets both leave when both are bad, and two newcomers meet", () => {
    const answer = replay(ORDER, [verdict("left"), verdict("both_bad")], SEED);
    expect([answer.stage, answer.losers]).toEqual(["comparing", ["b", "a", "c"]]);
    expect([answer.left, answer.right].sort()).toEqual(["d", "e"]);
    expect(answer.comparisons.at(-1)).toMatchObject({ verdict: "both_bad" });
  });

  it("lets a single one that is left stand without a fight, to be rated", () => {
    const answer = replay(["a", "b", "c"], [verdict("both_bad")], SEED);
    expect([answer.stage, answer.champion, answer.comparisons.length]).toEqual(["rating", "c", 1]);
  });

  it("finds none acceptable when both are bad and nobody is left", () => {
    const answer = replay(["a", "b"], [verdict("both_bad")], SEED);
    expect([answer.stage, answer.champion, isComplete(answer)]).toEqual(["rejecting", null, true]);
  });

  it("sets and clears a reason with the same move", () => {
    const reason: Move = { kind: "reason", candidateId: "b", code: "floaters" };
    expect(replay(ORDER, [reason], SEED).reasons.get("b")).toEqual(["floaters"]);
    expect(replay(ORDER, [reason, reason], SEED).reasons.get("b")).toEqual([]);
  });

  it.each<[string, Move[], Move]>([
    ["a verdict after the last pair", [...winFor(ORDER, SEED, "a")], verdict("left")],
    ["a verdict when none is acceptable", [{ kind: "none_acceptable" }], verdict("left")],
    ["a rating before the last pair", [], { kind: "rating", value: 1 }],
    ["a rating when none is acceptable", [{ kind: "none_acceptable" }], { kind: "rating", value: 1 }],
    ["none acceptable twice", [{ kind: "none_acceptable" }], { kind: "none_acceptable" }],
    ["a reason for a candidate of another task", [], { kind: "reason", candidateId: "x", code: "floaters" }],
  ])("does not play %s", (_, moves, move) => {
    expect(play(ORDER, moves, SEED, move)).toBe(moves);
  });
});
