/** Which part of the photo a pane shows. */

import { type Box, grow } from "./outline";

const ROOM = 0.45;

/** The smallest part with the pane's proportions that holds the box; it may reach beyond the photo. */
export function fitView(box: Box, paneWidth: number, paneHeight: number): Box {
  const aspect = paneWidth / Math.max(1, paneHeight);
  const width = Math.max(box.width, box.height * aspect);
  const height = width / aspect;
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}

/** What is looked at: the mask with room round it, or the whole photo. `mask` in photo pixels. */
export function focusBox(mask: Box | null, isZoomed: boolean, width: number, height: number): Box {
  if (!isZoomed || mask === null) return { x: 0, y: 0, width, height };
  return grow(mask, ROOM, width, height);
}
