/** Poses with undo and redo. Quick steps of one kind are one step back. */

import type { Pose } from "./alignFrames";

export interface Placing {
  readonly pose: Pose;
  readonly focal: number;
}

const TOGETHER = 700;
const LONGEST = 200;

export class AlignHistory {
  private past: Placing[] = [];
  private future: Placing[] = [];
  private last: { kind: string; at: number } | null = null;

  constructor(
    private now: Placing,
    private readonly clock: () => number,
  ) {}

  get current(): Placing {
    return this.now;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** `kind` names what was done; null is always a step of its own. */
  set(next: Placing, kind: string | null): void {
    const at = this.clock();
    const isMore = kind !== null && this.last?.kind === kind && at - this.last.at < TOGETHER;
    if (!isMore) this.past = [...this.past.slice(1 - LONGEST), this.now];
    this.last = kind === null ? null : { kind, at };
    this.future = [];
    this.now = next;
  }

  undo(): void {
    const before = this.past.at(-1);
    if (before === undefined) return;
    this.past = this.past.slice(0, -1);
    this.future = [...this.future, this.now];
    this.now = before;
    this.last = null;
  }

  redo(): void {
    const after = this.future.at(-1);
    if (after === undefined) return;
    this.future = this.future.slice(0, -1);
    this.past = [...this.past, this.now];
    this.now = after;
    this.last = null;
  }
}
