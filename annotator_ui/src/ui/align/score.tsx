import { alignTexts as own } from "../../core/texts/align";

export interface ScoreProps {
  iou: number | null;
  startIou: number | null;
  /** Metres; null where surface and pointmap do not meet. */
  residual: number | null;
  hasPoints: boolean;
}

/** The overlap now, large, and where it began: one glance tells whether the last move helped. */
export function Score({ iou, startIou, residual, hasPoints }: ScoreProps) {
  const tone = iou === null ? "" : iou >= 0.85 ? "is-good" : iou >= 0.6 ? "is-fair" : "is-poor";
  return (
    <div class={`score ${tone}`} title={own.iouHint} data-testid="iou" data-iou={iou ?? ""}>
      <span>{own.iou}</span>
      <b class="score-number">{iou === null ? "–" : iou.toFixed(3)}</b>
      <span class="score-bar" aria-hidden="true">
        <span class="score-fill" style={{ width: `${(iou ?? 0) * 100}%` }} />
      </span>
      <small>{startIou === null ? "" : own.startIou(startIou.toFixed(3))}</small>
      {hasPoints && (
        <p class="score-depth" title={own.residualHint} data-testid="residual" data-residual={residual ?? ""}>
          <span>{own.residual}</span>
          <b>{residual === null ? "–" : own.metres(residual.toFixed(3))}</b>
        </p>
      )}
    </div>
  );
}
