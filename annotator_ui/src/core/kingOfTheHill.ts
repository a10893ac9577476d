/**
 * King of the hill: two candidates at a time, the loser replaced by the next, the last one standing is rated.
 *
 * Everything is replayed from a list of moves, so undo is "drop the last move" and a draft is that list.
 *
 * - Equal: the incumbent stays and the newcomer leaves. In the first comparison the incumbent is the first candidate.
 * - Sides: the winner stays where it stands, so that eyes need not start afresh; but nobody stands on one side for more
 *   than two comparisons in a row, and a coin taken from the assignment's id decides who starts on the left. A person
 *   who favours one side then favours no candidate over a whole task, and the recorded sides let the bias be measured.
 */

export type Side = "left" | "right";
export type Verdict = Side | "equal";

export type Move =
  | { readonly kind: "verdict"; readonly verdict: Verdict; readonly milliseconds: number }
  | { readonly kind: "none_acceptable" }
  | { readonly kind: "rating"; readonly value: number }
  | { readonly kind: "reason"; readonly candidateId: string; readonly code: string };

export interface Comparison {
  readonly left_id: string;
  readonly right_id: string;
  readonly verdict: Verdict;
  readonly milliseconds: number;
}

/** comparing: two are shown. rating: one is left and gets a rating. rejecting: none was acceptable, tell why. */
export type Stage = "comparing" | "rating" | "rejecting";

export interface Hill {
  readonly stage: Stage;
  readonly left: string | null;
  readonly right: string | null;
  /** The candidate that has survived so far; null once none is acceptable. */
  readonly champion: string | null;
  /** Not shown yet, in order; the newcomer on screen is not among them. */
  readonly waiting: readonly string[];
  /** In the order in which they lost. */
  readonly losers: readonly string[];
  readonly comparisons: readonly Comparison[];
  readonly rating: number | null;
  readonly reasons: ReadonlyMap<string, readonly string[]>;
}

interface Standing {
  champion: string;
  side: Side;
  /** How many comparisons in a row the champion has stood on `side`, the current one included. */
  stay: number;
}

export const LONGEST_STAY = 2;

export function isFirstOnLeft(seed: string): boolean {
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index += 1) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
  }
  return ((hash >>> 13) & 1) === 0;
}

export function other(side: Side): Side {
  return side === "left" ? "right" : "left";
}

function next(standing: Standing, newcomer: string, verdict: Verdict): { standing: Standing; loser: string } {
  const isChampionKept = verdict === "equal" || verdict === standing.side;
  // A newcomer that wins has stood on its side for one comparison.
  const winner = isChampionKept ? standing.champion : newcomer;
  const stoodOn = isChampionKept ? standing.side : other(standing.side);
  const stood = isChampionKept ? standing.stay : 1;
  const mustMove = stood >= LONGEST_STAY;
  return {
    standing: { champion: winner, side: mustMove ? other(stoodOn) : stoodOn, stay: mustMove ? 1 : stood + 1 },
    loser: isChampionKept ? newcomer : standing.champion,
  };
}

/** Replays `moves` over `order` (candidate ids as the server sent them). Throws on a move that was not possible. */
export function replay(order: readonly string[], moves: readonly Move[], seed: string): Hill {
  const [first, ...rest] = order;
  if (first === undefined) throw new Error("an assignment needs at least one candidate");
  let standing: Standing = { champion: first, side: isFirstOnLeft(seed) ? "left" : "right", stay: 1 };
  let waiting = rest;
  let isNoneAcceptable = false;
  let rating: number | null = null;
  const losers: string[] = [];
  const comparisons: Comparison[] = [];
  const reasons = new Map<string, readonly string[]>();

  const pair = (): { left: string | null; right: string | null } => {
    const newcomer = waiting[0] ?? null;
    return standing.side === "left"
      ? { left: standing.champion, right: newcomer }
      : { left: newcomer, right: standing.champion };
  };

  for (const move of moves) {
    if (move.kind === "verdict") {
      const { left, right } = pair();
      const newcomer = waiting[0];
      if (isNoneAcceptable || newcomer === undefined || left === null || right === null) {
        throw new Error("a verdict needs two candidates on screen");
      }
      comparisons.push({ left_id: left, right_id: right, verdict: move.verdict, milliseconds: move.milliseconds });
      const outcome = next(standing, newcomer, move.verdict);
      standing = outcome.standing;
      losers.push(outcome.loser);
      waiting = waiting.slice(1);
    } else if (move.kind === "none_acceptable") {
      if (isNoneAcceptable) throw new Error("already none acceptable");
      isNoneAcceptable = true;
    } else if (move.kind === "rating") {
      if (isNoneAcceptable || waiting.length > 0) throw new Error("a rating needs one candidate left");
      rating = move.value;
    } else {
      if (!order.includes(move.candidateId)) throw new Error("a reason needs a candidate of this assignment");
      const codes = reasons.get(move.candidateId) ?? [];
      const isSet = codes.includes(move.code);
      reasons.set(move.candidateId, isSet ? codes.filter((code) => code !== move.code) : [...codes, move.code]);
    }
  }

  const stage: Stage = isNoneAcceptable ? "rejecting" : waiting.length > 0 ? "comparing" : "rating";
  const shown = stage === "comparing" ? pair() : { left: null, right: null };
  return {
    stage,
    ...shown,
    champion: isNoneAcceptable ? null : standing.champion,
    waiting: stage === "comparing" ? waiting.slice(1) : waiting,
    losers,
    comparisons,
    rating: isNoneAcceptable ? null : rating,
    reasons,
  };
}

/** The moves with `move` added, or the same list when the move is not possible now. */
export function play(order: readonly string[], moves: readonly Move[], seed: string, move: Move): readonly Move[] {
  const longer = [...moves, move];
  try {
    replay(order, longer, seed);
  } catch {
    return moves;
  }
  return longer;
}

export function undo(moves: readonly Move[]): readonly Move[] {
  return moves.slice(0, -1);
}

export function isComplete(hill: Hill): boolean {
  return hill.stage === "rejecting" || (hill.stage === "rating" && hill.rating !== null);
}
