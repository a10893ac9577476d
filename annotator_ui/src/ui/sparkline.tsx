import { type CurvePoint, fitCurve } from "../core/curve";
import { formatNumber } from "../core/format";

const width = 320;
const height = 56;

/** A loss curve with its highest and lowest value written beside it. */
export function Sparkline({ points, label }: { points: readonly CurvePoint[]; label: string }) {
  const curve = fitCurve(points, width, height);
  if (!curve) return null;
  return (
    <div class="sparkline">
      <svg viewBox={`-2 -2 ${width + 4} ${height + 4}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <polyline
          points={curve.points}
          fill="none"
          stroke="var(--accent)"
          stroke-width="1.6"
          vector-effect="non-scaling-stroke"
        />
      </svg>
      <div class="sparkline-scale">
        <span>{formatNumber(curve.high)}</span>
        <span>{formatNumber(curve.low)}</span>
      </div>
    </div>
  );
}
