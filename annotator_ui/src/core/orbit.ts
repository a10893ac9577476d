/** The camera that all panes share: it turns round a point of the object frame (y up, front along +z). */

export type Point = readonly [number, number, number];

export interface Orbit {
  /** Degrees round y; 0 looks at the front, 90 at the side that faces +x. In [0, 360). */
  readonly azimuth: number;
  /** Degrees above the horizon. */
  readonly elevation: number;
  /** From the target, in object units (the object's longest side is 1). */
  readonly distance: number;
  /** Degrees by which the camera leans to its right; only the photo's own view ever leans. */
  readonly roll: number;
  /** What the camera turns round, in the object frame. */
  readonly target: Point;
}

export const HOME: Orbit = { azimuth: 30, elevation: 18, distance: 3, roll: 0, target: [0, 0, 0] };

/** Left and right are the object's own, as one speaks of a person's left hand: its left faces +x. */
export type ViewName = "home" | "front" | "back" | "left" | "right" | "top" | "bottom";

const DIRECTIONS: Readonly<Record<ViewName, readonly [azimuth: number, elevation: number]>> = {
  home: [HOME.azimuth, HOME.elevation],
  front: [0, 0],
  back: [180, 0],
  left: [90, 0],
  right: [270, 0],
  top: [0, 90],
  bottom: [0, -90],
};

/** An object's place before the camera: x_cam = (x * scale) @ rotation + translation, camera x left, y up, z forward. */
export interface Pose {
  readonly rotation: readonly (readonly number[])[];
  readonly translation: readonly number[];
  readonly scale: readonly number[];
}

const STEEPEST = 90;
const NEAREST = 0.4;
const FARTHEST = 8;
const FARTHEST_TARGET = 0.75;

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function wrap(degrees: number): number {
  return ((degrees % 360) + 360) % 360;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

function degrees(angle: number): number {
  return (angle * 180) / Math.PI;
}

function dot(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function turn(orbit: Orbit, azimuthDegrees: number, elevationDegrees: number): Orbit {
  return {
    ...orbit,
    azimuth: wrap(orbit.azimuth + azimuthDegrees),
    elevation: clamp(orbit.elevation + elevationDegrees, -STEEPEST, STEEPEST),
    roll: 0,
  };
}

export function zoom(orbit: Orbit, factor: number): Orbit {
  return { ...orbit, distance: clamp(orbit.distance * factor, NEAREST, FARTHEST) };
}

/** Moves what is looked at by shares of the picture's height: to the right and upwards, as the camera sees it. */
export function pan(orbit: Orbit, rightShare: number, upShare: number, fieldOfViewDegrees: number): Orbit {
  const height = 2 * orbit.distance * Math.tan(radians(fieldOfViewDegrees) / 2);
  const [right, up] = [rightOf(orbit), upOf(orbit)];
  const along = (axis: 0 | 1 | 2): number => {
    const moved = orbit.target[axis] + height * (rightShare * right[axis] + upShare * up[axis]);
    return clamp(moved, -FARTHEST_TARGET, FARTHEST_TARGET);
  };
  return { ...orbit, target: [along(0), along(1), along(2)] };
}

/** One of the fixed views, centred, as near as before; `home` is also as near as at first. */
export function viewed(orbit: Orbit, name: ViewName): Orbit {
  if (name === "home") return HOME;
  const [azimuth, elevation] = DIRECTIONS[name];
  return { azimuth, elevation, distance: orbit.distance, roll: 0, target: HOME.target };
}

/**
 * The direction from which the photo shows the object, lean included, at the usual distance.
 * Without a pose, or with one that says nothing (scale or numbers missing, camera inside the centre), HOME.
 */
export function photoView(pose: Pose | null): Orbit {
  if (pose === null) return HOME;
  const { translation: t, scale } = pose;
  const row = (axis: number): Point => [entry(pose, axis, 0), entry(pose, axis, 1), entry(pose, axis, 2)];
  // The camera's centre and its y axis, both seen from the object: inverse of x_cam = (x * s) @ R + t.
  const place = [0, 1, 2].map((axis) => {
    const along = dot([t[0] ?? Number.NaN, t[1] ?? Number.NaN, t[2] ?? Number.NaN], row(axis));
    return -along / (scale[axis] ?? Number.NaN);
  });
  const [x = Number.NaN, y = Number.NaN, z = Number.NaN] = place;
  const length = Math.hypot(x, y, z);
  if (!Number.isFinite(length) || length === 0) return HOME;
  const straight: Orbit = {
    ...HOME,
    azimuth: wrap(degrees(Math.atan2(x, z))),
    elevation: degrees(Math.asin(y / length)),
  };
  const cameraUp: Point = [entry(pose, 0, 1), entry(pose, 1, 1), entry(pose, 2, 1)];
  return { ...straight, roll: degrees(Math.atan2(dot(cameraUp, rightOf(straight)), dot(cameraUp, upOf(straight)))) };
}

function entry(pose: Pose, row: number, column: number): number {
  return pose.rotation[row]?.[column] ?? Number.NaN;
}

/** From the target to the camera, of length one. */
function outward(orbit: Orbit): Point {
  const [azimuth, elevation] = [radians(orbit.azimuth), radians(orbit.elevation)];
  return [Math.cos(elevation) * Math.sin(azimuth), Math.sin(elevation), Math.cos(elevation) * Math.cos(azimuth)];
}

/** Where the camera stands, in the object frame. */
export function eye(orbit: Orbit): Point {
  const [x, y, z] = outward(orbit);
  const { distance, target } = orbit;
  return [target[0] + distance * x, target[1] + distance * y, target[2] + distance * z];
}

/** Upwards in the picture before any lean; well defined from straight above, too. */
export function upOf(orbit: Orbit): Point {
  const [azimuth, elevation] = [radians(orbit.azimuth), radians(orbit.elevation)];
  return [-Math.sin(elevation) * Math.sin(azimuth), Math.cos(elevation), -Math.sin(elevation) * Math.cos(azimuth)];
}

/** To the right in the picture before any lean. */
export function rightOf(orbit: Orbit): Point {
  const azimuth = radians(orbit.azimuth);
  return [Math.cos(azimuth), 0, -Math.sin(azimuth)];
}

/** Upwards in the picture with the lean: what a camera is given as its up. */
export function cameraUpOf(orbit: Orbit): Point {
  const lean = radians(orbit.roll);
  const [up, right] = [upOf(orbit), rightOf(orbit)];
  const along = (axis: 0 | 1 | 2): number => Math.cos(lean) * up[axis] + Math.sin(lean) * right[axis];
  return [along(0), along(1), along(2)];
}

/** Degrees between the directions from which two cameras look. */
export function angleBetween(a: Orbit, b: Orbit): number {
  return degrees(Math.acos(clamp(dot(outward(a), outward(b)), -1, 1)));
}
