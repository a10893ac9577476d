/**
 * One person's day on the annotate page: claims tasks, one ahead, keeps their leases, drafts and answers.
 *
 * No timer and no network of its own: the page calls `tick` about once a second, and `touch` when the person does
 * something. A lease is prolonged only for somebody who is there.
 */

import { computed, signal } from "@preact/signals";
import type { Assignment, EmptyReason, NextAnswer, Progress } from "./assignment";
import type { Draft } from "./draft";
import { DraftKeeper } from "./draftKeeper";
import { isComplete, type Move, play, replay, undo } from "./kingOfTheHill";
import { isHeartbeatDue, type LeaseClock, leaseLeft, readLease } from "./leaseClock";
import { lettered } from "./letters";
import type { OutboxEntry } from "./outbox";
import { OutboxSender } from "./outboxSender";
import { type AnnotationApi, CallFault, type KeyValueStore, type Surroundings } from "./ports";
import { withReach } from "./reach";
import { Stopwatch } from "./stopwatch";
import { toSubmission, type ViewerMode } from "./submission";

export interface OpenTask {
  readonly assignment: Assignment;
  readonly order: readonly string[];
  /** The same candidates in the order of their letters. */
  readonly letters: readonly string[];
  readonly seed: string;
  readonly moves: readonly Move[];
  readonly isRestored: boolean;
}

interface Held {
  readonly assignment: Assignment;
  readonly clock: LeaseClock;
}

export type Phase =
  | { readonly kind: "loading" | "working" | "submitting" }
  | { readonly kind: "empty"; readonly reason: EmptyReason | null; readonly message: string; readonly againAt: number }
  | { readonly kind: "failed"; readonly reason: string; readonly againAt: number };

/** held: ours. over: time ran out, perhaps not yet given away. expired, taken: the server said no. */
export type LeaseState = "held" | "over" | "expired" | "taken";

export const EMPTY_WAIT = 15_000;
const FAILED_WAIT = 5000;
const AHEAD_WAIT = 20_000;
const ACTIVE_FOR = 120_000;
const BEAT_WAIT = 5000;

export class AnnotationSession {
  readonly phase = signal<Phase>({ kind: "loading" });
  readonly task = signal<OpenTask | null>(null);
  readonly clock = signal<LeaseClock | null>(null);
  readonly leaseState = signal<LeaseState>("held");
  readonly ahead = signal<Held | null>(null);
  readonly progress = signal<Progress | null>(null);
  readonly refusal = signal<{ readonly entry: OutboxEntry; readonly code: string } | null>(null);
  readonly isOffline = signal(false);
  readonly hill = computed(() => {
    const task = this.task.value;
    return task === null ? null : replay(task.order, task.moves, task.seed);
  });
  readonly drafts: DraftKeeper;
  readonly outbox: OutboxSender;
  private readonly pairWatch: Stopwatch;
  private readonly taskWatch: Stopwatch;
  private touchedAt: number;
  private beatAt = 0;
  private aheadAt = 0;
  private isClaiming = false;
  private isBeating = false;
  private isAsking = false;

  private readonly api: AnnotationApi;

  constructor(
    calls: AnnotationApi,
    store: KeyValueStore,
    private readonly surroundings: Surroundings,
  ) {
    const api = withReach(calls, (isReached) => {
      this.isOffline.value = !isReached;
    });
    this.api = api;
    this.pairWatch = new Stopwatch(surroundings.now);
    this.taskWatch = new Stopwatch(surroundings.now);
    this.touchedAt = surroundings.now();
    this.drafts = new DraftKeeper(api, store, surroundings, (assignment, fault) =>
      this.loseLease(assignment.id, fault),
    );
    this.outbox = new OutboxSender(api, store, surroundings, {
      onDelivered: (entry) => this.onDelivered(entry),
      onRefused: (entry, delivery) => this.onRefused(entry, delivery.code),
    });
  }

  /** Answers of an earlier visit go first: a task that waits to be sent would only be handed out again. */
  async start(): Promise<void> {
    await this.outbox.send();
    await Promise.all([this.claim(), this.countProgress()]);
  }

  async tick(): Promise<void> {
    const now = this.surroundings.now();
    const phase = this.phase.value;
    const isAgain = (phase.kind === "empty" || phase.kind === "failed") && phase.againAt <= now;
    this.watchLease(now);
    await Promise.all([
      this.outbox.send(),
      this.drafts.tick(),
      this.beat(now),
      isAgain ? this.claim() : null,
      this.claimAhead(now),
    ]);
  }

  /** The person is there. */
  touch(): void {
    this.touchedAt = this.surroundings.now();
  }

  /** Whether the pair is on screen and looked at; only that time is counted. */
  look(isLooking: boolean): void {
    this.pairWatch.run(isLooking);
    this.taskWatch.run(isLooking);
  }

