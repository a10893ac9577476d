import { describe, expect, it } from "vitest";
import { type Answer, isComplete, type Move, replay, type Setting } from "../../src/core/answer";
import { groupsOf, nextUnranked, ranked, topOf } from "../../src/core/grid";
import { type History, NOTHING_DONE, play, redo, undo } from "../../src/core/history";

const LETTERS = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** The same numbers for the same seed: a failure can be looked at again. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

function anyMove(roll: (sides: number) => number, order: readonly string[]): Move {
  const candidateId = order[roll(order.length)] ?? "";
  const verdict = (["left", "right", "equal", "both_bad"] as const)[roll(4)] ?? "left";
  const moves: readonly Move[] = [
    { kind: "verdict", verdict, milliseconds: roll(5000) },
    { kind: "verdict", verdict, milliseconds: roll(5000) },
    { kind: "rank", candidateId, rank: roll(4) === 0 ? null : 1 + roll(9) },
    { kind: "ranked" },
    { kind: "mode", mode: roll(2) === 0 ? "king" : "grid" },
    { kind: "rating", value: roll(6) / 5 },
    { kind: "reason", candidateId, code: "floaters" },
    { kind: "comment", text: String(roll(99)) },
    ...(roll(12) === 0 ? [{ kind: "none_acceptable" } as const] : []),
  ];
  return moves[roll(moves.length)] ?? { kind: "ranked" };
}

/** The server's rule, told anew: a comparison is between whoever stands and a newcomer, or of two newcomers. */
function survivor(
  order: readonly string[],
  comparisons: Answer["comparisons"],
): { last: string | null; nUnseen: number } {
  const unseen = new Set(order);
  let last: string | null = null;
  for (const { left_id: left, right_id: right, verdict } of comparisons) {
    const newcomers = [left, right].filter((one) => unseen.has(one));
    const isFresh = last === null && newcomers.length === 2;
    if (!isFresh && !(newcomers.length === 1 && (left === last || right === last))) throw new Error("chain is broken");
    const incumbent: string | null = last ?? order.find((one) => one === left || one === right) ?? null;
    last = verdict === "left" ? left : verdict === "right" ? right : verdict === "equal" ? incumbent : null;
    for (const one of newcomers) unseen.delete(one);
  }
  return { last, nUnseen: unseen.size };
}

function walks(): [Setting, History][] {
  return Array.from({ length: 200 }, (_, seed) => {
    const roll = dice(seed);
    const order = LETTERS.slice(0, 1 + roll(LETTERS.length));
    const setting: Setting = { order, seed: String(seed), mode: roll(2) === 0 ? "king" : "grid" };
    let history = NOTHING_DONE;
    for (let step = 0; step < 40; step += 1) {
      const dieRoll = roll(10);
      if (dieRoll === 0) history = undo(history);
      else if (dieRoll === 1) history = redo(history);
      else history = play(setting, history, anyMove(roll, order));
    }
    return [setting, history];
  });
}

describe("an answer, whatever is pressed", () => {
  it("can always be replayed, taken back to nothing and done again to the same", () => {
    for (const [setting, history] of walks()) {
      const answer = replay(setting, history.moves);
      let back = history;
      for (const _ of history.moves) {
        back = undo(back);
        replay(setting, back.moves);
      }
      expect(back.moves).toEqual([]);
      for (const _ of history.moves) back = redo(back);
      expect(replay(setting, back.moves)).toEqual(answer);
    }
  });

  it("is, when finished, one that the server accepts", () => {
    let nFinished = 0;
    for (const [setting, { moves }] of walks()) {
      const answer = replay(setting, moves);
      if (!isComplete(answer)) continue;
      nFinished += 1;
      const { last, nUnseen } = survivor(setting.order, answer.comparisons);
      if (answer.stage === "rejecting") expect([answer.champion, answer.rating]).toEqual([null, null]);
      else if (answer.mode === "grid") expect(groupsOf(answer.ranks)[0]).toContain(answer.champion);
      else if (last !== null) expect([answer.champion, nUnseen]).toEqual([last, 0]);
      else expect(nUnseen).toBe(1);
    }
    expect(nFinished).toBeGreaterThan(40);
  });

  it("shows everybody somewhere, and nobody twice", () => {
    for (const [setting, { moves }] of walks()) {
      const { mode, stage, left, right, champion, waiting, losers } = replay(setting, moves);
      if (mode !== "king" || stage === "rejecting") continue;
      const onScreen = stage === "comparing" ? [left, right] : [champion];
      expect([...onScreen, ...waiting, ...losers].sort()).toEqual([...setting.order].sort());
    }
  });
});

