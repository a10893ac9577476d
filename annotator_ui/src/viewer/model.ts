/** One candidate's surface, drawable in every mode, and everything of it that lies in graphics memory. */

import {
  Box3,
  type BufferGeometry,
  Group,
  LineSegments,
  type Material,
  Mesh,
  type MeshLambertMaterial,
  type MeshStandardMaterial,
  type Object3D,
  Vector3,
  WireframeGeometry,
} from "three";
import type { ViewerMode } from "../core/viewerModes";
import { withCreasedNormals } from "./creasedNormals";
import { Shadow } from "./floor";
import type { ReadTriangle } from "./groundShadow";
import { colourMaterial, hasColour, type SharedMaterials } from "./materials";

// Edges sharper than this stay edges: a box must not look like a pillow. Wide enough for the steps of a voxel surface.
const CREASE_COSINE = Math.cos((50 * Math.PI) / 180);

interface Part {
  readonly mesh: Mesh;
  readonly colour: MeshLambertMaterial;
  wire: LineSegments | null;
}

export class Model {
  /** Centred on the origin with a longest side of 1: no candidate looks better for being larger. */
  readonly root = new Group();
  readonly triangles: number;
  readonly hasColour: boolean;
  /** Height of what it stands on; the lowest corner is there. */
  readonly ground: number;
  private readonly parts: Part[] = [];
  private readonly shadow: Shadow | null;

  /** Takes over the meshes of `loaded`; its other contents (lights, cameras, animations) are left behind. */
  constructor(
    loaded: Object3D,
    private readonly shared: SharedMaterials,
  ) {
    let triangles = 0;
    let isColoured = false;
    const body = new Group();
    loaded.updateMatrixWorld(true);
    loaded.traverse((node) => {
      if (!(node instanceof Mesh)) return;
      isColoured ||= hasColour(node);
      const part = toPart(node);
      const count = cornersOf(part.mesh.geometry);
      if (count < 3) return releasePart(part);
      this.parts.push(part);
      body.add(part.mesh);
      triangles += Math.floor(count / 3);
    });
    this.triangles = triangles;
    this.hasColour = isColoured;
    this.root.add(body);
    this.ground = normalise(body);
    this.shadow = triangles === 0 ? null : new Shadow(triangles, trianglesOf(this.parts), this.ground);
    if (this.shadow !== null) this.root.add(this.shadow.mesh);
    this.root.visible = false;
  }

  setMode(mode: ViewerMode): void {
    for (const part of this.parts) {
      part.mesh.material = this.materialOf(part, mode);
      if (mode === "wireframe" && part.wire === null) {
        part.wire = new LineSegments(new WireframeGeometry(part.mesh.geometry), this.shared.wireLine);
        part.mesh.add(part.wire);
      }
      if (part.wire !== null) part.wire.visible = mode === "wireframe";
    }
  }

  /** Frees graphics memory only: what is drawn again is uploaded again. */
  release(): void {
    for (const part of this.parts) releasePart(part);
    this.shadow?.release();
  }

  dispose(): void {
    this.root.removeFromParent();
    this.release();
  }

  private materialOf(part: Part, mode: ViewerMode): Material {
    if (mode === "colour" && this.hasColour) return part.colour;
    if (mode === "wireframe") return this.shared.wireFill;
    return mode === "normals" ? this.shared.normals : this.shared.clay;
  }
}

function toPart(node: Mesh): Part {
  const mesh = new Mesh(withNormals(node.geometry as BufferGeometry));
  mesh.matrixAutoUpdate = false;
  mesh.matrix.copy(node.matrixWorld);
  const colour = colourMaterial(node);
  disposeLoadedMaterial(node.material as Material | Material[], colour);
  return { mesh, colour, wire: null };
}

function releasePart(part: Part): void {
  part.mesh.geometry.dispose();
  part.wire?.geometry.dispose();
  part.colour.map?.dispose();
  part.colour.dispose();
}

function cornersOf(geometry: BufferGeometry): number {
  return geometry.index?.count ?? geometry.getAttribute("position")?.count ?? 0;
}

/** Scales and centres the body; returns the height of its lowest corner. A point or an empty file stays as it is. */
function normalise(body: Group): number {
  body.updateMatrixWorld(true);
  const box = new Box3().setFromObject(body, true);
  const size = box.getSize(new Vector3());
  const longest = Math.max(size.x, size.y, size.z);
  if (box.isEmpty() || !(longest > 0) || !Number.isFinite(longest)) return -0.5;
  body.scale.setScalar(1 / longest);
  body.position.copy(box.getCenter(new Vector3())).multiplyScalar(-1 / longest);
  body.updateMatrixWorld(true);
  return -size.y / longest / 2;
}

/** Reads triangles of all parts in a row as they stand in the scene. They must be read in order. */
function trianglesOf(parts: readonly Part[]): ReadTriangle {
  const corner = new Vector3();
  let part = 0;
  let before = 0;
  return (triangle, into) => {
    let mesh = parts[part]?.mesh;
    while (mesh && triangle - before >= Math.floor(cornersOf(mesh.geometry) / 3)) {
      before += Math.floor(cornersOf(mesh.geometry) / 3);
      part += 1;
      mesh = parts[part]?.mesh;
    }
    if (mesh === undefined) return;
    const { index } = mesh.geometry;
    const position = mesh.geometry.getAttribute("position");
    for (let place = 0; place < 3; place += 1) {
      const at = 3 * (triangle - before) + place;
      corner.fromBufferAttribute(position, index === null ? at : index.getX(at)).applyMatrix4(mesh.matrixWorld);
      corner.toArray(into, 3 * place);
    }
  };
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
  return withCreasedNormals(geometry, CREASE_COSINE);
}
