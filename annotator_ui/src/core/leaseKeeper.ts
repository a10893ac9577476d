/** What the person holds: the open task and those after it. A lease is prolonged only for somebody who is there. */

import { signal } from "@preact/signals";
import type { Assignment } from "./assignment";
import { isHeartbeatDue, type LeaseClock, leaseLeft, readLease } from "./leaseClock";
import { type AnnotationApi, CallFault, type Surroundings } from "./ports";

export interface Held {
  readonly assignment: Assignment;
  readonly clock: LeaseClock;
}

/** held: ours. over: time ran out, perhaps not yet given away. expired, taken, answered: the server said no. */
export type LeaseState = "held" | "over" | "expired" | "taken" | "answered";

const ACTIVE_FOR = 120_000;
const BEAT_WAIT = 5000;

function stateAfter(fault: CallFault): LeaseState {
  if (fault.code === "already_submitted") return "answered";
  return fault.code === "lease_taken" ? "taken" : "expired";
}

export class LeaseKeeper {
  readonly clock = signal<LeaseClock | null>(null);
  readonly state = signal<LeaseState>("held");
  /** In the order in which they will be opened. */
  readonly ahead = signal<readonly Held[]>([]);
  private opened: Assignment | null = null;
  private touchedAt: number;
  private beatAt = 0;
  private isBeating = false;

  constructor(
    private readonly api: AnnotationApi,
    private readonly surroundings: Surroundings,
  ) {
    this.touchedAt = surroundings.now();
  }

  /** False once the server has said that the open task is not ours any more. */
  get isOurs(): boolean {
    return this.state.value === "held" || this.state.value === "over";
  }

  open(held: Held | null): void {
    this.opened = held?.assignment ?? null;
    this.clock.value = held?.clock ?? null;
    this.state.value = "held";
  }

  /** The open task is finished: its lease matters no more, whatever becomes of it. */
  finish(): void {
    this.opened = null;
  }

  /** The one that comes next, which is then no longer ahead. */
  takeAhead(): Held | null {
    const [first, ...rest] = this.ahead.value;
    this.ahead.value = rest;
    return first ?? null;
  }

  takeAllAhead(): readonly Held[] {
    const ahead = this.ahead.value;
    this.ahead.value = [];
    return ahead;
  }

  addAhead(held: Held): void {
    this.ahead.value = [...this.ahead.value, held];
  }

  /** It is opened out of turn, or is not ours. */
  dropAhead(assignmentId: number): void {
    if (this.ahead.value.some(({ assignment }) => assignment.id === assignmentId))
      this.ahead.value = this.ahead.value.filter(({ assignment }) => assignment.id !== assignmentId);
  }

  touch(): void {
    this.touchedAt = this.surroundings.now();
  }

  /** The next beat need not wait for the end of a pause after a failure. */
  hurry(): void {
    this.beatAt = 0;
  }

  async tick(): Promise<void> {
    const now = this.surroundings.now();
    const clock = this.clock.value;
    const isOver = this.opened !== null && clock !== null && leaseLeft(clock, now) === 0;
    if (isOver && this.state.value === "held") this.state.value = "over";
    const isThere = now - this.touchedAt < ACTIVE_FOR;
    if (this.isBeating || !isThere || !this.isOurs || now < this.beatAt) return;
    this.isBeating = true;
    try {
      await this.beat(now);
      await this.beatAhead(now);
    } finally {
      this.isBeating = false;
    }
  }

  /** Somebody has found out that a task is not ours. */
  lose(assignmentId: number, fault: CallFault): void {
    this.dropAhead(assignmentId);
    if (this.opened?.id === assignmentId) this.state.value = stateAfter(fault);
  }

  private async beat(now: number): Promise<void> {
    const { opened } = this;
    const clock = this.clock.value;
    if (opened === null || clock === null || !isHeartbeatDue(clock, now)) return;
    const fresh = await this.prolong(opened);
    if (fresh === null || this.opened?.id !== opened.id) return;
    this.clock.value = fresh;
    this.state.value = "held";
  }

  private async beatAhead(now: number): Promise<void> {
    for (const held of this.ahead.value.filter(({ clock }) => isHeartbeatDue(clock, now))) {
      const fresh = await this.prolong(held.assignment);
      if (fresh === null) return;
      // Meanwhile it may have been opened, or let go.
      this.ahead.value = this.ahead.value.map((one) => (one === held ? { ...held, clock: fresh } : one));
    }
  }

  private async prolong(assignment: Assignment): Promise<LeaseClock | null> {
    const sentAt = this.surroundings.now();
    try {
      const lease = await this.api.heartbeat(assignment.id, assignment.lease_token);
      return readLease(lease, sentAt, this.surroundings.now());
    } catch (error) {
      if (!(error instanceof CallFault)) throw error;
      this.beatAt = this.surroundings.now() + Math.max(BEAT_WAIT, error.afterMilliseconds);
      if (error.kind === "refused") this.lose(assignment.id, error);
      return null;
    }
  }
}
