/** A loss curve as an SVG polyline. Points are (step, loss); y grows downwards as SVG's does. */

/** Step and loss. */
export type CurvePoint = readonly number[];

export interface Curve {
  points: string;
  low: number;
  high: number;
}

/** Fit the points into a box of `width` x `height`; null when there are fewer than two finite ones. */
export function fitCurve(points: readonly CurvePoint[], width: number, height: number): Curve | null {
  const finite = points.flatMap(([step, loss]) =>
    step !== undefined && loss !== undefined && Number.isFinite(step) && Number.isFinite(loss)
      ? [[step, loss] as const]
      : [],
  );
  const [first] = finite;
  const last = finite.at(-1);
  if (!first || !last || finite.length < 2) return null;
  const losses = finite.map(([, loss]) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const xOf = (step: number) => ((step - first[0]) / Math.max(1, last[0] - first[0])) * width;
  const yOf = (loss: number) => (high === low ? height / 2 : ((high - loss) / (high - low)) * height);
  const text = finite.map(([step, loss]) => `${xOf(step).toFixed(1)},${yOf(loss).toFixed(1)}`).join(" ");
  return { points: text, low, high };
}
