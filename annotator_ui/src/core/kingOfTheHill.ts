/**
 * King of the hill: two candidates at a time, the loser replaced by the next, the last one standing is rated.
 *
 * - Equal: the incumbent stays and the newcomer leaves. In the first comparison the incumbent is the first candidate.
 * - Both bad: neither stays; the next two newcomers meet. A single one that is left stands without a fight, and when
 *   nobody is left none was acceptable.
 * - Sides: the winner stays where it stands, so that eyes need not start afresh; but nobody stands on one side for more
 *   than two comparisons in a row, and a coin taken from the assignment's id decides who starts on the left. A person
 *   who favours one side then favours no candidate over a whole task, and the recorded sides let the bias be measured.
 */

export type Side = "left" | "right";
export type Verdict = Side | "equal" | "both_bad";

export interface Comparison {
  readonly left_id: string;
  readonly right_id: string;
  readonly verdict: Verdict;
  readonly milliseconds: number;
}

interface Standing {
  /** null once both of a pair were bad and nobody is left. */
  readonly champion: string | null;
  readonly side: Side;
  /** How many comparisons in a row the champion has stood on `side`, the current one included. */
  readonly stay: number;
}

export interface Hill extends Standing {
  /** Not judged yet, in order; the first one is on screen beside the champion. */
  readonly newcomers: readonly string[];
  /** In the order in which they lost. */
  readonly losers: readonly string[];
  readonly comparisons: readonly Comparison[];
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

function start(champion: string | null, seed: string): Standing {
  return { champion, side: isFirstOnLeft(seed) ? "left" : "right", stay: 1 };
}

/** The hill before the first comparison. */
export function beginHill(order: readonly string[], seed: string): Hill {
  const [first, ...newcomers] = order;
  if (first === undefined) throw new Error("an assignment needs at least one candidate");
  return { ...start(first, seed), newcomers, losers: [], comparisons: [] };
}

/** The two to compare; null once one is left or nobody is. */
export function pairOf(hill: Hill): { readonly left: string; readonly right: string } | null {
  const [newcomer] = hill.newcomers;
  if (hill.champion === null || newcomer === undefined) return null;
  return hill.side === "left" ? { left: hill.champion, right: newcomer } : { left: newcomer, right: hill.champion };
}

function next(standing: Standing, newcomer: string, isChampionKept: boolean): Standing {
  // A newcomer that wins has stood on its side for one comparison.
  const champion = isChampionKept ? standing.champion : newcomer;
  const stoodOn = isChampionKept ? standing.side : other(standing.side);
  const stood = isChampionKept ? standing.stay : 1;
  const mustMove = stood >= LONGEST_STAY;
  return { champion, side: mustMove ? other(stoodOn) : stoodOn, stay: mustMove ? 1 : stood + 1 };
}

/** The hill after one more comparison. Throws when there are no two to compare. */
export function judged(hill: Hill, verdict: Verdict, milliseconds: number, seed: string): Hill {
  const pair = pairOf(hill);
  const [newcomer, ...rest] = hill.newcomers;
  if (pair === null || newcomer === undefined || hill.champion === null) {
    throw new Error("a verdict needs two candidates on screen");
  }
  const comparisons = [...hill.comparisons, { left_id: pair.left, right_id: pair.right, verdict, milliseconds }];
  if (verdict === "both_bad") {
    const [following = null, ...newcomers] = rest;
    // A coin of its own: who starts anew has not earned the side of those who left.
    const standing = start(following, `${seed}:${comparisons.length}`);
    return { ...standing, newcomers, losers: [...hill.losers, hill.champion, newcomer], comparisons };
  }
  const isChampionKept = verdict === "equal" || verdict === hill.side;
  const loser = isChampionKept ? newcomer : hill.champion;
  return { ...next(hill, newcomer, isChampionKept), newcomers: rest, losers: [...hill.losers, loser], comparisons };
}
