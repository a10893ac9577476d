/** An assignment as the browser sees it. Nothing in it tells which generator made a candidate. */

export interface CandidateView {
  readonly id: string;
  readonly mesh_url: string;
  readonly preview_url: string | null;
}

export interface RatingStep {
  readonly value: number;
  readonly label: string;
}

export interface RejectionReason {
  readonly code: string;
  readonly label: string;
}

export interface Assignment {
  readonly id: number;
  readonly lease_token: string;
  readonly lease_expires_at: string;
  readonly server_time: string;
  readonly photo: { readonly image_url: string; readonly width: number; readonly height: number };
  readonly mask_url: string;
  readonly target_id: number;
  /** In the order in which the server wants them shown. */
  readonly candidates: readonly CandidateView[];
  readonly draft: unknown;
  readonly rating_scale: readonly RatingStep[];
  readonly rejection_reasons: readonly RejectionReason[];
}

export type EmptyReason =
  | "no_targets"
  | "all_held"
  | "all_done_by_you"
  | "waiting_for_candidates"
  | "paused_by_you"
  | "campaign_paused"
  | "skills_missing"
  | "practice_done";

export interface NextAnswer {
  readonly assignment: Assignment | null;
  readonly empty_reason: EmptyReason | null;
  readonly empty_message: string;
}

export interface Lease {
  readonly lease_expires_at: string;
  readonly server_time: string;
}

export interface Progress {
  readonly today: number;
  readonly total: number;
  readonly streak_days: number;
}
