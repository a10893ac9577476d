import type { Phase } from "../../core/annotationSession";
import { texts } from "../../core/texts";

const own = texts.annotate;

/** The page while there is no task on it: why, and what happens next. */
export function Waiting({ phase, now, onLook }: { phase: Phase; now: number; onLook: () => void }) {
  if (!("againAt" in phase)) {
    return (
      <div class="waiting" role="status">
        <span class="spinner" aria-hidden="true" />
        {phase.kind === "submitting" ? own.submitting : own.loading}
      </div>
    );
  }
  const seconds = Math.max(0, Math.ceil((phase.againAt - now) / 1000));
  const isFailed = phase.kind === "failed";
  const title = isFailed || phase.reason === null ? own.emptyTitleUnknown : own.emptyTitle[phase.reason];
  return (
    <div class="waiting">
      <div class="empty" data-testid={isFailed ? "claim-failed" : "empty"} role={isFailed ? "alert" : "status"}>
        <strong>{title}</strong>
        <p>{isFailed ? own.claimFailed(phase.reason) : phase.message}</p>
        <p class="hint">{own.emptyHint(seconds)}</p>
        <button type="button" class="button" onClick={onLook} data-testid="look-now">
          {isFailed ? own.retry : own.checkNow}
        </button>
      </div>
    </div>
  );
}
