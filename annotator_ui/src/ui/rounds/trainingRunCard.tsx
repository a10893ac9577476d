import type { CurvePoint } from "../../core/curve";
import { formatNumber, formatSeconds } from "../../core/format";
import { toneOf } from "../../core/states";
import { roundsTexts as texts } from "../../core/texts/rounds";
import { StateBadge } from "../badge";
import { Digest } from "../digest";
import { ProgressBar } from "../progressBar";
import { Sparkline } from "../sparkline";

export interface ShownRun {
  stage: string;
  state: string;
  state_reason: string;
  step: number;
  n_steps: number | null;
  loss: number | null;
  losses: readonly CurvePoint[];
  eta_seconds: number | null;
  log_tail: string;
  checkpoint_sha256: string | null;
}

/** One stage of training: how far it is, its loss so far, what it logged and what came out. */
export function TrainingRunCard({ run }: { run: ShownRun }) {
  const isRunning = run.state === "running";
  const hasProgress = run.n_steps !== null && run.n_steps > 0;
  return (
    <article class="run" data-testid="training-run" data-stage={run.stage} data-state={run.state}>
      <div class="card-head">
        <div class="row">
          <h3>{run.stage.toUpperCase()}</h3>
          <StateBadge state={run.state} />
          {run.checkpoint_sha256 && <Digest sha256={run.checkpoint_sha256} />}
        </div>
        <span class="hint">
          {hasProgress && texts.step(run.step, run.n_steps)}
          {run.loss !== null && `, ${texts.loss} ${formatNumber(run.loss, 4)}`}
          {isRunning && run.eta_seconds !== null && `, ${texts.eta(formatSeconds(run.eta_seconds))}`}
        </span>
      </div>
      {run.state_reason && <p class="note is-warn">{run.state_reason}</p>}
      {hasProgress && (
        <ProgressBar
          share={run.step / (run.n_steps ?? 1)}
          label={run.stage}
          tone={isRunning ? "active" : toneOf(run.state)}
        />
      )}
      <Sparkline points={run.losses} label={`${run.stage} ${texts.loss}`} />
      {run.log_tail && (
        <details open={isRunning || run.state === "failed"}>
          <summary>{texts.logTail}</summary>
          <pre class="log">{run.log_tail}</pre>
        </details>
      )}
    </article>
  );
}
