/** One person's way through tasks of alignment: claim, place, keep the lease and the draft, submit, next. */

import { computed, signal } from "@preact/signals";
import { isSound, type Pose, readPose } from "./alignFrames";
import { AlignHistory, type Placing } from "./alignHistory";
import type { Lease } from "./assignment";
import { isHeartbeatDue, type LeaseClock, leaseLeft, readLease } from "./leaseClock";
import { CallFault, type KeyValueStore, readJson } from "./ports";
import { Stopwatch } from "./stopwatch";

export type AlignMethod = "gizmo" | "keys" | "numbers" | "snap";

export interface AlignTask extends Lease {
  readonly id: number;
  readonly lease_token: string;
  readonly target_id: number;
  readonly image_url: string;
  readonly width: number;
  readonly height: number;
  readonly mask_url: string;
  readonly mesh_url: string;
  readonly pose: Pose;
  readonly is_predicted: boolean;
  readonly focal: number;
  readonly exif_focal: number | null;
  /** The photo's pointmap on the grid, and the focal length of its camera. */
  readonly points_url: string | null;
  readonly points_focal: number | null;
  readonly draft: unknown;
}

export interface AlignAnswer {
  readonly lease_token: string;
  readonly idempotency_key: string;
  readonly pose: Pose;
  readonly focal: number;
  readonly method: AlignMethod;
  readonly browser_iou: number | null;
  readonly milliseconds: number;
}

/** Every method rejects with CallFault and nothing else. */
export interface AlignApi {
  next(): Promise<{ readonly task: AlignTask | null; readonly empty_message: string }>;
  heartbeat(taskId: number, leaseToken: string): Promise<Lease>;
  saveDraft(taskId: number, leaseToken: string, draft: unknown): Promise<void>;
  release(taskId: number, leaseToken: string): Promise<void>;
  snap(taskId: number, leaseToken: string, placing: Placing): Promise<Snapped>;
  submit(taskId: number, answer: AlignAnswer): Promise<{ server_iou: number; server_residual: number | null }>;
}

/** `residual` only where the photo has a pointmap: then the fit is to both. */
export interface Snapped {
  readonly pose: Pose;
  readonly iou: number;
  readonly start_iou: number;
  readonly residual: number | null;
}

export type AlignPhase =
  | { readonly kind: "loading" | "working" | "snapping" | "submitting" }
  | { readonly kind: "empty"; readonly message: string }
  | { readonly kind: "failed"; readonly reason: string };

export interface AlignSurroundings {
  now(): number;
  uuid(): string;
}

/** What the last snap or submission came to. */
interface AlignNotice {
  readonly iou?: number;
  readonly residual?: number | null;
  readonly from?: number;
  readonly to?: number;
  readonly isTaken?: boolean;
}

interface AlignDraft extends Placing {
  readonly version: 1;
  readonly milliseconds: number;
  readonly method: AlignMethod;
  readonly writtenAt: number;
}

const QUIET = 800;
const RETRY = 4000;
const PREFIX = "align:";
const POINTS_PRICE = 0.05;

export function readAlignDraft(value: unknown): AlignDraft | null {
  if (typeof value !== "object" || value === null) return null;
  const { version, focal, milliseconds, method, writtenAt, ...rest } = value as Record<string, unknown>;
  const pose = readPose(rest.pose);
  const isWhole = version === 1 && typeof focal === "number" && focal > 0 && typeof milliseconds === "number";
  if (pose === null || !isWhole || typeof writtenAt !== "number") return null;
  const isMethod = method === "gizmo" || method === "keys" || method === "numbers" || method === "snap";
  return isMethod ? { version: 1, pose, focal, milliseconds, method, writtenAt } : null;
}

export class AlignSession {
  readonly phase = signal<AlignPhase>({ kind: "loading" });
  readonly task = signal<AlignTask | null>(null);
  readonly placing = signal<Placing | null>(null);
  readonly canUndo = signal(false);
  readonly canRedo = signal(false);
  readonly iou = signal<number | null>(null);
  readonly startIou = signal<number | null>(null);
  /** Metres between surface and pointmap. */
  readonly residual = signal<number | null>(null);
  readonly lease = signal<LeaseClock | null>(null);
  readonly isLeaseLost = signal(false);
  readonly isRestored = signal(false);
  readonly saved = signal<{ readonly where: "server" | "browser"; readonly at: number } | null>(null);
  /** Why an answer waits or was refused. */
  readonly trouble = signal<{ readonly kind: "unsent" | "refused"; readonly reason: string } | null>(null);
  readonly notice = signal<AlignNotice | null>(null);
  readonly isBusy = computed(() => this.phase.value.kind === "submitting" || this.phase.value.kind === "snapping");
  private history: AlignHistory | null = null;
  private method: AlignMethod = "keys";
  private dueAt: number | null = null;
  private pending: { readonly answer: AlignAnswer; readonly taskId: number; retryAt: number } | null = null;
  private gesture: Placing | null = null;
  private touchedAt = 0;
  private isTicking = false;
  private readonly watch: Stopwatch;

