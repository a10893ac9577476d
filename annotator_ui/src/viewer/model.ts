/** One candidate's surface, drawable in every mode, and everything of it that lies in graphics memory. */

import {
  type BufferGeometry,
  Group,
  LineSegments,
  type Material,
  Mesh,
  type MeshLambertMaterial,
  type MeshStandardMaterial,
  type Object3D,
  WireframeGeometry,
} from "three";
import { toCreasedNormals } from "three/addons/utils/BufferGeometryUtils.js";
import type { ViewerMode } from "../core/submission";
import { colourMaterial, type SharedMaterials } from "./materials";

// Edges sharper than this stay edges: a box must not look like a pillow. Wide enough for the steps of a voxel surface.
const CREASE_RADIANS = (50 * Math.PI) / 180;

interface Part {
  readonly mesh: Mesh;
  readonly colour: MeshLambertMaterial;
  wire: LineSegments | null;
}

export class Model {
  readonly root = new Group();
  readonly triangles: number;
  private readonly parts: Part[] = [];

  /** Takes over the meshes of `loaded`; its other contents (lights, cameras, animations) are left behind. */
  constructor(
    loaded: Object3D,
    private readonly shared: SharedMaterials,
  ) {
    let triangles = 0;
    loaded.updateMatrixWorld(true);
    loaded.traverse((node) => {
      if (!(node instanceof Mesh)) return;
      const geometry = withNormals(node.geometry as BufferGeometry);
      const count = geometry.index?.count ?? geometry.getAttribute("position")?.count ?? 0;
      if (count < 3) return;
      const mesh = new Mesh(geometry);
      mesh.matrixAutoUpdate = false;
      mesh.matrix.copy(node.matrixWorld);
      const colour = colourMaterial(node);
      disposeLoadedMaterial(node.material as Material | Material[], colour);
      this.parts.push({ mesh, colour, wire: null });
      this.root.add(mesh);
      triangles += count / 3;
    });
    this.triangles = triangles;
    this.root.visible = false;
  }

  setMode(mode: ViewerMode): void {
    for (const part of this.parts) {
      part.mesh.material = mode === "clay" ? this.shared.clay : mode === "colour" ? part.colour : this.shared.wireFill;
      if (mode === "wireframe" && part.wire === null) {
        part.wire = new LineSegments(new WireframeGeometry(part.mesh.geometry), this.shared.wireLine);
        part.mesh.add(part.wire);
      }
      if (part.wire !== null) part.wire.visible = mode === "wireframe";
    }
  }

  /** Frees graphics memory only: what is drawn again is uploaded again. */
  release(): void {
    for (const part of this.parts) {
      part.mesh.geometry.dispose();
      part.wire?.geometry.dispose();
      part.colour.map?.dispose();
      part.colour.dispose();
    }
  }

  dispose(): void {
    this.root.removeFromParent();
    this.release();
  }
}

function disposeLoadedMaterial(material: Material | Material[], kept: MeshLambertMaterial): void {
  for (const one of Array.isArray(material) ? material : [material]) {
    const standard = one as Partial<MeshStandardMaterial>;
    const maps = [
      standard.normalMap,
      standard.roughnessMap,
      standard.metalnessMap,
      standard.aoMap,
      standard.emissiveMap,
    ];
    for (const map of maps) if (map && map !== kept.map) map.dispose();
    one.dispose();
  }
}

/** Candidates come without normals, so that shading cannot tell who made them: all get them by the same rule. */
function withNormals(geometry: BufferGeometry): BufferGeometry {
  if (geometry.hasAttribute("normal") || !geometry.hasAttribute("position")) return geometry;
  return toCreasedNormals(geometry, CREASE_RADIANS);
}
