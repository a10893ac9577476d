/** Correcting a stored answer: what it was, as moves that can be taken back, and why it is changed. */

import { signal } from "@preact/signals";
import { isPossible, type Mode, type Move, replay, type Setting } from "./answer";
import type { CandidateView } from "./assignment";
import type { Draft } from "./draft";
import type { Comparison } from "./kingOfTheHill";
import type { Rejection } from "./submission";

/** An answer as the server keeps it, as far as a correction needs it. */
export interface StoredAnswer {
  readonly id: number;
  readonly mode: Mode;
  readonly outcome: "chosen" | "none_acceptable";
  readonly winner_id: string | null;
  readonly rating: number | null;
  readonly ranking: readonly (readonly string[])[] | null;
  readonly comparisons: readonly (Omit<Comparison, "milliseconds"> & { readonly milliseconds: number | null })[];
  readonly rejections: readonly Rejection[];
  readonly comment: string;
  readonly candidates: readonly CandidateView[];
}

/** The reason of a correction while it is being written. */
export class CorrectionNote {
  readonly reason = signal("");
  readonly isMissing = signal(false);
  readonly isStored = signal(false);

  constructor(
    readonly choiceId: number,
    /** When the answer was sent, in words. */
    readonly when: string,
  ) {}

  /** Whether there is a reason; if not, the page asks for it from now on. */
  isGiven(): boolean {
    this.isMissing.value = this.reason.value.trim() === "";
    return !this.isMissing.value;
  }
}

const SEEDS = 256;

function verdicts(stored: StoredAnswer): Move[] {
  return stored.comparisons.map(({ verdict, milliseconds }) => ({
    kind: "verdict",
    verdict,
    milliseconds: milliseconds ?? 0,
  }));
}

/** The order in which candidates came on, with those of the first comparison in this order. */
function orderOf(stored: StoredAnswer, isLeftFirst: boolean): string[] {
  const seen = stored.comparisons.flatMap(({ left_id: left, right_id: right }, place) =>
    place === 0 && !isLeftFirst ? [right, left] : [left, right],
  );
  return [...new Set([...seen, ...stored.candidates.map((candidate) => candidate.id)])];
}

function isSame(setting: Setting, moves: readonly Move[], stored: StoredAnswer): boolean {
  if (!isPossible(setting, moves)) return false;
  const { comparisons, champion } = replay(setting, moves);
  const isChampionSame = stored.outcome === "none_acceptable" || champion === stored.winner_id;
  const hasSamePairs = comparisons.every((one, place) => {
    const other = stored.comparisons[place];
    return one.left_id === other?.left_id && one.right_id === other.right_id;
  });
  return isChampionSame && hasSamePairs;
}

/** Sides follow from a seed that the server does not keep: one that gives the same pairs is as good. */
function kingSetting(stored: StoredAnswer, moves: readonly Move[]): Setting | null {
  for (let seed = 0; seed < SEEDS; seed += 1) {
    for (const isLeftFirst of [true, false]) {
      const setting: Setting = { order: orderOf(stored, isLeftFirst), seed: String(seed), mode: "king" };
      if (isSame(setting, moves, stored)) return setting;
    }
  }
  return null;
}

function ranking(stored: StoredAnswer): Move[] {
  const [top = [], ...others] = stored.ranking ?? [];
  // The winner first: of those tied at the top, the one ranked first is rated.
  const first = [...top].sort((one, other) => Number(other === stored.winner_id) - Number(one === stored.winner_id));
  const ranks = [first, ...others].flatMap((group, place): Move[] =>
    group.map((candidateId) => ({ kind: "rank", candidateId, rank: place + 1 })),
  );
  return stored.outcome === "chosen" ? [...ranks, { kind: "ranked" }] : ranks;
}

function ending(stored: StoredAnswer, setting: Setting, moves: readonly Move[]): Move[] {
  const end: Move[] = stored.rejections.flatMap(({ candidate_id: candidateId, reasons }) =>
    reasons.map((code): Move => ({ kind: "reason", candidateId, code })),
  );
  if (stored.comment !== "") end.push({ kind: "comment", text: stored.comment });
  if (stored.rating !== null) end.push({ kind: "rating", value: stored.rating });
  const isOver = replay(setting, moves).stage === "rejecting";
  if (stored.outcome === "none_acceptable" && !isOver) end.push({ kind: "none_acceptable" });
  return end;
}

/** The stored answer as work that is done; as work that is not begun if nothing leads to it any more. */
export function reopened(stored: StoredAnswer, opened: { readonly now: number; readonly writer: string }): Draft {
  const isGrid = stored.mode === "grid";
  const begin = isGrid ? ranking(stored) : verdicts(stored);
  const order = stored.candidates.map((candidate) => candidate.id);
  const fresh: Setting = { order, seed: "0", mode: stored.mode };
  const setting = isGrid ? fresh : kingSetting(stored, begin);
  const moves = setting === null ? [] : [...begin, ...ending(stored, setting, begin)];
  const isWhole = setting !== null && isPossible(setting, moves);
  return {
    version: 2,
    ...(setting ?? fresh),
    moves: isWhole ? moves : [],
    undone: [],
    milliseconds: 0,
    looks: null,
    // By the same browser as any correction that was begun and left: this one, the later, stands.
    writtenAt: opened.now,
    writer: opened.writer,
  };
}
