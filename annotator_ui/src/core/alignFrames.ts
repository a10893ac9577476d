/**
 * Poses as the platform stores them: `x_cam = (x * scale) @ rotation + translation` with row vectors; the camera's axes
 * are left, up and forward, the object's y is up. Focal lengths count half image sides over the longer side.
 */

export type Vector = readonly [number, number, number];
/** Three rows. */
export type Matrix = readonly [Vector, Vector, Vector];

export interface Pose {
  readonly rotation: Matrix;
  readonly translation: Vector;
  readonly scale: Vector;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly focal: number;
}

export type Axis = 0 | 1 | 2;

export const SMALLEST_SCALE = 0.01;
export const NEAREST_DEPTH = 0.05;

export function dot(left: Vector, right: Vector): number {
  return left[0] * right[0] + left[1] * right[1] + left[2] * right[2];
}

export function transpose([a, b, c]: Matrix): Matrix {
  return [
    [a[0], b[0], c[0]],
    [a[1], b[1], c[1]],
    [a[2], b[2], c[2]],
  ];
}

export function multiply(left: Matrix, right: Matrix): Matrix {
  const columns = transpose(right);
  const row = (of: Vector): Vector => [dot(of, columns[0]), dot(of, columns[1]), dot(of, columns[2])];
  return [row(left[0]), row(left[1]), row(left[2])];
}

function cross(left: Vector, right: Vector): Vector {
  return [
    left[1] * right[2] - left[2] * right[1],
    left[2] * right[0] - left[0] * right[2],
    left[0] * right[1] - left[1] * right[0],
  ];
}

function unit(vector: Vector): Vector {
  const length = Math.hypot(...vector) || 1;
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}

/** The nearest rotation by Gram-Schmidt on rows: many small turns leave rounding errors. */
export function orthonormal(matrix: Matrix): Matrix {
  const first = unit(matrix[0]);
  const along = dot(first, matrix[1]);
  const second = unit([
    matrix[1][0] - along * first[0],
    matrix[1][1] - along * first[1],
    matrix[1][2] - along * first[2],
  ]);
  return [first, second, cross(first, second)];
}

/** Turns row vectors about an axis by the right-hand rule. */
export function turnAbout(axis: Axis, degrees: number): Matrix {
  const angle = (degrees * Math.PI) / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  if (axis === 0) {
    return [
      [1, 0, 0],
      [0, c, s],
      [0, -s, c],
    ];
  }
  if (axis === 1) {
    return [
      [c, 0, -s],
      [0, 1, 0],
      [s, 0, c],
    ];
  }
  return [
    [c, s, 0],
    [-s, c, 0],
    [0, 0, 1],
  ];
}

export function apply(pose: Pose, point: Vector): Vector {
  const scaled: Vector = [point[0] * pose.scale[0], point[1] * pose.scale[1], point[2] * pose.scale[2]];
  const columns = transpose(pose.rotation);
  const [x, y, z] = pose.translation;
  return [dot(scaled, columns[0]) + x, dot(scaled, columns[1]) + y, dot(scaled, columns[2]) + z];
}

/** Pixels of half the longer side times the focal length. */
function reach({ width, height, focal }: Picture): number {
  return (focal * Math.max(width, height)) / 2;
}

/** Where a camera point is seen: pixels to the right and down from the upper left corner. */
export function project(point: Vector, picture: Picture): readonly [number, number] {
  const factor = reach(picture) / point[2];
  return [picture.width / 2 - factor * point[0], picture.height / 2 - factor * point[1]];
}

/** Shifts the object by pixels of the photo, at its depth. */
export function shift(pose: Pose, right: number, down: number, picture: Picture): Pose {
  const [x, y, z] = pose.translation;
  const size = z / reach(picture);
  return { ...pose, translation: [x - right * size, y - down * size, z] };
}

