/** From a finished answer to the body of a submission. */

import { type Answer, isComplete, type Mode } from "./answer";
import { groupsOf } from "./grid";
import type { Comparison } from "./kingOfTheHill";
import type { ViewerMode } from "./viewerModes";
import type { View } from "./viewLog";

export type { ViewerMode } from "./viewerModes";

/** picture: the browser could draw no surfaces, so the answer rests on the candidates' pictures. */
export type LookedAt = ViewerMode | "picture";

export interface Rejection {
  readonly candidate_id: string;
  readonly reasons: readonly string[];
}

/** A correction: which stored choice it takes the place of, and why. */
export interface Correction {
  readonly choice_id: number;
  readonly reason: string;
}

export interface Submission {
  readonly lease_token: string;
  readonly idempotency_key: string;
  readonly outcome: "chosen" | "none_acceptable";
  readonly winner_id: string | null;
  readonly rating: number | null;
  readonly mode: Mode;
  readonly ranking: { readonly ranks: readonly (readonly string[])[] } | null;
  readonly comparisons: readonly Comparison[];
  readonly rejections: readonly Rejection[];
  readonly comment: string;
  readonly views: readonly View[];
  /** null when nobody watched: not the same as "turned none". */
  readonly turned_ids: readonly string[] | null;
  readonly viewer_mode: LookedAt;
  readonly milliseconds: number;
  /** Kept with the answer on its way to the server; not part of the body. */
  readonly correction?: Correction | undefined;
}

export interface SubmissionFacts {
  readonly leaseToken: string;
  readonly idempotencyKey: string;
  readonly viewerMode: LookedAt;
  readonly milliseconds: number;
  readonly views: readonly View[];
  readonly turnedIds: readonly string[] | null;
  readonly correction?: Correction | undefined;
}

function rejectionsOf(answer: Answer): Rejection[] {
  const rejections: Rejection[] = [];
  for (const [candidateId, codes] of answer.reasons) {
    // Reasons noted before a candidate won are notes on a loser that never was.
    if (codes.length > 0 && candidateId !== answer.champion)
      rejections.push({ candidate_id: candidateId, reasons: codes });
  }
  return rejections;
}

/** Throws if the answer is not finished: a missing rating is a bug of the caller, never sent. */
export function toSubmission(answer: Answer, facts: SubmissionFacts): Submission {
  if (!isComplete(answer)) throw new Error("the task is not finished");
  const isChosen = answer.stage === "rating";
  return {
    lease_token: facts.leaseToken,
    idempotency_key: facts.idempotencyKey,
    outcome: isChosen ? "chosen" : "none_acceptable",
    winner_id: isChosen ? answer.champion : null,
    rating: isChosen ? answer.rating : null,
    mode: answer.mode,
    ranking: answer.mode === "grid" ? { ranks: groupsOf(answer.ranks) } : null,
    comparisons: answer.mode === "grid" ? [] : answer.comparisons,
    rejections: rejectionsOf(answer),
    comment: answer.comment.trim(),
    views: facts.views,
    turned_ids: facts.turnedIds,
    viewer_mode: facts.viewerMode,
    milliseconds: Math.round(facts.milliseconds),
    correction: facts.correction,
  };
}
