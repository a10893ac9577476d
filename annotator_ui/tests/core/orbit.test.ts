import { describe, expect, it } from "vitest";
import {
  angleBetween,
  cameraUpOf,
  eye,
  HOME,
  type Orbit,
  type Point,
  type Pose,
  pan,
  photoView,
  rightOf,
  turn,
  upOf,
  viewed,
} from "../../src/core/orbit";

function expectPoint(point: Point, wanted: Point): void {
  for (const axis of [0, 1, 2] as const) expect(point[axis]).toBeCloseTo(wanted[axis], 9);
}

/** The pose that a camera on this orbit has: rows of R are the object's axes in the camera's (left, up, forward). */
function poseOf(orbit: Orbit, scale: number): Pose {
  const up = cameraUpOf(orbit);
  const place = eye(orbit);
  const forward = place.map((value) => -value / orbit.distance);
  const [ux, uy, uz] = up;
  const [fx = 0, fy = 0, fz = 0] = forward;
  // left = up x forward in a right-handed frame
  const left = [uy * fz - uz * fy, uz * fx - ux * fz, ux * fy - uy * fx];
  const rotation = [0, 1, 2].map((axis) => [left[axis] ?? 0, up[axis as 0 | 1 | 2], forward[axis] ?? 0]);
  return { rotation, translation: [0, 0, orbit.distance * scale], scale: [scale, scale, scale] };
}

describe("standard views", () => {
  it("look at the named side and keep the distance", () => {
    const near = { ...HOME, distance: 2 };
    expectPoint(eye(viewed(near, "front")), [0, 0, 2]);
    expectPoint(eye(viewed(near, "back")), [0, 0, -2]);
    expectPoint(eye(viewed(near, "left")), [2, 0, 0]);
    expectPoint(eye(viewed(near, "right")), [-2, 0, 0]);
    expectPoint(eye(viewed(near, "top")), [0, 2, 0]);
  });

  it("know which way is up even from straight above", () => {
    expectPoint(upOf(viewed(HOME, "top")), [0, 0, -1]);
    expectPoint(rightOf(viewed(HOME, "top")), [1, 0, 0]);
  });

  it("bring a moved camera home", () => {
    expect(viewed(pan(turn(HOME, 50, 0), 0.3, 0.1, 30), "home")).toEqual(HOME);
  });
});

describe("panning", () => {
  it("moves by the picture's height and never loses the object", () => {
    const moved = pan(viewed(HOME, "front"), 0.1, 0, 30);
    const height = 2 * 3 * Math.tan(Math.PI / 12);
    expectPoint(moved.target, [0.1 * height, 0, 0]);
    expect(pan(HOME, 50, 50, 30).target.every((value) => Math.abs(value) <= 0.75)).toBe(true);
  });

  it("carries the camera along", () => {
    const moved = pan(viewed(HOME, "front"), 0, 0.2, 30);
    expect(eye(moved)[1]).toBeCloseTo(moved.target[1]);
    expect(moved.target[1]).toBeGreaterThan(0);
  });
});

describe("the photo's view", () => {
  it("looks from where the camera of the photo stood", () => {
    for (const [azimuth, elevation, roll] of [
      [0, 0, 0],
      [200, 25, 0],
      [315, -40, 12],
    ] as const) {
      const orbit = { ...HOME, azimuth, elevation, roll };
      const found = photoView(poseOf(orbit, 1.7));
      expect(found.azimuth).toBeCloseTo(azimuth, 6);
      expect(found.elevation).toBeCloseTo(elevation, 6);
      expect(found.roll).toBeCloseTo(roll, 6);
    }
  });

  it("is home without a pose that says anything", () => {
    const pose = poseOf(HOME, 1);
    expect(photoView(null)).toEqual(HOME);
    expect(photoView({ ...pose, scale: [0, 0, 0] })).toEqual(HOME);
    expect(photoView({ ...pose, translation: [] })).toEqual(HOME);
    expect(photoView({ ...pose, translation: [0, 0, 0] })).toEqual(HOME);
  });

  it("stands upright again once it is turned by hand", () => {
    expect(turn({ ...HOME, roll: 20 }, 1, 0).roll).toBe(0);
  });
});

describe("the angle between two cameras", () => {
  it("is that of their directions, whatever the distance", () => {
    expect(angleBetween(viewed(HOME, "front"), viewed({ ...HOME, distance: 1 }, "left"))).toBeCloseTo(90);
    expect(angleBetween(HOME, { ...HOME, distance: 7 })).toBeCloseTo(0);
  });
});
