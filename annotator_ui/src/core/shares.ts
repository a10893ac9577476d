/** Shares as people read them. */

export interface Interval {
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export function percent(share: number | null | undefined): string {
  return share === null || share === undefined || Number.isNaN(share) ? "–" : `${Math.round(share * 100)}%`;
}

/** "82% (61–93%)": the share with the interval in which the truth probably lies. */
export function percentWithInterval({ rate, low, high }: Interval): string {
  if (rate === null) return "–";
  if (low === null || high === null) return percent(rate);
  return `${percent(rate)} (${Math.round(low * 100)}–${percent(high)})`;
}

/** The value of a percent field as a share, or null for what is no number between 0 and 100. */
export function shareOf(text: string): number | null {
  const value = Number(text.trim());
  return text.trim() === "" || Number.isNaN(value) || value < 0 || value > 100 ? null : value / 100;
}

/** Words between commas or spaces, each once. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ""))];
}
