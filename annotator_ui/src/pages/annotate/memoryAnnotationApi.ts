/** The annotation API in memory, for tests and for looking at the page without a server. Same rules, no network. */

import {
  type AssetProblemKind,
  type Assignment,
  type EmptyReason,
  type Feedback,
  MAX_HELD,
  type NextAnswer,
  type SkipReason,
  type Stored,
} from "../../core/assignment";
import type { Draft } from "../../core/draft";
import type { Pose } from "../../core/orbit";
import { type AnnotationApi, CallFault, type Wish } from "../../core/ports";
import type { Submission } from "../../core/submission";

export const LEASE = 300_000;
export const EVERYTHING = 1;
export const PRACTICE = 2;

interface Row {
  readonly targetId: number;
  readonly campaignId: number;
  state: "open" | "held" | "submitted" | "skipped" | "waiting";
  token: string;
  expiresAt: number;
  draft: Draft | null;
}

export class MemoryAnnotationApi implements AnnotationApi {
  /** Set to make every call fail as it would without a network. */
  isOffline = false;
  /** Set to make every call fail as for somebody who lost the role. */
  isForbidden = false;
  isPaused = false;
  /** Said about every answer from now on. */
  feedback: Feedback | null = null;
  readonly calls: string[] = [];
  readonly skipped: { readonly id: number; readonly reason: SkipReason | "bad_mask"; readonly comment: string }[] = [];
  readonly reported: { readonly candidateId: string; readonly kind: AssetProblemKind }[] = [];
  readonly submitted: { readonly id: number; readonly body: Submission }[] = [];
  /** By candidate: those that know from which side the photo shows them. */
  readonly poses = new Map<string, Pose>();
  private readonly rows = new Map<number, Row>();
  private tokens = 0;

  constructor(
    nTasks: number,
    private readonly now: () => number,
    private readonly candidatesPerTask = 3,
    private readonly hasPractice = false,
  ) {
    for (let id = 1; id <= nTasks; id += 1) {
      // Every third task is practice, and asked for by its campaign only.
      const campaignId = id % 3 === 0 && this.hasPractice ? PRACTICE : EVERYTHING;
      this.rows.set(id, { targetId: id * 10, campaignId, state: "open", token: "", expiresAt: 0, draft: null });
    }
  }

  async next({ campaignId, exclude }: Wish): Promise<NextAnswer> {
    this.enter("next");
    if (this.isPaused) return this.nothing("paused_by_you");
    const isAsked = (row: Row): boolean => (campaignId ?? EVERYTHING) === row.campaignId;
    const held = [...this.rows].filter(([, row]) => row.state === "held");
    const mine = held.find(([id, row]) => !exclude.includes(id) && (campaignId === null || isAsked(row)));
    const free = [...this.rows].find(([, row]) => row.state === "open" && isAsked(row));
    const found = mine ?? (held.length < MAX_HELD ? free : undefined);
    if (found === undefined) return this.nothing(campaignId === PRACTICE ? "practice_done" : "all_done_by_you");
    const [id, row] = found;
    if (mine === undefined) row.token = this.newToken();
    row.state = "held";
    row.expiresAt = this.now() + LEASE;
    return { assignment: this.view(id, row), empty_reason: null, empty_message: "" };
  }

  async heartbeat(id: number, token: string) {
    this.enter(`heartbeat ${id}`);
    const row = this.held(id, token);
    row.expiresAt = this.now() + LEASE;
    return this.lease(row);
  }

  async saveDraft(id: number, token: string, draft: Draft): Promise<void> {
    this.enter(`draft ${id}`);
    this.held(id, token).draft = draft;
  }

  async release(id: number, token: string): Promise<void> {
    this.enter(`release ${id}`);
    const row = this.held(id, token);
    row.state = "open";
    row.draft = null;
    this.rows.delete(id);
    this.rows.set(id, row);
  }

  async skip(id: number, token: string, reason: SkipReason, comment: string): Promise<void> {
    this.enter(`skip ${id}`);
    this.held(id, token).state = "skipped";
    this.skipped.push({ id, reason, comment });
  }

