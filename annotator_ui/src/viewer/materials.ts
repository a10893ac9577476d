/** One set of materials for all panes: nobody's candidate is shinier than another's. */

import {
  Color,
  DoubleSide,
  LineBasicMaterial,
  type Material,
  type Mesh,
  MeshLambertMaterial,
  MeshNormalMaterial,
  type MeshStandardMaterial,
  SRGBColorSpace,
} from "three";

const CLAY = new Color().setStyle("#b9b4ab", SRGBColorSpace);
const CONTRAST_CLAY = new Color().setStyle("#f2efe8", SRGBColorSpace);
const WIRE_FILL = new Color().setStyle("#8e9096", SRGBColorSpace);
const WIRE_LINE = new Color().setStyle("#20242c", SRGBColorSpace);

/** Both sides are drawn: a generated surface may be open or turned inside out, and that is to be judged, not hidden. */
export class SharedMaterials {
  readonly clay = new MeshLambertMaterial({ color: CLAY, side: DoubleSide });
  readonly normals = new MeshNormalMaterial({ side: DoubleSide });
  readonly wireFill = new MeshLambertMaterial({
    color: WIRE_FILL,
    side: DoubleSide,
    polygonOffset: true,
    polygonOffsetFactor: 1,
    polygonOffsetUnits: 1,
  });
  readonly wireLine = new LineBasicMaterial({ color: WIRE_LINE, transparent: true, opacity: 0.55 });

  setContrast(isHigh: boolean): void {
    this.clay.color.copy(isHigh ? CONTRAST_CLAY : CLAY);
    this.wireFill.color.copy(isHigh ? CONTRAST_CLAY : WIRE_FILL);
    this.wireLine.opacity = isHigh ? 1 : 0.55;
  }

  /** Frees graphics memory only: what is drawn again is made again. */
  release(): void {
    for (const material of [this.clay, this.normals, this.wireFill, this.wireLine]) material.dispose();
  }
}

function sourceOf(mesh: Mesh): Partial<MeshStandardMaterial> | undefined {
  const first: Material | undefined = Array.isArray(mesh.material) ? mesh.material[0] : mesh.material;
  return first as Partial<MeshStandardMaterial> | undefined;
}

/** Whether the file says anything about colour: white without a picture is what a file says by saying nothing. */
export function hasColour(mesh: Mesh): boolean {
  const source = sourceOf(mesh);
  const isPlain = source?.color === undefined || source.color.getHex() === 0xffffff;
  return mesh.geometry.hasAttribute("color") || Boolean(source?.map) || !isPlain;
}

/** The file's own colours under the common light: metalness, roughness, emission and the like are left out. */
export function colourMaterial(mesh: Mesh): MeshLambertMaterial {
  const source = sourceOf(mesh);
  return new MeshLambertMaterial({
    color: hasColour(mesh) ? (source?.color?.clone() ?? new Color(0xffffff)) : CLAY.clone(),
    map: source?.map ?? null,
    vertexColors: mesh.geometry.hasAttribute("color"),
    side: DoubleSide,
  });
}
