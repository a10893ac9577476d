import type { Phase } from "../../core/annotationSession";
import { texts } from "../../core/texts";

const own = texts.annotate;

export interface WaitingProps {
  phase: Phase;
  now: number;
  onLook: () => void;
  onResume: () => void;
  /** Present while tasks of one campaign only are asked for. */
  onAnyCampaign: (() => void) | undefined;
  /** Present while there is something left to practise. */
  onPractice: (() => void) | undefined;
}

/** The page while there is no task on it: why, what happens next, and what can be done. */
export function Waiting({ phase, now, onLook, onResume, onAnyCampaign, onPractice }: WaitingProps) {
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
  const isPaused = !isFailed && phase.reason === "paused_by_you";
  const isOver = !isFailed && phase.reason === "practice_done";
  const title = isFailed || phase.reason === null ? own.emptyTitleUnknown : own.emptyTitle[phase.reason];
  return (
    <div class="waiting">
      <div class="empty" data-testid={isFailed ? "claim-failed" : "empty"} role={isFailed ? "alert" : "status"}>
        <strong>{title}</strong>
        <p>{isFailed ? own.claimFailed(phase.reason) : phase.message}</p>
        {!isPaused && !isOver && <p class="hint">{own.emptyHint(seconds)}</p>}
        <div class="row">
          {isPaused && <Way label={own.resume} testId="resume" isMain onPress={onResume} />}
          {onAnyCampaign && !isPaused && (
            <Way
              label={isOver ? own.practiceOver : own.anyCampaign}
              testId="any-campaign"
              isMain={isOver}
              onPress={onAnyCampaign}
            />
          )}
          {onPractice && !isPaused && <Way label={own.practiceStart} testId="practise" onPress={onPractice} />}
          {!isPaused && !isOver && (
            <Way label={isFailed ? own.retry : own.checkNow} testId="look-now" onPress={onLook} />
          )}
        </div>
      </div>
    </div>
  );
}

interface WayProps {
  label: string;
  testId: string;
  isMain?: boolean;
  onPress: () => void;
}

function Way({ label, testId, isMain = false, onPress }: WayProps) {
  return (
    <button type="button" class={isMain ? "button is-primary" : "button"} onClick={onPress} data-testid={testId}>
      {label}
    </button>
  );
}