  async flagMask(id: number, token: string, comment: string): Promise<void> {
    this.enter(`flag ${id}`);
    this.held(id, token).state = "waiting";
    this.skipped.push({ id, reason: "bad_mask", comment });
  }

  async reportAsset(id: number, token: string, candidateId: string, kind: AssetProblemKind): Promise<void> {
    this.enter(`asset ${id}`);
    this.held(id, token);
    this.reported.push({ candidateId, kind });
  }

  async submit(id: number, body: Submission): Promise<Stored> {
    this.enter(`submit ${id}`);
    const known = this.submitted.findIndex((one) => one.body.idempotency_key === body.idempotency_key);
    if (known >= 0) return { choiceId: known + 1, feedback: this.feedback };
    this.held(id, body.lease_token).state = "submitted";
    this.submitted.push({ id, body });
    return { choiceId: this.submitted.length, feedback: this.feedback };
  }

  async progress() {
    this.enter("progress");
    const n = this.submitted.length;
    return { today: n, total: n, streak_days: 1, is_paused: this.isPaused, campaigns: [], agreement: null, gold: null };
  }

  async pause(): Promise<void> {
    this.enter("pause");
    this.isPaused = true;
    for (const row of this.rows.values()) if (row.state === "held") row.state = "open";
  }

  async resume(): Promise<void> {
    this.enter("resume");
    this.isPaused = false;
  }

  /** The same person has answered the task somewhere else. */
  answerElsewhere(id: number): void {
    const row = this.rows.get(id);
    if (row !== undefined) row.state = "submitted";
  }

  /** The same person has worked on the task somewhere else. */
  putDraft(id: number, draft: Draft): void {
    const row = this.rows.get(id);
    if (row !== undefined) row.draft = draft;
  }

  /** Somebody else gets the task, as after a lease that ran out. */
  takeAway(id: number): void {
    const row = this.rows.get(id);
    if (row !== undefined) row.token = this.newToken();
  }

  /** The lease ended and nobody else wants the task. */
  expire(id: number): void {
    const row = this.rows.get(id);
    if (row !== undefined) row.state = "open";
  }

  draftOf(id: number): Draft | null {
    return this.rows.get(id)?.draft ?? null;
  }

  private enter(call: string): void {
    this.calls.push(call);
    if (this.isOffline) throw new CallFault("transient", "offline", "The server cannot be reached.");
    if (this.isForbidden) throw new CallFault("transient", "permission_denied", "You may not do that.");
  }

  private nothing(reason: EmptyReason): NextAnswer {
    return { assignment: null, empty_reason: reason, empty_message: "Nothing now." };
  }

  private held(id: number, token: string): Row {
    const row = this.rows.get(id);
    if (row?.state === "held" && row.token === token) return row;
    const code =
      row?.state === "submitted" ? "already_submitted" : row?.state === "held" ? "lease_taken" : "lease_expired";
    throw new CallFault("refused", code, "The task is not yours any more.");
  }

  private newToken(): string {
    this.tokens += 1;
    return `token-${this.tokens}`;
  }

  private lease(row: Row) {
    const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
    return { lease_expires_at: time(row.expiresAt), server_time: time(this.now()) };
  }

  private view(id: number, row: Row): Assignment {
    const places = Array.from({ length: this.candidatesPerTask }, (_, place) => `${id}-${place}`);
    return {
      id,
      lease_token: row.token,
      ...this.lease(row),
      photo: { image_url: `/photo/${id}`, width: 640, height: 480 },
      campaign: {
        id: row.campaignId,
        name: row.campaignId === PRACTICE ? "Practice" : "Everything",
        instructions: "",
        is_practice: row.campaignId === PRACTICE,
      },
      mask_url: `/mask/${id}`,
      target_id: row.targetId,
      candidates: places.map((name) => ({
        id: name,
        mesh_url: `/mesh/${name}`,
        lod_url: null,
        preview_url: null,
        pose: this.poses.get(name) ?? null,
      })),
      draft: row.draft,
      rating_scale: ["Bad", "Poor", "Fair", "Good", "Excellent"].map((label, place) => ({
        value: (place + 1) / 5,
        label,
      })),
      rejection_reasons: [{ code: "floaters", label: "Loose pieces" }],
    };
  }
}