/** Along the line of sight: its middle stays where it is in the photo. */
export function moveAway(pose: Pose, factor: number): Pose {
  const [x, y, z] = pose.translation;
  const safe = Math.max(factor, NEAREST_DEPTH / z);
  return { ...pose, translation: [x * safe, y * safe, z * safe] };
}

/** About an axis of the camera through the object's middle. */
export function turnInCamera(pose: Pose, axis: Axis, degrees: number): Pose {
  return { ...pose, rotation: orthonormal(multiply(pose.rotation, turnAbout(axis, degrees))) };
}

/** About one of the object's own axes. */
export function turnAboutOwn(pose: Pose, axis: Axis, degrees: number): Pose {
  return { ...pose, rotation: orthonormal(multiply(turnAbout(axis, degrees), pose.rotation)) };
}

export function resize(pose: Pose, factor: number, axis: Axis | null = null): Pose {
  const size = (value: number, index: number): number =>
    axis === null || axis === index ? Math.max(SMALLEST_SCALE, value * factor) : value;
  const [x, y, z] = pose.scale;
  return { ...pose, scale: [size(x, 0), size(y, 1), size(z, 2)] };
}

/** Degrees about the object's up axis, then about the camera's left axis, then about the line of sight. */
export interface Angles {
  readonly turn: number;
  readonly tilt: number;
  readonly roll: number;
}

const DEGREES = 180 / Math.PI;

export function anglesOf({ rotation }: Pose): Angles {
  const tilt = Math.asin(Math.min(1, Math.max(-1, rotation[1][2])));
  return {
    turn: Math.atan2(-rotation[0][2], rotation[2][2]) * DEGREES,
    tilt: tilt * DEGREES,
    roll: Math.atan2(-rotation[1][0], rotation[1][1]) * DEGREES,
  };
}

export function withAngles(pose: Pose, angles: Angles): Pose {
  const turned = multiply(turnAbout(1, angles.turn), turnAbout(0, angles.tilt));
  return { ...pose, rotation: orthonormal(multiply(turned, turnAbout(2, angles.roll))) };
}

/** The same pose for a camera whose axes are right, up and backward: `x = matrix · (scale * x) + position`, columns. */
export interface GlPose {
  readonly matrix: Matrix;
  readonly position: Vector;
  readonly scale: Vector;
}

export function toGl({ rotation, translation, scale }: Pose): GlPose {
  const [x, y, z] = transpose(rotation);
  const negative = (row: Vector): Vector => [-row[0], -row[1], -row[2]];
  return {
    matrix: [negative(x), y, negative(z)],
    position: [-translation[0], translation[1], -translation[2]],
    scale,
  };
}

export function fromGl({ matrix, position, scale }: GlPose): Pose {
  const [x, y, z] = matrix;
  const rows: Matrix = [[-x[0], -x[1], -x[2]], y, [-z[0], -z[1], -z[2]]];
  const size = (value: number): number => Math.max(SMALLEST_SCALE, Math.abs(value));
  return {
    rotation: orthonormal(transpose(rows)),
    translation: [-position[0], position[1], -position[2]],
    scale: [size(scale[0]), size(scale[1]), size(scale[2])],
  };
}

function isVector(value: unknown): value is Vector {
  return Array.isArray(value) && value.length === 3 && value.every((one) => Number.isFinite(one));
}

/** A pose out of foreign JSON, or null if it cannot be one. */
export function readPose(value: unknown): Pose | null {
  if (typeof value !== "object" || value === null) return null;
  const { rotation, translation, scale } = value as Record<string, unknown>;
  if (!Array.isArray(rotation) || rotation.length !== 3 || !rotation.every(isVector)) return null;
  if (!isVector(translation) || !isVector(scale) || Math.min(...scale) <= 0) return null;
  return { rotation: rotation as unknown as Matrix, translation, scale };
}

/** Whether every number is one and the middle lies before the camera. */
export function isSound(pose: Pose): boolean {
  return readPose(pose) !== null && pose.translation[2] >= NEAREST_DEPTH;
}
