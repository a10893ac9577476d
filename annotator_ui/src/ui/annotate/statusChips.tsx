import type { Progress } from "../../core/assignment";
import type { Saved } from "../../core/draftKeeper";
import { formatLeft } from "../../core/leaseClock";
import { texts } from "../../core/texts";

const own = texts.annotate;

export interface StatusChipsProps {
  /** Milliseconds; null without a task. */
  left: number | null;
  saved: Saved | null;
  now: number;
  progress: Progress | null;
  isNextReady: boolean;
  queued: number;
}

const SOON = 60_000;

/** The small print in the header: what is safe, how long the task is ours, how the day goes. */
export function StatusChips({ left, saved, now, progress, isNextReady, queued }: StatusChipsProps) {
  return (
    <div class="status-chips">
      {queued > 0 && (
        <span class="badge is-warn" data-testid="queued">
          {own.queued(queued)}
        </span>
      )}
      {saved && (
        <span class="chip-text" data-testid="saved" data-saved-where={saved.where}>
          {saved.where === "server" ? own.saved(Math.max(0, Math.round((now - saved.at) / 1000))) : own.savedHere}
        </span>
      )}
      {isNextReady && (
        <span class="chip-dot" data-testid="next-ready" title={own.nextReady}>
          {own.nextReady}
        </span>
      )}
      {progress && (
        <span
          class="badge"
          data-testid="progress"
          title={`${own.total(progress.total)}, ${own.streak(progress.streak_days)}`}
        >
          {own.today(progress.today)}
        </span>
      )}
      {left !== null && (
        <span
          class={left < SOON ? "badge is-warn lease" : "badge lease"}
          data-testid="lease"
          data-seconds-left={Math.ceil(left / 1000)}
          title={own.leaseHint}
        >
          {own.lease} <b>{formatLeft(left)}</b>
        </span>
      )}
    </div>
  );
}
