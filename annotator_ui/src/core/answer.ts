/**
 * An answer in the making, whichever way the person goes about it.
 *
 * Everything is replayed from a list of moves, so undo is "drop the last move" and a draft is that list. Both ways of
 * answering are kept side by side: whoever changes her mind about the way finds what she did in the other one.
 */

import { type Ranks, ranked, topOf } from "./grid";
import { beginHill, type Comparison, type Hill, judged, pairOf, type Verdict } from "./kingOfTheHill";

/** king: two at a time. grid: all at once. */
export type Mode = "king" | "grid";

export type Move =
  | { readonly kind: "mode"; readonly mode: Mode }
  | { readonly kind: "verdict"; readonly verdict: Verdict; readonly milliseconds: number }
  | { readonly kind: "rank"; readonly candidateId: string; readonly rank: number | null }
  /** The ranking stands: on to the rating. */
  | { readonly kind: "ranked" }
  | { readonly kind: "none_acceptable" }
  | { readonly kind: "rating"; readonly value: number }
  | { readonly kind: "reason"; readonly candidateId: string; readonly code: string }
  | { readonly kind: "comment"; readonly text: string };

/** What a task starts with; moves mean something only on top of it. */
export interface Setting {
  /** Candidate ids as the server sent them. */
  readonly order: readonly string[];
  readonly seed: string;
  /** The way it starts with. */
  readonly mode: Mode;
}

/**
 * comparing: two are shown. ranking: all are shown. rating: one is left and gets a rating. rejecting: none was
 * acceptable, tell why.
 */
export type Stage = "comparing" | "ranking" | "rating" | "rejecting";

export interface Answer {
  readonly mode: Mode;
  readonly stage: Stage;
  readonly left: string | null;
  readonly right: string | null;
  /** The candidate that has survived so far; null once none is acceptable. */
  readonly champion: string | null;
  /** Not shown yet, in order; those on screen are not among them. */
  readonly waiting: readonly string[];
  /** In the order in which they lost; in the grid, those behind the champion and those dropped. */
  readonly losers: readonly string[];
  readonly comparisons: readonly Comparison[];
  readonly ranks: Ranks;
  readonly rating: number | null;
  readonly reasons: ReadonlyMap<string, readonly string[]>;
  readonly comment: string;
}

interface State {
  mode: Mode;
  hill: Hill;
  ranks: Ranks;
  isRanked: boolean;
  isNoneAcceptable: boolean;
  ratings: Record<Mode, number | null>;
  reasons: Map<string, readonly string[]>;
  comment: string;
}

function isNobodyLeft(state: State): boolean {
  return state.isNoneAcceptable || (state.mode === "king" && state.hill.champion === null);
}

function stageOf(state: State): Stage {
  if (isNobodyLeft(state)) return "rejecting";
  if (state.mode === "grid") return state.isRanked ? "rating" : "ranking";
  return pairOf(state.hill) === null ? "rating" : "comparing";
}

function need(isMet: boolean, what: string): void {
  if (!isMet) throw new Error(what);
}

function withReason(reasons: Map<string, readonly string[]>, candidateId: string, code: string): void {
  const codes = reasons.get(candidateId) ?? [];
  reasons.set(candidateId, codes.includes(code) ? codes.filter((one) => one !== code) : [...codes, code]);
}

function apply(state: State, move: Move, { order, seed }: Setting): void {
  switch (move.kind) {
    case "mode":
      need(move.mode !== state.mode && !state.isNoneAcceptable, "another way of answering, before the end");
      state.mode = move.mode;
      return;
    case "verdict":
      need(stageOf(state) === "comparing", "a verdict needs two candidates on screen");
      state.hill = judged(state.hill, move.verdict, move.milliseconds, seed);
      return;
    case "rank":
      need(stageOf(state) === "ranking" && order.includes(move.candidateId), "a rank needs a candidate in the grid");
      state.ranks = ranked(state.ranks, move.candidateId, move.rank);
      return;
    case "ranked":
      need(stageOf(state) === "ranking" && state.ranks.size > 0, "a ranking needs at least one candidate");
      state.isRanked = true;
      return;
    case "none_acceptable":
      need(!isNobodyLeft(state), "already none acceptable");
      state.isNoneAcceptable = true;
      return;
    case "rating":
      need(stageOf(state) === "rating", "a rating needs one candidate left");
      state.ratings[state.mode] = move.value;
      return;
    case "reason":
      need(order.includes(move.candidateId), "a reason needs a candidate of this assignment");
      withReason(state.reasons, move.candidateId, move.code);
      return;
    case "comment":
      state.comment = move.text;
  }
}

function hillPart({ hill, ...state }: State, stage: Stage) {
  const pair = stage === "comparing" ? pairOf(hill) : null;
  return {
    left: pair?.left ?? null,
    right: pair?.right ?? null,
    champion: isNobodyLeft({ hill, ...state }) ? null : hill.champion,
    waiting: hill.newcomers.slice(1),
    losers: hill.losers,
    comparisons: hill.comparisons,
  };
}

function gridPart(state: State, order: readonly string[], stage: Stage) {
  const champion = state.isNoneAcceptable ? null : topOf(state.ranks);
  const losers = stage === "ranking" ? [] : order.filter((candidateId) => candidateId !== champion);
  return { left: null, right: null, champion, waiting: [], losers, comparisons: [] };
}

/** Throws on a move that was not possible. */
export function replay(setting: Setting, moves: readonly Move[]): Answer {
  const state: State = {
    mode: setting.mode,
    hill: beginHill(setting.order, setting.seed),
    ranks: new Map(),
    isRanked: false,
    isNoneAcceptable: false,
    ratings: { king: null, grid: null },
    reasons: new Map(),
    comment: "",
  };
  for (const move of moves) apply(state, move, setting);
  const stage = stageOf(state);
  return {
    mode: state.mode,
    stage,
    ...(state.mode === "king" ? hillPart(state, stage) : gridPart(state, setting.order, stage)),
    ranks: state.ranks,
    rating: stage === "rating" ? state.ratings[state.mode] : null,
    reasons: state.reasons,
    comment: state.comment,
  };
}

export function isPossible(setting: Setting, moves: readonly Move[]): boolean {
  try {
    replay(setting, moves);
    return true;
  } catch {
    return false;
  }
}

export function isComplete(answer: Answer): boolean {
  return answer.stage === "rejecting" || (answer.stage === "rating" && answer.rating !== null);
}
