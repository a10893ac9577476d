/** The one camera, its turntable, and who is told that it moved. */

import { PerspectiveCamera } from "three";
import {
  angleBetween,
  cameraUpOf,
  eye,
  HOME,
  type Orbit,
  type Pose,
  pan,
  photoView,
  turn,
  type ViewName,
  viewed,
  zoom,
} from "../core/orbit";
import type { CameraMoves } from "./gestures";

const FIELD_OF_VIEW = 30;
const TURNTABLE_DEGREES_PER_SECOND = 24;
// After a pause (a hidden tab, a slow frame) the turntable goes on from where it stood, without a leap.
const LONGEST_STEP_SECONDS = 0.1;

export interface CameraEvents {
  onCamera?(orbit: Orbit): void;
  /** Somebody turned the objects by this many degrees; going to the first view of a new task is nobody's turning. */
  onTurn?(degrees: number): void;
  onTurntable?(isOn: boolean): void;
}

export class CameraRig implements CameraMoves {
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.05, 20);
  private orbit: Orbit = HOME;
  private spunAt: number | null = null;
  private isSpinning = false;

  constructor(
    private readonly events: CameraEvents,
    private readonly onMove: () => void,
    private readonly isMotionReduced: () => boolean,
  ) {}

  turnBy(azimuthDegrees: number, elevationDegrees: number): void {
    // Two hands on one wheel: who turns by hand wants to look at a side, not to see it go by.
    this.setTurntable(false);
    this.turnTo(turn(this.orbit, azimuthDegrees, elevationDegrees));
  }

  panBy(rightShare: number, upShare: number): void {
    this.look(pan(this.orbit, rightShare, upShare, FIELD_OF_VIEW));
  }

  zoomBy(factor: number): void {
    this.look(zoom(this.orbit, factor));
  }

  /** Where every task begins. */
  resetView(): void {
    this.setTurntable(false);
    this.look(HOME);
  }

  view(name: ViewName): void {
    this.setTurntable(false);
    this.turnTo(viewed(this.orbit, name));
  }

  /** The side that the photo shows; home where no pose is known. */
  viewPhoto(pose: Pose | null): void {
    this.setTurntable(false);
    this.turnTo(photoView(pose));
  }

  get isTurning(): boolean {
    return this.isSpinning;
  }

  /** Returns whether it runs now: never for somebody who asked for less motion. */
  setTurntable(isOn: boolean): boolean {
    const willSpin = isOn && !this.isMotionReduced();
    if (willSpin !== this.isSpinning) {
      this.isSpinning = willSpin;
      this.spunAt = null;
      this.events.onTurntable?.(willSpin);
      this.onMove();
    }
    return willSpin;
  }

  /** One step of the turntable at this time in milliseconds; false when it stands still. */
  spin(time: number): boolean {
    if (this.isSpinning && this.isMotionReduced()) this.setTurntable(false);
    if (!this.isSpinning) return false;
    const seconds = this.spunAt === null ? 0 : Math.min(LONGEST_STEP_SECONDS, (time - this.spunAt) / 1000);
    this.spunAt = time;
    this.turnTo(turn(this.orbit, TURNTABLE_DEGREES_PER_SECOND * seconds, 0));
    return true;
  }

  place(): void {
    this.camera.position.set(...eye(this.orbit));
    this.camera.up.set(...cameraUpOf(this.orbit));
    this.camera.lookAt(...this.orbit.target);
  }

  /** The field of view is that of the shorter side, so that a narrow pane cuts nothing off. */
  aim(aspect: number): void {
    const half = Math.tan((FIELD_OF_VIEW * Math.PI) / 360);
    this.camera.aspect = aspect;
    this.camera.fov = aspect >= 1 ? FIELD_OF_VIEW : (Math.atan(half / aspect) * 360) / Math.PI;
    this.camera.updateProjectionMatrix();
  }

  private turnTo(orbit: Orbit): void {
    const degrees = angleBetween(this.orbit, orbit);
    this.look(orbit);
    if (degrees > 0) this.events.onTurn?.(degrees);
  }

  private look(orbit: Orbit): void {
    this.orbit = orbit;
    this.events.onCamera?.(orbit);
    this.onMove();
  }
}