  constructor(
    private readonly api: AlignApi,
    private readonly store: KeyValueStore,
    private readonly around: AlignSurroundings,
  ) {
    this.watch = new Stopwatch(() => around.now());
  }

  async next(): Promise<void> {
    this.phase.value = { kind: "loading" };
    const sentAt = this.around.now();
    try {
      const answer = await this.api.next();
      if (answer.task === null) {
        this.task.value = null;
        this.phase.value = { kind: "empty", message: answer.empty_message };
      } else this.open(answer.task, sentAt);
    } catch (error) {
      this.phase.value = { kind: "failed", reason: faultOf(error).reason };
    }
  }

  private open(task: AlignTask, sentAt: number): void {
    const here = readAlignDraft(readJson(this.store, PREFIX + task.id));
    const there = readAlignDraft(task.draft);
    const draft = here !== null && (there === null || here.writtenAt > there.writtenAt) ? here : there;
    const start: Placing = { pose: task.pose, focal: task.focal };
    this.history = new AlignHistory(start, () => this.around.now());
    if (draft !== null) this.history.set({ pose: draft.pose, focal: draft.focal }, null);
    this.method = draft?.method ?? "keys";
    this.isRestored.value = draft !== null;
    this.iou.value = null;
    this.startIou.value = null;
    this.residual.value = null;
    this.saved.value = null;
    this.trouble.value = null;
    this.dueAt = null;
    this.isLeaseLost.value = false;
    this.lease.value = readLease(task, sentAt, this.around.now());
    this.watch.reset(draft?.milliseconds ?? 0);
    this.watch.run(true);
    this.touch();
    this.task.value = task;
    this.show();
    this.phase.value = { kind: "working" };
  }

  private show(): void {
    this.placing.value = this.history?.current ?? null;
    this.canUndo.value = this.history?.canUndo ?? false;
    this.canRedo.value = this.history?.canRedo ?? false;
  }

  /** Somebody is there: the lease is worth keeping. */
  touch(): void {
    this.touchedAt = this.around.now();
  }

  /** Whether the person may change the pose now. */
  get isOpen(): boolean {
    return this.phase.value.kind === "working" && this.history !== null;
  }

  /** What cannot be is not taken: the pose stays as it was. */
  change(next: Placing, method: AlignMethod, kind: string | null): void {
    if (!this.isOpen || !isSound(next.pose) || !(next.focal > 0)) return;
    this.history?.set(next, kind);
    this.method = method;
    this.isRestored.value = false;
    this.notice.value = null;
    this.show();
    this.note();
  }

  /** A drag is one step back, however long it was; while it lasts, nothing is saved. */
  drag(next: Placing): void {
    if (!this.isOpen || !isSound(next.pose)) return;
    this.gesture = next;
    this.placing.value = next;
  }

  drop(method: AlignMethod): void {
    const { gesture } = this;
    this.gesture = null;
    if (gesture !== null) this.change(gesture, method, null);
  }

  undo(): void {
    this.step(() => this.history?.undo());
  }

  redo(): void {
    this.step(() => this.history?.redo());
  }

  reset(): void {
    const task = this.task.value;
    if (task !== null) this.change({ pose: task.pose, focal: task.focal }, "keys", null);
  }

  private step(work: () => void): void {
    if (!this.isOpen) return;
    work();
    this.show();
    this.note();
  }

  private note(): void {
    const [task, placing] = [this.task.value, this.history?.current];
    if (task === null || placing === undefined) return;
    this.store.set(PREFIX + task.id, JSON.stringify(this.draft(placing)));
    this.saved.value = { where: "browser", at: this.around.now() };
    this.dueAt = this.around.now() + QUIET;
  }

  private draft(placing: Placing): AlignDraft {
    return {
      version: 1,
      ...placing,
      method: this.method,
      milliseconds: Math.round(this.watch.milliseconds),
      writtenAt: this.around.now(),
    };
  }

