/**
 * What a person looked at before answering: each candidate in which mode for how long, and whether it was turned.
 *
 * It is told what is on screen (`show`) and how far the camera went (`turn`); it has no clock and no DOM of its own.
 */

import type { ViewerMode } from "./viewerModes";

export interface View {
  readonly candidate_id: string;
  readonly mode: ViewerMode;
  readonly milliseconds: number;
}

export interface ViewLogState {
  readonly views: readonly View[];
  /** How far each candidate was turned, in degrees, all movements added up. */
  readonly turned: Readonly<Record<string, number>>;
}

/** From here on a candidate counts as turned: less shows hardly more of it than the first view does. */
export const TURNED_DEGREES = 30;

export class ViewLog {
  private readonly looked = new Map<string, Map<ViewerMode, number>>();
  private readonly degrees = new Map<string, number>();
  private shown: ReadonlySet<string> = new Set();
  private mode: ViewerMode = "colour";
  private since: number;

  constructor(private readonly now: () => number) {
    this.since = now();
  }

  /** These candidates are on screen from now on and looked at in this mode; none while the page is hidden or loads. */
  show(candidateIds: Iterable<string>, mode: ViewerMode): void {
    this.settle();
    this.shown = new Set(candidateIds);
    this.mode = mode;
  }

  /** The camera went this far round the candidates on screen. */
  turn(degrees: number): void {
    for (const id of this.shown) this.degrees.set(id, (this.degrees.get(id) ?? 0) + Math.abs(degrees));
  }

  /** Whole milliseconds; glances that round to nothing are left out. */
  views(): View[] {
    this.settle();
    return [...this.looked].flatMap(([candidate_id, times]) =>
      [...times]
        .map(([mode, time]) => ({ candidate_id, mode, milliseconds: Math.round(time) }))
        .filter((view) => view.milliseconds > 0),
    );
  }

  turnedIds(): string[] {
    return [...this.degrees].filter(([, degrees]) => degrees >= TURNED_DEGREES).map(([id]) => id);
  }

  /** For the draft: a reload must not make a careful person look careless. */
  state(): ViewLogState {
    return { views: this.views(), turned: Object.fromEntries(this.degrees) };
  }

  /** Starts over, or from what a draft kept. Nothing counts as shown until `show` says so. */
  reset(state: ViewLogState | null = null): void {
    this.looked.clear();
    this.degrees.clear();
    this.shown = new Set();
    this.since = this.now();
    for (const view of state?.views ?? []) this.add(view.candidate_id, view.mode, view.milliseconds);
    for (const [id, degrees] of Object.entries(state?.turned ?? {})) this.degrees.set(id, degrees);
  }

  private settle(): void {
    const now = this.now();
    // A clock that was set back took nobody's time away.
    const passed = Math.max(0, now - this.since);
    for (const id of this.shown) this.add(id, this.mode, passed);
    this.since = now;
  }

  private add(id: string, mode: ViewerMode, milliseconds: number): void {
    const times = this.looked.get(id) ?? new Map<ViewerMode, number>();
    times.set(mode, (times.get(mode) ?? 0) + milliseconds);
    this.looked.set(id, times);
  }
}
