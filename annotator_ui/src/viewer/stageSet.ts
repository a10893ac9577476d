/** The scene that every pane shows: light, floor, and one model at a time. */

import { DirectionalLight, type PerspectiveCamera, Scene } from "three";
import type { ViewerMode } from "../core/viewerModes";
import { Floor } from "./floor";
import { SharedMaterials } from "./materials";
import type { Model } from "./model";
import { neutralLight } from "./neutralLight";

export class StageSet {
  readonly scene = new Scene();
  readonly materials = new SharedMaterials();
  private readonly floor = new Floor();
  private readonly headlight = new DirectionalLight(0xffffff, 1.1);

  /** One light comes with the camera: whatever side is looked at, its shape can be seen. */
  constructor(camera: PerspectiveCamera) {
    this.headlight.position.set(-0.5, 0.7, 1);
    // A directional light shines towards its target: without this the target would stay at the world's origin.
    camera.add(this.headlight, this.headlight.target);
    this.scene.add(camera, neutralLight(), this.floor.lines);
  }

  add(model: Model): void {
    this.scene.add(model.root);
  }

  setContrast(isHigh: boolean): void {
    this.materials.setContrast(isHigh);
    this.floor.setContrast(isHigh);
    this.headlight.intensity = isHigh ? 2.1 : 1.1;
  }

  /** `draw` sees this model alone, in this mode. */
  during(model: Model, mode: ViewerMode, draw: () => void): void {
    model.setMode(mode);
    this.floor.moveTo(model.ground);
    model.root.visible = true;
    draw();
    model.root.visible = false;
  }

  /** Frees graphics memory only. */
  release(): void {
    this.floor.release();
    this.materials.release();
  }
}
