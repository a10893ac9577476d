import { type Interval, percent, percentWithInterval } from "../../core/shares";
import { qualityTexts as texts } from "../../core/texts/quality";

export interface ShareBarProps {
  share: Interval & { n: number; right?: number };
  label: string;
  /** Where an unremarkable person stands, e.g. the middle for left and right. */
  expected?: number;
}

const asPercent = (value: number): string => `${(value * 100).toFixed(1)}%`;

/** A share as a dot in the bar of its interval; the width of the bar says how much is known. */
export function ShareBar({ share, label, expected }: ShareBarProps) {
  const { rate, low, high, n, right } = share;
  if (rate === null || low === null || high === null) return <span class="hint">{texts.none}</span>;
  const counted = right === undefined ? `n = ${n}` : texts.ofN(right, n);
  return (
    <div class="share" title={`${label}: ${percentWithInterval(share)}, ${counted}`}>
      <div class="share-track" role="img" aria-label={`${label}: ${percentWithInterval(share)}, ${counted}`}>
        {expected !== undefined && <i class="share-expected" style={{ left: asPercent(expected) }} />}
        <i class="share-interval" style={{ left: asPercent(low), width: asPercent(high - low) }} />
        <i class="share-rate" style={{ left: asPercent(rate) }} />
      </div>
      <span class="share-text">
        {percent(rate)} <small>{counted}</small>
      </span>
    </div>
  );
}
