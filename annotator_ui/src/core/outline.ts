/** The edge of a mask as an SVG path: one closed polygon along pixel edges for each border, holes included. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** `isInside_HW`: row-major, non-zero is the object. Path coordinates are pixels. Empty mask: empty path. */
export function outlinePath(isInside_HW: Uint8Array, width: number, height: number): string {
  // Directed pixel edges with the object on their right hand; each starts a step of some closed border.
  const stride = width + 1;
  const ends = new Map<number, number[]>();
  const add = (from: number, to: number): void => {
    const known = ends.get(from);
    if (known === undefined) ends.set(from, [to]);
    else known.push(to);
  };
  const at = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && isInside_HW[y * width + x] !== 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!at(x, y)) continue;
      const corner = y * stride + x;
      if (!at(x, y - 1)) add(corner, corner + 1);
      if (!at(x + 1, y)) add(corner + 1, corner + 1 + stride);
      if (!at(x, y + 1)) add(corner + 1 + stride, corner + stride);
      if (!at(x - 1, y)) add(corner + stride, corner);
    }
  }
  const parts: string[] = [];
  for (const [start, targets] of ends) {
    while (targets.length > 0) parts.push(walk(ends, start, stride));
  }
  return parts.join("");
}

function walk(ends: Map<number, number[]>, start: number, stride: number): string {
  let path = "";
  let corner = start;
  let lastStep = 0;
  do {
    const to = ends.get(corner)?.pop();
    if (to === undefined) break;
    const step = to - corner;
    if (step !== lastStep) path += `${path === "" ? "M" : "L"}${corner % stride} ${Math.floor(corner / stride)}`;
    lastStep = step;
    corner = to;
  } while (corner !== start);
  return `${path}Z`;
}

/** The smallest box round the object, or null for an empty mask. */
export function maskBox(isInside_HW: Uint8Array, width: number, height: number): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (isInside_HW[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The box grown by `margin` of its longer side on every side, kept inside the photo. */
export function grow(box: Box, margin: number, width: number, height: number): Box {
  const by = margin * Math.max(box.width, box.height);
  const x = Math.max(0, box.x - by);
  const y = Math.max(0, box.y - by);
  return {
    x,
    y,
    width: Math.min(width, box.x + box.width + by) - x,
    height: Math.min(height, box.y + box.height + by) - y,
  };
}
