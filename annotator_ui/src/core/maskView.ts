import type { Point } from "./maskGrid";

/** Which part of the photo is seen: a photo pixel p lies at p * scale + (x, y), in CSS pixels of the board. */
export interface MaskView {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 12;
const MOST_SCALE = 32;

/** The whole photo in the middle of the board. */
export function fitted(photo: Size, board: Size): MaskView {
  const scale = Math.max(
    0.01,
    Math.min((board.width - 2 * MARGIN) / photo.width, (board.height - 2 * MARGIN) / photo.height),
  );
  return { scale, x: (board.width - photo.width * scale) / 2, y: (board.height - photo.height * scale) / 2 };
}

/** Zoom so that what is at `at` stays there; never smaller than half the fitted photo. */
export function zoomed(view: MaskView, factor: number, at: Point, photo: Size, board: Size): MaskView {
  const least = fitted(photo, board).scale / 2;
  const scale = Math.min(MOST_SCALE, Math.max(least, view.scale * factor));
  const ratio = scale / view.scale;
  return kept({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }, photo, board);
}

export function panned(view: MaskView, by: Point, photo: Size, board: Size): MaskView {
  return kept({ ...view, x: view.x + by.x, y: view.y + by.y }, photo, board);
}

export function toPhoto(view: MaskView, at: Point): Point {
  return { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale };
}

/** Some of the photo always stays on the board, or one would have to look for it. */
function kept(view: MaskView, photo: Size, board: Size): MaskView {
  const seen = 40;
  const x = Math.min(board.width - seen, Math.max(seen - photo.width * view.scale, view.x));
  const y = Math.min(board.height - seen, Math.max(seen - photo.height * view.scale, view.y));
  return { ...view, x, y };
}
