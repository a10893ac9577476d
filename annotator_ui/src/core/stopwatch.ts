/** Counts the milliseconds that somebody really looked: it stands still while the page is hidden or a mesh loads. */

export class Stopwatch {
  private elapsed = 0;
  private startedAt: number | null = null;

  constructor(private readonly now: () => number) {}

  get milliseconds(): number {
    return this.elapsed + (this.startedAt === null ? 0 : this.now() - this.startedAt);
  }

  get isRunning(): boolean {
    return this.startedAt !== null;
  }

  run(isRunning: boolean): void {
    if (isRunning === this.isRunning) return;
    if (!isRunning) this.elapsed = this.milliseconds;
    this.startedAt = isRunning ? this.now() : null;
  }

  /** Back to `milliseconds`, running or not as before. */
  reset(milliseconds = 0): void {
    this.elapsed = milliseconds;
    if (this.isRunning) this.startedAt = this.now();
  }
}
