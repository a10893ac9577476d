/** What every candidate stands on: a faint grid and a ruler that show its scale, and its own soft shadow. */

import {
  BufferGeometry,
  DataTexture,
  Float32BufferAttribute,
  LinearFilter,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  PlaneGeometry,
} from "three";
import { groundShadow, type ReadTriangle, SHADOW_CELLS, SHADOW_SIDE } from "./groundShadow";

const GRID_HALF = 0.75;
const GRID_STEP = 0.25;
const TICK = 0.1;
const TICK_LENGTH = 0.025;
const LINE_GREY = 0x808892;
// The shadow lies this far below the lowest corner, the grid further: neither may flicker through a flat bottom.
const SHADOW_DROP = 0.003;
const GRID_DROP = 0.006;

/** Ends of lines, two points each: a grid over the floor and a ruler of length 1 along its front and up its corner. */
export function floorLines(): number[] {
  const ends: number[] = [];
  const line = (from: readonly number[], to: readonly number[]): void => {
    ends.push(...from, ...to);
  };
  for (let at = -GRID_HALF; at <= GRID_HALF + 1e-6; at += GRID_STEP) {
    line([at, 0, -GRID_HALF], [at, 0, GRID_HALF]);
    line([-GRID_HALF, 0, at], [GRID_HALF, 0, at]);
  }
  line([-GRID_HALF, 0, -GRID_HALF], [-GRID_HALF, 1, -GRID_HALF]);
  for (let mark = 0; mark <= 10; mark += 1) {
    const length = mark % 5 === 0 ? 2 * TICK_LENGTH : TICK_LENGTH;
    line([-GRID_HALF, mark * TICK, -GRID_HALF], [-GRID_HALF + length, mark * TICK, -GRID_HALF]);
    line([-0.5 + mark * TICK, 0, GRID_HALF], [-0.5 + mark * TICK, 0, GRID_HALF + length]);
  }
  return ends;
}

/** The grid that all panes share; it is moved under each model before that is drawn. */
export class Floor {
  private readonly geometry = new BufferGeometry();
  private readonly material = new LineBasicMaterial({ color: LINE_GREY, transparent: true, depthWrite: false });
  readonly lines: LineSegments;

  constructor() {
    this.geometry.setAttribute("position", new Float32BufferAttribute(floorLines(), 3));
    this.lines = new LineSegments(this.geometry, this.material);
    this.setContrast(false);
  }

  setContrast(isHigh: boolean): void {
    this.material.opacity = isHigh ? 0.8 : 0.22;
  }

  moveTo(ground: number): void {
    this.lines.position.y = ground - GRID_DROP;
  }

  release(): void {
    this.geometry.dispose();
    this.material.dispose();
  }
}

/** One model's shadow on the floor. */
export class Shadow {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  private readonly texture: DataTexture;

  constructor(triangles: number, read: ReadTriangle, ground: number) {
    const opacity = groundShadow(triangles, read, ground);
    const pixels = new Uint8Array(4 * opacity.length);
    for (let cell = 0; cell < opacity.length; cell += 1) pixels[4 * cell + 3] = opacity[cell] ?? 0;
    this.texture = new DataTexture(pixels, SHADOW_CELLS, SHADOW_CELLS);
    this.texture.magFilter = LinearFilter;
    this.texture.minFilter = LinearFilter;
    this.texture.needsUpdate = true;
    // Seen from above only: from below it would hide the very side that is looked at.
    const plane = new PlaneGeometry(SHADOW_SIDE, SHADOW_SIDE).rotateX(-Math.PI / 2);
    flipRows(plane);
    this.mesh = new Mesh(plane, new MeshBasicMaterial({ map: this.texture, transparent: true, depthWrite: false }));
    this.mesh.position.y = ground - SHADOW_DROP;
  }

  release(): void {
    this.texture.dispose();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

/** The picture's first row is the one at the smallest z, where a plane expects its last. */
function flipRows(plane: PlaneGeometry): void {
  const uv = plane.getAttribute("uv");
  for (let corner = 0; corner < uv.count; corner += 1) uv.setY(corner, 1 - uv.getY(corner));
}
