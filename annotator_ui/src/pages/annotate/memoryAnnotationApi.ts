/** The annotation API in memory, for tests and for looking at the page without a server. Same rules, no network. */

import type { Assignment, NextAnswer } from "../../core/assignment";
import type { Draft } from "../../core/draft";
import { type AnnotationApi, CallFault } from "../../core/ports";
import type { Submission } from "../../core/submission";

export const MAX_HELD = 2;
export const LEASE = 300_000;

interface Row {
  readonly targetId: number;
  state: "open" | "held" | "submitted";
  token: string;
  expiresAt: number;
  draft: Draft | null;
}

export class MemoryAnnotationApi implements AnnotationApi {
  /** Set to make every call fail as it would without a network. */
  isOffline = false;
  readonly calls: string[] = [];
  readonly submitted: { readonly id: number; readonly body: Submission }[] = [];
  private readonly rows = new Map<number, Row>();
  private tokens = 0;

  constructor(
    nTasks: number,
    private readonly now: () => number,
    private readonly candidatesPerTask = 3,
  ) {
    for (let id = 1; id <= nTasks; id += 1) {
      this.rows.set(id, { targetId: id * 10, state: "open", token: "", expiresAt: 0, draft: null });
    }
  }

  async next(ahead: { readonly exclude: readonly number[] } | null): Promise<NextAnswer> {
    this.enter("next");
    const exclude = ahead?.exclude ?? [];
    const held = [...this.rows].filter(([, row]) => row.state === "held");
    const mine = held.find(([id]) => !exclude.includes(id));
    const free = [...this.rows].find(([, row]) => row.state === "open");
    const found = mine ?? (held.length < MAX_HELD ? free : undefined);
    if (found === undefined) return { assignment: null, empty_reason: "all_done_by_you", empty_message: "All done." };
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

  async submit(id: number, body: Submission): Promise<void> {
    this.enter(`submit ${id}`);
    if (this.submitted.some((one) => one.body.idempotency_key === body.idempotency_key)) return;
    this.held(id, body.lease_token).state = "submitted";
    this.submitted.push({ id, body });
  }

  async progress() {
    this.enter("progress");
    return { today: this.submitted.length, total: this.submitted.length, streak_days: 1 };
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
  }

  private held(id: number, token: string): Row {
    const row = this.rows.get(id);
    if (row?.state === "held" && row.token === token) return row;
    const isTaken = row?.state === "held";
    throw new CallFault("refused", isTaken ? "lease_taken" : "lease_expired", "The task is not yours any more.");
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
      mask_url: `/mask/${id}`,
      target_id: row.targetId,
      candidates: places.map((name) => ({ id: name, mesh_url: `/mesh/${name}`, preview_url: null })),
      draft: row.draft,
      rating_scale: [
        { value: 0, label: "Poor" },
        { value: 1, label: "Excellent" },
      ],
      rejection_reasons: [{ code: "floaters", label: "Loose pieces" }],
    };
  }
}