  play(move: Move): void {
    const task = this.task.value;
    if (task === null || this.phase.value.kind !== "working") return;
    const moves = play(task.order, task.moves, task.seed, move);
    if (moves !== task.moves) this.setMoves(task, moves);
  }

  /** A verdict with the time that the pair was looked at. */
  judge(verdict: "left" | "equal" | "right"): void {
    this.play({ kind: "verdict", verdict, milliseconds: Math.round(this.pairWatch.milliseconds) });
  }

  undo(): void {
    const task = this.task.value;
    if (task !== null && task.moves.length > 0 && this.phase.value.kind === "working") {
      this.setMoves(task, undo(task.moves));
    }
  }

  submit(viewerMode: ViewerMode): void {
    const task = this.task.value;
    const hill = this.hill.value;
    if (task === null || hill === null || this.phase.value.kind !== "working") return;
    // The server has said that the task is not ours any more: it must be asked for again first.
    if (!isComplete(hill) || !this.isOurs) return;
    const submission = toSubmission(hill, {
      leaseToken: task.assignment.lease_token,
      idempotencyKey: this.surroundings.uuid(),
      viewerMode,
      milliseconds: this.taskWatch.milliseconds,
    });
    // The browser's draft stays until the answer is stored: if it is refused, the task can be filled in again.
    this.drafts.close();
    this.phase.value = { kind: "submitting" };
    const ahead = this.ahead.value;
    this.outbox.post(task.assignment.id, task.assignment.target_id, submission);
    if (ahead !== null) {
      this.ahead.value = null;
      this.open(ahead);
    }
  }

  async giveBack(): Promise<void> {
    const task = this.task.value;
    if (task === null) return;
    this.drafts.forget(task.assignment.target_id);
    this.closeTask();
    await this.quietly(() => this.api.release(task.assignment.id, task.assignment.lease_token));
    await this.openNext();
  }

  /** After a lost lease: whatever comes now, the draft is filled in if it is the same object. */
  async askAgain(): Promise<void> {
    this.closeTask();
    await this.claim();
  }

  /** The network is back, or so the person hopes: answers, draft and lease are tried at once. */
  async sendNow(): Promise<void> {
    this.beatAt = 0;
    await this.outbox.sendNow();
    if (this.phase.value.kind === "failed") await this.claim();
    else await this.countProgress();
  }

  /** Looks for a task at once. */
  async claim(): Promise<void> {
    if (this.isClaiming) return;
    this.isClaiming = true;
    const sentAt = this.surroundings.now();
    try {
      const answer = await this.api.next(null);
      this.receive(answer, sentAt);
    } catch (error) {
      if (!(error instanceof CallFault)) throw error;
      const againAt = this.surroundings.now() + Math.max(FAILED_WAIT, error.afterMilliseconds);
      this.phase.value = { kind: "failed", reason: error.reason, againAt };
    } finally {
      this.isClaiming = false;
    }
  }

  private get isOurs(): boolean {
    return this.leaseState.value === "held" || this.leaseState.value === "over";
  }

  private receive(answer: NextAnswer, sentAt: number): void {
    const now = this.surroundings.now();
    const { assignment } = answer;
    if (assignment === null) {
      const { empty_reason: reason, empty_message: message } = answer;
      this.closeTask();
      this.phase.value = { kind: "empty", reason, message, againAt: now + EMPTY_WAIT };
    } else if (this.isOnItsWay(assignment.id)) {
      this.phase.value = { kind: "submitting" };
    } else {
      if (this.ahead.value?.assignment.id === assignment.id) this.ahead.value = null;
      this.open({ assignment, clock: readLease(assignment, sentAt, now) });
    }
  }

  private open(held: Held): void {
    const { assignment } = held;
    const draft = this.drafts.find(assignment);
    this.clock.value = held.clock;
    this.leaseState.value = "held";
    this.pairWatch.reset();
    this.taskWatch.reset(draft?.milliseconds ?? 0);
    this.aheadAt = 0;
    const order = draft?.order ?? assignment.candidates.map((candidate) => candidate.id);
    const seed = draft?.seed ?? String(assignment.id);
    this.task.value = {
      assignment,
      order,
      letters: lettered(order, seed),
      seed,
      moves: draft?.moves ?? [],
      isRestored: draft !== null && draft.moves.length > 0,
    };
    this.phase.value = { kind: "working" };
  }

  private async openNext(): Promise<void> {
    const ahead = this.ahead.value;
    this.ahead.value = null;
    if (ahead !== null) this.open(ahead);
    else await this.claim();
  }

  private closeTask(): void {
    this.drafts.close();
    this.task.value = null;
    this.clock.value = null;
    this.leaseState.value = "held";
    this.phase.value = { kind: "loading" };
  }

