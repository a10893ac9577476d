import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { AlignSession } from "../../core/alignSession";
import { formatLeft } from "../../core/leaseClock";
import { alignTexts as own } from "../../core/texts/align";

const SOON = 60_000;

function Line({ tone, testId, children }: { tone: string; testId: string; children: ComponentChildren }) {
  return (
    <div class={`note banner ${tone}`} role={tone === "is-bad" ? "alert" : "status"} data-testid={testId}>
      {children}
    </div>
  );
}

/** What the person must know now; each with what can be done about it. */
export function Messages({ session }: { session: AlignSession; now: Signal<number> }) {
  const { trouble, notice, isLeaseLost, isRestored, task } = session;
  const { from, to, iou, residual, isTaken } = notice.value ?? {};
  const metres = typeof residual === "number" ? residual.toFixed(3) : null;
  return (
    <div class="banners">
      {isLeaseLost.value && (
        <Line tone="is-bad" testId="lease-lost">
          <span>{own.leaseLost}</span>
          <button type="button" class="button is-small" onClick={() => void session.next()}>
            {own.askAgain}
          </button>
        </Line>
      )}
      {trouble.value && (
        <Line tone={trouble.value.kind === "refused" ? "is-bad" : "is-warn"} testId={trouble.value.kind}>
          <span>
            {trouble.value.kind === "refused"
              ? `${own.refused} ${trouble.value.reason}`
              : own.unsent(trouble.value.reason)}
          </span>
        </Line>
      )}
      {from !== undefined && to !== undefined && (
        <Line tone={isTaken ? "is-good" : "is-warn"} testId="snapped">
          <span>{isTaken ? own.snapBetter(from.toFixed(3), to.toFixed(3)) : own.snapSame}</span>
        </Line>
      )}
      {iou !== undefined && (
        <Line tone="is-good" testId="stored">
          <span>{own.stored(iou.toFixed(3), metres)}</span>
        </Line>
      )}
      {isRestored.value && (
        <Line tone="" testId="restored">
          <span>{own.restored}</span>
        </Line>
      )}
      {task.value && !task.value.is_predicted && !session.canUndo.value && (
        <Line tone="" testId="no-prediction">
          <span>{own.noPrediction}</span>
        </Line>
      )}
    </div>
  );
}

/** In the header: what is safe and how long the task is ours. */
export function AlignStatus({ session, now }: { session: AlignSession; now: Signal<number> }) {
  const saved = session.saved.value;
  const left = session.left(now.value);
  return (
    <div class="status-chips">
      {saved && (
        <span class="chip-text" data-testid="saved" data-saved-where={saved.where}>
          {saved.where === "server" ? own.saved(Math.max(0, Math.round((now.value - saved.at) / 1000))) : own.savedHere}
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
