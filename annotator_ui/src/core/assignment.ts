/** An assignment as the browser sees it. Nothing in it tells which generator made a candidate. */

import type { Pose } from "./orbit";

/** How many tasks the server lets one person hold: the one in front and two ahead. */
export const MAX_HELD = 3;

export interface CandidateView {
  readonly id: string;
  readonly mesh_url: string;
  /** A coarse copy in the same box; null where the mesh itself is small. */
  readonly lod_url: string | null;
  readonly preview_url: string | null;
  /** From which side the photo shows it; null where nobody predicted that. */
  readonly pose: Pose | null;
}

export interface RatingStep {
  readonly value: number;
  readonly label: string;
}

export interface RejectionReason {
  readonly code: string;
  readonly label: string;
}

/** What a person is told about the campaign of a task. */
export interface ShownCampaign {
  readonly id: number;
  readonly name: string;
  readonly instructions: string;
  readonly is_practice: boolean;
}

export interface Assignment {
  readonly id: number;
  readonly lease_token: string;
  readonly lease_expires_at: string;
  readonly server_time: string;
  readonly photo: { readonly image_url: string; readonly width: number; readonly height: number };
  readonly mask_url: string;
  readonly target_id: number;
  readonly campaign: ShownCampaign;
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

/** How far a campaign is; practice counts one's own tasks. */
export interface CampaignProgress {
  readonly id: number;
  readonly name: string;
  readonly is_practice: boolean;
  readonly done: number;
  readonly wanted: number;
  readonly open_for_me: number;
}

/** A share of n cases with its interval. */
export interface Share {
  readonly n: number;
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Progress {
  readonly today: number;
  readonly total: number;
  readonly streak_days: number;
  readonly is_paused: boolean;
  readonly campaigns: readonly CampaignProgress[];
  /** Only where a campaign shows it. */
  readonly agreement?: Share | null;
  readonly gold?: Share | null;
}

/** How an answer stands to what is known; null: the answer does not decide it. */
export interface Feedback {
  readonly is_right: boolean | null;
  readonly expected: readonly { readonly better_id: string; readonly worse_id: string }[];
  readonly text: string;
}

/** What the server says about an answer that it holds. */
export interface Stored {
  readonly choiceId: number;
  readonly feedback: Feedback | null;
}

/** missing: there is no file. unreadable: there is one, and it shows nothing. */
export type AssetProblemKind = "missing" | "unreadable";

export const SKIP_REASONS = ["unclear_photo", "cannot_judge", "too_slow", "other"] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];