  private setMoves(task: OpenTask, moves: readonly Move[]): void {
    const comparisons = (list: readonly Move[]): number => list.filter((move) => move.kind === "verdict").length;
    if (comparisons(moves) !== comparisons(task.moves)) this.pairWatch.reset();
    this.task.value = { ...task, moves, isRestored: false };
    const draft: Draft = {
      version: 1,
      order: task.order,
      seed: task.seed,
      moves,
      milliseconds: Math.round(this.taskWatch.milliseconds),
      writtenAt: this.surroundings.now(),
    };
    this.drafts.note(task.assignment, draft, this.isOurs);
  }

  private isOnItsWay(assignmentId: number): boolean {
    return this.outbox.waiting.some((entry) => entry.assignmentId === assignmentId);
  }

  private onDelivered(entry: OutboxEntry): void {
    this.drafts.forget(entry.targetId);
    void this.countProgress();
    if (this.phase.value.kind === "submitting") void this.openNext();
    else void this.claimAhead(this.surroundings.now());
  }

  private onRefused(entry: OutboxEntry, code: string): void {
    this.refusal.value = { entry, code };
    if (this.phase.value.kind === "submitting") void this.openNext();
  }

  dismissRefusal(): void {
    if (this.refusal.value !== null) this.outbox.dismiss(this.refusal.value.entry);
    this.refusal.value = null;
  }

  private async countProgress(): Promise<void> {
    await this.quietly(async () => {
      this.progress.value = await this.api.progress();
    });
  }

  private watchLease(now: number): void {
    const clock = this.clock.value;
    if (clock === null || this.phase.value.kind !== "working") return;
    if (this.leaseState.value === "held" && leaseLeft(clock, now) === 0) this.leaseState.value = "over";
  }

  private async beat(now: number): Promise<void> {
    const task = this.task.value;
    const isThere = now - this.touchedAt < ACTIVE_FOR;
    if (this.isBeating || !isThere || !this.isOurs || now < this.beatAt) return;
    this.isBeating = true;
    try {
      const clock = this.clock.value;
      if (task !== null && clock !== null && this.phase.value.kind === "working" && isHeartbeatDue(clock, now)) {
        const fresh = await this.prolong(task.assignment);
        if (fresh !== null && this.task.value?.assignment.id === task.assignment.id) {
          this.clock.value = fresh;
          this.leaseState.value = "held";
        }
      }
      await this.beatAhead(now);
    } finally {
      this.isBeating = false;
    }
  }

  private async beatAhead(now: number): Promise<void> {
    const ahead = this.ahead.value;
    if (ahead === null || !isHeartbeatDue(ahead.clock, now)) return;
    const fresh = await this.prolong(ahead.assignment);
    if (fresh === null || this.ahead.value !== ahead) return;
    this.ahead.value = { ...ahead, clock: fresh };
  }

  private async prolong(assignment: Assignment): Promise<LeaseClock | null> {
    const sentAt = this.surroundings.now();
    try {
      const lease = await this.api.heartbeat(assignment.id, assignment.lease_token);
      return readLease(lease, sentAt, this.surroundings.now());
    } catch (error) {
      if (!(error instanceof CallFault)) throw error;
      this.beatAt = this.surroundings.now() + Math.max(BEAT_WAIT, error.afterMilliseconds);
      if (error.kind === "refused") this.loseLease(assignment.id, error);
      return null;
    }
  }

  private loseLease(assignmentId: number, fault: CallFault): void {
    if (this.ahead.value?.assignment.id === assignmentId) this.ahead.value = null;
    const isOpen = this.task.value?.assignment.id === assignmentId && this.phase.value.kind === "working";
    if (isOpen) this.leaseState.value = fault.code === "lease_taken" ? "taken" : "expired";
  }

  /** One task ahead, once nothing waits to be sent: the server lets a person hold two. */
  private async claimAhead(now: number): Promise<void> {
    const task = this.task.value;
    const isWanted = this.ahead.value === null && this.outbox.waiting.length === 0 && now >= this.aheadAt;
    if (task === null || this.phase.value.kind !== "working" || !isWanted || this.isAsking) return;
    this.isAsking = true;
    this.aheadAt = now + AHEAD_WAIT;
    await this.quietly(async () => {
      const { assignment } = await this.api.next({ exclude: [task.assignment.id] });
      const isNew = assignment !== null && assignment.id !== this.task.value?.assignment.id;
      if (isNew && !this.isOnItsWay(assignment.id)) {
        this.ahead.value = { assignment, clock: readLease(assignment, now, this.surroundings.now()) };
      }
    });
    this.isAsking = false;
  }

  /** For calls whose failure changes nothing that the person must know now. */
  private async quietly(call: () => Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof CallFault)) throw error;
    }
  }
}
