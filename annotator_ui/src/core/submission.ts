/** From a finished hill to the body of a submission. */

import { type Comparison, type Hill, isComplete } from "./kingOfTheHill";
import type { ViewerMode } from "./viewerModes";

export type { ViewerMode } from "./viewerModes";

export interface Rejection {
  readonly candidate_id: string;
  readonly reasons: readonly string[];
}

export interface Submission {
  readonly lease_token: string;
  readonly idempotency_key: string;
  readonly outcome: "chosen" | "none_acceptable";
  readonly winner_id: string | null;
  readonly rating: number | null;
  readonly comparisons: readonly Comparison[];
  readonly rejections: readonly Rejection[];
  readonly viewer_mode: ViewerMode;
  readonly milliseconds: number;
}

export interface SubmissionFacts {
  readonly leaseToken: string;
  readonly idempotencyKey: string;
  readonly viewerMode: ViewerMode;
  readonly milliseconds: number;
}

/** Throws if the hill is not finished: a missing rating is a bug of the caller, never sent. */
export function toSubmission(hill: Hill, facts: SubmissionFacts): Submission {
  if (!isComplete(hill)) throw new Error("the task is not finished");
  const isChosen = hill.stage === "rating";
  const rejections: Rejection[] = [];
  for (const [candidateId, codes] of hill.reasons) {
    // Reasons noted before a candidate won are notes on a loser that never was.
    if (codes.length > 0 && candidateId !== hill.champion)
      rejections.push({ candidate_id: candidateId, reasons: codes });
  }
  return {
    lease_token: facts.leaseToken,
    idempotency_key: facts.idempotencyKey,
    outcome: isChosen ? "chosen" : "none_acceptable",
    winner_id: isChosen ? hill.champion : null,
    rating: isChosen ? hill.rating : null,
    comparisons: hill.comparisons,
    rejections,
    viewer_mode: facts.viewerMode,
    milliseconds: Math.round(facts.milliseconds),
  };
}
