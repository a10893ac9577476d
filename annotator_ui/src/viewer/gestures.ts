/** Mouse, pen and fingers on a pane, told as movements of the camera. */

export interface CameraMoves {
  turnBy(azimuthDegrees: number, elevationDegrees: number): void;
  /** By shares of the pane's height, to the camera's right and up. */
  panBy(rightShare: number, upShare: number): void;
  zoomBy(factor: number): void;
  resetView(): void;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

const DEGREES_PER_PIXEL = 0.45;
const PIXELS_PER_LINE = 16;

/** How two fingers moved: their middle in pixels, and by what factor the camera's distance changes. */
export function pinchOf(
  before: readonly [Spot, Spot],
  after: readonly [Spot, Spot],
): Spot & { readonly factor: number } {
  const spread = ([a, b]: readonly [Spot, Spot]): number => Math.hypot(a.x - b.x, a.y - b.y);
  const middle = ([a, b]: readonly [Spot, Spot]): Spot => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const [from, to] = [middle(before), middle(after)];
  // Fingers on one spot tell no spread: a factor from it would throw the camera away.
  const isTold = spread(before) > 1 && spread(after) > 1;
  return { x: to.x - from.x, y: to.y - from.y, factor: isTold ? spread(before) / spread(after) : 1 };
}

/** One finger or the left button turns; the right or middle button, Shift, or two fingers move; two fingers also zoom. */
export function listenToGestures(element: HTMLElement, moves: CameraMoves): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const spots = new Map<number, Spot>();
  let isPanning = false;
  const pan = (x: number, y: number): void => {
    const height = Math.max(1, element.clientHeight);
    moves.panBy(-x / height, y / height);
  };
  const press = (event: PointerEvent): void => {
    if ((event.target as Element).closest("button, input, a") !== null || spots.size === 2) return;
    element.setPointerCapture(event.pointerId);
    spots.set(event.pointerId, { x: event.clientX, y: event.clientY });
    isPanning = event.button !== 0 || event.shiftKey;
  };
  const move = (event: PointerEvent): void => {
    const from = spots.get(event.pointerId);
    if (from === undefined) return;
    const to = { x: event.clientX, y: event.clientY };
    const other = [...spots].find(([id]) => id !== event.pointerId)?.[1];
    spots.set(event.pointerId, to);
    if (other !== undefined) {
      const { x, y, factor } = pinchOf([from, other], [to, other]);
      pan(x, y);
      moves.zoomBy(factor);
    } else if (isPanning) pan(to.x - from.x, to.y - from.y);
    else moves.turnBy((from.x - to.x) * DEGREES_PER_PIXEL, (to.y - from.y) * DEGREES_PER_PIXEL);
  };
  const lift = (event: PointerEvent): void => {
    spots.delete(event.pointerId);
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * PIXELS_PER_LINE : event.deltaY;
    // A pinch on a touchpad comes as a wheel with Ctrl and small steps.
    moves.zoomBy(Math.exp(pixels * (event.ctrlKey ? 0.01 : 0.001)));
  };
  element.addEventListener("pointerdown", press, options);
  element.addEventListener("pointermove", move, options);
  element.addEventListener("pointerup", lift, options);
  element.addEventListener("pointercancel", lift, options);
  element.addEventListener("lostpointercapture", lift, options);
  element.addEventListener("contextmenu", (event) => event.preventDefault(), options);
  element.addEventListener("dblclick", () => moves.resetView(), options);
  element.addEventListener("wheel", wheel, { ...options, passive: false });
  return () => stop.abort();
}
