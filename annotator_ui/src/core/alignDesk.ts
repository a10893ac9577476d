/** What the person does with hands and keys, turned into poses; and what she looks at. */

import { signal } from "@preact/signals";
import { type Axis, moveAway, type Picture, type Pose, resize, shift, turnAboutOwn, turnInCamera } from "./alignFrames";
import { type AlignAction, alignMeaning } from "./alignKeys";
import type { AlignSession } from "./alignSession";
import type { KeyPress } from "./shortcuts";

export type Display = "solid" | "outline" | "difference";
export type Handles = "translate" | "rotate" | "scale" | "none";

export const DISPLAYS: readonly Display[] = ["solid", "outline", "difference"];
export const HANDLES: readonly Handles[] = ["translate", "rotate", "scale", "none"];

/** Steps of keys: a share of the photo's longer side, degrees, factors. Shift makes a tenth of them. */
const SHIFT = 0.01;
const DEGREES = 5;
const DISTANCE = 1.04;
const SIZE = 1.03;
const FINE = 0.1;
const DEGREES_PER_PIXEL = 0.35;

export class AlignDesk {
  readonly display = signal<Display>("solid");
  readonly opacity = signal(0.75);
  readonly handles = signal<Handles>("translate");
  readonly hasRing = signal(false);
  readonly isZoomed = signal(true);
  readonly isHelpOpen = signal(false);
  readonly isGivingBack = signal(false);

  constructor(readonly session: AlignSession) {}

  get picture(): Picture | null {
    const [task, placing] = [this.session.task.value, this.session.placing.value];
    return task === null || placing === null ? null : { width: task.width, height: task.height, focal: placing.focal };
  }

  /** Sends what waited for the network. */
  comeOnline(): void {
    void this.session.tick();
  }

  /** Obeys a key; false if it means nothing here and the browser may have it. */
  press(key: KeyPress): boolean {
    if (this.isHelpOpen.value || this.isGivingBack.value) {
      const isClosing = key.key === "Escape" || (key.key === "?" && this.isHelpOpen.value);
      if (isClosing) this.closeDialogs();
      return isClosing;
    }
    const meaning = alignMeaning(key);
    if (meaning === null) return false;
    const moved = this.moved(meaning.action, meaning.isFine ? FINE : 1);
    if (moved !== null) this.change(moved, meaning.action);
    else this.act(meaning.action);
    return true;
  }

  closeDialogs(): void {
    this.isHelpOpen.value = false;
    this.isGivingBack.value = false;
  }

  private change(pose: Pose, kind: string): void {
    const placing = this.session.placing.value;
    if (placing !== null) this.session.change({ ...placing, pose }, "keys", kind);
  }

  /** The pose after one step, or null if the action is no step. `part`: of a whole step. */
  private moved(action: AlignAction, part: number): Pose | null {
    const [placing, picture] = [this.session.placing.value, this.picture];
    if (placing === null || picture === null) return null;
    const { pose } = placing;
    const step = SHIFT * part * Math.max(picture.width, picture.height);
    const turn = (axis: Axis, sign: number): Pose => turnInCamera(pose, axis, sign * DEGREES * part);
    const away = DISTANCE ** part;
    const size = SIZE ** part;
    const steps: Partial<Record<AlignAction, () => Pose>> = {
      left: () => shift(pose, -step, 0, picture),
      right: () => shift(pose, step, 0, picture),
      up: () => shift(pose, 0, -step, picture),
      down: () => shift(pose, 0, step, picture),
      nearer: () => moveAway(pose, 1 / away),
      farther: () => moveAway(pose, away),
      // The near side follows the key: the camera looks along z, its x points left.
      turn_left: () => turn(1, -1),
      turn_right: () => turn(1, 1),
      tilt_up: () => turn(0, 1),
      tilt_down: () => turn(0, -1),
      roll_left: () => turn(2, -1),
      roll_right: () => turn(2, 1),
      spin_left: () => turnAboutOwn(pose, 1, -DEGREES * part),
      spin_right: () => turnAboutOwn(pose, 1, DEGREES * part),
      smaller: () => resize(pose, 1 / size),
      larger: () => resize(pose, size),
    };
    return steps[action]?.() ?? null;
  }

  private act(action: AlignAction): void {
    const { session } = this;
    const acts: Partial<Record<AlignAction, () => unknown>> = {
      snap: () => session.snap(),
      submit: () => session.submit(),
      undo: () => session.undo(),
      redo: () => session.redo(),
      reset: () => session.reset(),
      gizmo_translate: () => this.setHandles("translate"),
      gizmo_rotate: () => this.setHandles("rotate"),
      gizmo_scale: () => this.setHandles("scale"),
      gizmo_none: () => this.setHandles("none"),
      display: () => this.nextDisplay(),
      zoom: () => this.toggleZoom(),
      give_back: () => this.askGiveBack(),
      help: () => this.openHelp(),
    };
    acts[action]?.();
  }

  setHandles(handles: Handles): void {
    this.handles.value = handles;
  }

  nextDisplay(): void {
    this.display.value = DISPLAYS[(DISPLAYS.indexOf(this.display.value) + 1) % DISPLAYS.length] ?? "solid";
  }

  toggleZoom(): void {
    this.isZoomed.value = !this.isZoomed.value;
  }

  askGiveBack(): void {
    this.isGivingBack.value = this.session.isOpen;
  }

  openHelp(): void {
    this.isHelpOpen.value = true;
  }

  /** By photo pixels, while the pointer is down. */
  dragTo(from: Pose, right: number, down: number): void {
    const [placing, picture] = [this.session.placing.value, this.picture];
    if (placing !== null && picture !== null) {
      this.session.drag({ ...placing, pose: shift(from, right, down, picture) });
    }
  }

  /** By screen pixels: as if the object lay under the hand. */
  turnTo(from: Pose, right: number, down: number): void {
    const placing = this.session.placing.value;
    if (placing === null) return;
    const turned = turnInCamera(from, 1, right * DEGREES_PER_PIXEL);
    this.session.drag({ ...placing, pose: turnInCamera(turned, 0, -down * DEGREES_PER_PIXEL) });
  }

  wheel(pixels: number, isFine: boolean): void {
    const placing = this.session.placing.value;
    if (placing !== null) this.change(moveAway(placing.pose, Math.exp(pixels * (isFine ? 0.0001 : 0.0007))), "wheel");
  }
}
