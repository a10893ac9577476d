import { describe, expect, it } from "vitest";
import {
  type Axis,
  anglesOf,
  apply,
  fromGl,
  isSound,
  moveAway,
  multiply,
  orthonormal,
  type Pose,
  project,
  readPose,
  resize,
  shift,
  toGl,
  transpose,
  turnAbout,
  turnAboutOwn,
  turnInCamera,
  type Vector,
  withAngles,
} from "../../src/core/alignFrames";

const picture = { width: 640, height: 480, focal: 2.5 };
const turned = multiply(multiply(turnAbout(0, 20), turnAbout(1, 150)), turnAbout(2, -35));
const pose: Pose = { rotation: turned, translation: [0.3, -0.2, 4], scale: [1, 0.5, 2] };
const corners: Vector[] = [
  [0.5, -0.5, 0.5],
  [-0.5, 0.25, 0.1],
];

function expectClose(one: Vector, other: Vector): void {
  for (const index of [0, 1, 2]) expect(one[index]).toBeCloseTo(other[index] ?? Number.NaN, 9);
}

describe("frames", () => {
  it("puts a point to the camera's left on the left of the photo, and one above up", () => {
    expect(project([0, 0, 4], picture)).toEqual([320, 240]);
    const [u, v] = project([1, 1, 4], picture);
    expect(u).toBe(320 - 200);
    expect(v).toBe(240 - 200);
  });

  it("finds the same pose again after a visit to glTF's axes", () => {
    const back = fromGl(toGl(pose));
    for (const corner of corners) expectClose(apply(back, corner), apply(pose, corner));
  });

  it("places points in glTF's axes as the platform's, with x and z the other way round", () => {
    const { matrix, position, scale } = toGl(pose);
    for (const corner of corners) {
      const scaled = corner.map((value, index) => value * (scale[index] ?? 0));
      const gl = matrix.map(
        (row, index) => row.reduce((sum, value, at) => sum + value * (scaled[at] ?? 0), 0) + (position[index] ?? 0),
      );
      const [x, y, z] = apply(pose, corner);
      expectClose(gl as unknown as Vector, [-x, y, -z]);
    }
  });

  it("shifts by pixels at the object's depth", () => {
    const before = project(pose.translation, picture);
    const after = project(shift(pose, 30, -12, picture).translation, picture);
    expect(after[0] - before[0]).toBeCloseTo(30, 9);
    expect(after[1] - before[1]).toBeCloseTo(-12, 9);
  });

  it("moves away without leaving its place in the photo, and never behind the camera", () => {
    const [before, after] = [pose, moveAway(pose, 2)].map((one) => project(one.translation, picture));
    expect(after?.[0]).toBeCloseTo(before?.[0] ?? 0, 9);
    expect(moveAway(pose, 1e-9).translation[2]).toBeGreaterThan(0);
  });

  it("reads angles and makes the same rotation of them", () => {
    const same = withAngles(pose, anglesOf(pose));
    for (const corner of corners) expectClose(apply(same, corner), apply(pose, corner));
    expect(anglesOf(withAngles(pose, { turn: 100, tilt: -40, roll: 12 }))).toEqual({
      turn: expect.closeTo(100, 9),
      tilt: expect.closeTo(-40, 9),
      roll: expect.closeTo(12, 9),
    });
  });

  it("stays a rotation after a thousand turns", () => {
    let much = pose;
    for (let step = 0; step < 1000; step += 1) much = turnAboutOwn(turnInCamera(much, (step % 3) as Axis, 7), 1, 3);
    const square = multiply(much.rotation, transpose(much.rotation));
    expectClose(square[0], [1, 0, 0]);
    expectClose(square[1], [0, 1, 0]);
  });

  it("spins about the object's own up axis: the axis stays where it is", () => {
    const up: Vector = [0, 0.5, 0];
    expectClose(apply(turnAboutOwn(pose, 1, 40), up), apply(pose, up));
    expect(apply(turnInCamera(pose, 1, 40), up)).not.toEqual(apply(pose, up));
  });

  it("never makes an axis vanish or turn round", () => {
    expect(resize(pose, 1e-9, 1).scale).toEqual([1, 0.01, 2]);
    const { matrix, position } = toGl(pose);
    expect(fromGl({ matrix, position, scale: [-1, 0, 1] }).scale).toEqual([1, 0.01, 1]);
  });

  it("reads no pose out of what is none", () => {
    expect(readPose(JSON.parse(JSON.stringify(pose)))).toEqual(pose);
    for (const broken of [null, 7, {}, { ...pose, scale: [1, 0, 1] }, { ...pose, translation: [0, Number.NaN, 1] }]) {
      expect(readPose(broken)).toBeNull();
    }
    expect(isSound({ ...pose, translation: [0, 0, -1] })).toBe(false);
  });

  it("makes a bent matrix a rotation again", () => {
    const bent = orthonormal([
      [1, 0.1, 0],
      [0, 1, 0.1],
      [0.1, 0, 1],
    ]);
    expectClose(multiply(bent, transpose(bent))[1], [0, 1, 0]);
  });
});
