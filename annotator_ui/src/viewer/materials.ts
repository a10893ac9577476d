/** One set of materials for all panes: nobody's candidate is shinier than another's. */

import {
  Color,
  LineBasicMaterial,
  type Material,
  type Mesh,
  MeshLambertMaterial,
  type MeshStandardMaterial,
  SRGBColorSpace,
} from "three";

const CLAY = new Color().setStyle("#b9b4ab", SRGBColorSpace);
const WIRE_FILL = new Color().setStyle("#8e9096", SRGBColorSpace);
const WIRE_LINE = new Color().setStyle("#20242c", SRGBColorSpace);

export interface SharedMaterials {
  readonly clay: MeshLambertMaterial;
  readonly wireFill: MeshLambertMaterial;
  readonly wireLine: LineBasicMaterial;
  dispose(): void;
}

/** Both sides are drawn: a generated surface may be open or turned inside out, and that is to be judged, not hidden. */
export function sharedMaterials(): SharedMaterials {
  const clay = new MeshLambertMaterial({ color: CLAY, side: 2 });
  const wireFill = new MeshLambertMaterial({
    color: WIRE_FILL,
    side: 2,
    polygonOffset: true,
    polygonOffsetFactor: 1,
    polygonOffsetUnits: 1,
  });
  const wireLine = new LineBasicMaterial({ color: WIRE_LINE, transparent: true, opacity: 0.55 });
  return {
    clay,
    wireFill,
    wireLine,
    dispose() {
      clay.dispose();
      wireFill.dispose();
      wireLine.dispose();
    },
  };
}

/** The file's own colours under the common light: metalness, roughness, emission and the like are left out. */
export function colourMaterial(mesh: Mesh): MeshLambertMaterial {
  const first: Material | undefined = Array.isArray(mesh.material) ? mesh.material[0] : mesh.material;
  const source = first as Partial<MeshStandardMaterial> | undefined;
  return new MeshLambertMaterial({
    color: source?.color?.clone() ?? CLAY.clone(),
    map: source?.map ?? null,
    vertexColors: mesh.geometry.hasAttribute("color"),
    side: 2,
  });
}