describe("the grid", () => {
  const ranks = (pairs: Record<string, number>) => new Map(Object.entries(pairs));

  it.each([
    [{ a: 1, b: 2 }, [["a"], ["b"]]],
    [{ a: 2, b: 2, c: 9 }, [["a", "b"], ["c"]]],
    [{ c: 4 }, [["c"]]],
    [{}, []],
  ])("reads %j as %j: ties stand together, gaps say nothing", (pairs, groups) => {
    expect(groupsOf(ranks(pairs as Record<string, number>))).toEqual(groups);
  });

  it("rates the one that was ranked first among those tied at the top", () => {
    expect(topOf(ranked(ranks({ b: 1 }), "a", 1))).toBe("b");
    expect(topOf(ranked(ranks({ b: 1, a: 1 }), "b", 1))).toBe("a");
    expect(topOf(new Map())).toBeNull();
  });

  it("drops a candidate, and takes no rank that no key gives", () => {
    expect(ranked(ranks({ a: 1 }), "a", null).size).toBe(0);
    for (const rank of [0, 10, 1.5, Number.NaN]) expect(() => ranked(new Map(), "a", rank)).toThrow();
  });

  it("goes on to the next one without a rank, round the end", () => {
    expect(nextUnranked(["a", "b", "c"], ranks({ a: 1 }), "c")).toBe("b");
    expect(nextUnranked(["a", "b"], ranks({ a: 1, b: 1 }), "a")).toBeNull();
  });

  it("is kept beside the comparisons when the way is changed", () => {
    const setting: Setting = { order: ["a", "b", "c"], seed: "1", mode: "grid" };
    const moves: Move[] = [
      { kind: "rank", candidateId: "c", rank: 1 },
      { kind: "mode", mode: "king" },
      { kind: "verdict", verdict: "equal", milliseconds: 5 },
      { kind: "mode", mode: "grid" },
    ];
    const answer = replay(setting, moves);
    expect([answer.stage, topOf(answer.ranks), answer.comparisons]).toEqual(["ranking", "c", []]);
    expect(replay(setting, [...moves, { kind: "mode", mode: "king" }]).comparisons).toHaveLength(1);
  });

  it("does not end without a rank, nor rank after its end", () => {
    const setting: Setting = { order: ["a", "b"], seed: "1", mode: "grid" };
    expect(play(setting, NOTHING_DONE, { kind: "ranked" })).toBe(NOTHING_DONE);
    const history = { moves: [{ kind: "rank", candidateId: "a", rank: 1 }, { kind: "ranked" }] as Move[], undone: [] };
    expect(play(setting, history, { kind: "rank", candidateId: "b", rank: 1 })).toBe(history);
  });
});

describe("a comment", () => {
  it("is one step however many letters it has", () => {
    const setting: Setting = { order: ["a", "b"], seed: "1", mode: "king" };
    let history = play(setting, NOTHING_DONE, { kind: "reason", candidateId: "a", code: "scale" });
    for (const text of ["t", "th", "thin"]) history = play(setting, history, { kind: "comment", text });
    expect([history.moves.length, replay(setting, history.moves).comment]).toEqual([2, "thin"]);
    expect(replay(setting, undo(history).moves).comment).toBe("");
  });
});