  async snap(): Promise<void> {
    const [task, placing] = [this.task.value, this.placing.value];
    if (!this.isOpen || task === null || placing === null) return;
    this.phase.value = { kind: "snapping" };
    this.trouble.value = null;
    try {
      const found = await this.api.snap(task.id, task.lease_token, placing);
      this.phase.value = { kind: "working" };
      const pose = readPose(found.pose);
      // With a pointmap the fit is to both: the points may ask for a little less overlap.
      const price = found.residual === null ? 0 : POINTS_PRICE;
      const isTaken = pose !== null && found.iou > found.start_iou - price;
      if (isTaken) this.change({ ...placing, pose }, "snap", null);
      this.notice.value = { from: found.start_iou, to: found.iou, residual: found.residual, isTaken };
    } catch (error) {
      this.phase.value = { kind: "working" };
      const fault = faultOf(error);
      if (fault.isLeaseLost) this.isLeaseLost.value = true;
      else this.trouble.value = { kind: "refused", reason: fault.reason };
    }
  }

  async submit(): Promise<void> {
    const [task, placing] = [this.task.value, this.history?.current];
    if (!this.isOpen || task === null || placing === undefined) return;
    this.watch.run(false);
    const answer: AlignAnswer = {
      lease_token: task.lease_token,
      idempotency_key: this.around.uuid(),
      ...placing,
      method: this.method,
      browser_iou: this.iou.value,
      milliseconds: Math.round(this.watch.milliseconds),
    };
    this.pending = { answer, taskId: task.id, retryAt: 0 };
    this.phase.value = { kind: "submitting" };
    await this.send();
  }

  private async send(): Promise<void> {
    const { pending } = this;
    if (pending === null) return;
    pending.retryAt = Number.POSITIVE_INFINITY;
    try {
      const stored = await this.api.submit(pending.taskId, pending.answer);
      this.finish(pending.taskId);
      await this.next();
      this.notice.value = { iou: stored.server_iou, residual: stored.server_residual };
    } catch (error) {
      const fault = faultOf(error);
      if (fault.kind === "transient") {
        pending.retryAt = this.around.now() + RETRY;
        this.trouble.value = { kind: "unsent", reason: fault.reason };
        return;
      }
      this.pending = null;
      this.watch.run(true);
      this.phase.value = { kind: "working" };
      if (fault.isLeaseLost) this.isLeaseLost.value = true;
      else this.trouble.value = { kind: "refused", reason: fault.reason };
    }
  }

  private finish(taskId: number): void {
    this.pending = null;
    this.dueAt = null;
    this.trouble.value = null;
    this.store.remove(PREFIX + taskId);
  }

  async giveBack(): Promise<void> {
    const task = this.task.value;
    if (task === null || !this.isOpen) return;
    try {
      await this.api.release(task.id, task.lease_token);
    } catch (error) {
      const fault = faultOf(error);
      if (!fault.isLeaseLost) {
        this.trouble.value = { kind: "refused", reason: fault.reason };
        return;
      }
    }
    this.finish(task.id);
    await this.next();
  }

  /** Called about once a second. */
  async tick(): Promise<void> {
    if (this.isTicking) return;
    this.isTicking = true;
    try {
      if (this.pending !== null && this.pending.retryAt <= this.around.now()) await this.send();
      await this.keepLease();
      await this.saveDraft();
    } finally {
      this.isTicking = false;
    }
  }

  private async keepLease(): Promise<void> {
    const [task, clock, now] = [this.task.value, this.lease.value, this.around.now()];
    if (task === null || clock === null || this.isLeaseLost.value) return;
    const isThere = now - this.touchedAt < clock.length;
    if (!isThere || !isHeartbeatDue(clock, now)) return;
    try {
      const lease = await this.api.heartbeat(task.id, task.lease_token);
      if (this.task.value === task) this.lease.value = readLease(lease, now, this.around.now());
    } catch (error) {
      // A call that found no server is tried again at the next tick.
      if (faultOf(error).isLeaseLost && this.task.value === task) this.isLeaseLost.value = true;
    }
  }

  private async saveDraft(): Promise<void> {
    const [task, placing] = [this.task.value, this.history?.current];
    if (this.dueAt === null || this.dueAt > this.around.now() || !this.isOpen) return;
    if (task === null || placing === undefined || this.isLeaseLost.value) return;
    this.dueAt = null;
    try {
      await this.api.saveDraft(task.id, task.lease_token, this.draft(placing));
      if (this.dueAt === null && this.task.value === task)
        this.saved.value = { where: "server", at: this.around.now() };
    } catch (error) {
      const fault = faultOf(error);
      if (fault.isLeaseLost) this.isLeaseLost.value = true;
      else if (fault.kind === "transient") this.dueAt = this.around.now() + RETRY;
    }
  }

  /** Milliseconds that the task stays ours, or null without one. */
  left(now: number): number | null {
    return this.lease.value === null || this.task.value === null ? null : leaseLeft(this.lease.value, now);
  }
}

function faultOf(error: unknown): CallFault {
  if (error instanceof CallFault) return error;
  throw error;
}
