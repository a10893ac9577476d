/** A photo's pointmap as dots in the frame of its camera: those of the object in one colour, those round it in another. */

import { BufferGeometry, Color, Points as Dots, Float32BufferAttribute, PointsMaterial } from "three";
import type { Grid } from "../core/alignOverlap";
import type { Points } from "../core/alignPoints";
import { maskBox } from "../core/outline";

const OBJECT = new Color("#2f9e6e");
const ROUND = new Color("#8b93a5");
/** Of the surroundings, the share of the object's box on each side, and one dot in so many. */
const ROOM = 0.35;
const SPARSE = 3;

export class PointCloud extends Dots<BufferGeometry, PointsMaterial> {
  constructor() {
    super(new BufferGeometry(), new PointsMaterial({ size: 2, sizeAttenuation: false, vertexColors: true }));
    // The dots lie where the camera looks; counting their bounds anew for each task gains nothing.
    this.frustumCulled = false;
    this.visible = false;
  }

  get isEmpty(): boolean {
    return (this.geometry.getAttribute("position")?.count ?? 0) === 0;
  }

  /** `mask` lies on the same grid. Null takes the dots away. */
  setPoints(points: Points | null, mask: Uint8Array | null, grid: Grid): void {
    this.geometry.dispose();
    this.geometry = new BufferGeometry();
    if (points === null || mask === null) return;
    const places: number[] = [];
    const colours: number[] = [];
    for (const pixel of chosen(mask, grid)) {
      const [x = Number.NaN, y = Number.NaN, z = Number.NaN] = points.subarray(pixel * 3, pixel * 3 + 3);
      if (!Number.isFinite(x + y + z)) continue;
      // From left, up, forward to right, up, backward.
      places.push(-x, y, -z);
      colours.push(...(mask[pixel] ? OBJECT : ROUND));
    }
    this.geometry.setAttribute("position", new Float32BufferAttribute(places, 3));
    this.geometry.setAttribute("color", new Float32BufferAttribute(colours, 3));
  }

  override dispose(): void {
    this.geometry.dispose();
    this.material.dispose();
  }
}

/** Pixels of the object, and some of those round it. */
function* chosen(mask: Uint8Array, { width, height }: Grid): Generator<number> {
  const box = maskBox(mask, width, height);
  if (box === null) return;
  const room = ROOM * Math.max(box.width, box.height);
  const [left, top] = [Math.max(0, Math.floor(box.x - room)), Math.max(0, Math.floor(box.y - room))];
  const [right, bottom] = [Math.min(width, box.x + box.width + room), Math.min(height, box.y + box.height + room)];
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) {
      const pixel = row * width + column;
      if (mask[pixel] || (row % SPARSE === 0 && column % SPARSE === 0)) yield pixel;
    }
  }
}
