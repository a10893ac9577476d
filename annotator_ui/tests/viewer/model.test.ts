import {
  BoxGeometry,
  BufferGeometry,
  DataTexture,
  type EventDispatcher,
  Float32BufferAttribute,
  Group,
  Mesh,
  MeshStandardMaterial,
  type Object3D,
} from "three";
import { describe, expect, it } from "vitest";
import { SharedMaterials } from "../../src/viewer/materials";
import { Model } from "../../src/viewer/model";

function loaded(...nodes: Object3D[]): Group {
  const group = new Group();
  group.add(...nodes);
  return group;
}

/** A box of these sides away from the origin, with a transform of its own as files have them. */
function box(sides: readonly [number, number, number], material = new MeshStandardMaterial()): Mesh {
  const mesh = new Mesh(new BoxGeometry(...sides), material);
  mesh.position.set(5, 7, -3);
  mesh.scale.setScalar(2);
  return mesh;
}

function meshesOf(model: Model): Mesh[] {
  const meshes: Mesh[] = [];
  model.root.traverse((node) => {
    if (node instanceof Mesh) meshes.push(node);
  });
  return meshes;
}

/** Whatever of these was not given back, by name. */
function kept(things: Readonly<Record<string, EventDispatcher<{ dispose: object }>>>, work: () => void): string[] {
  const left = new Set(Object.keys(things));
  for (const [name, thing] of Object.entries(things)) thing.addEventListener("dispose", () => left.delete(name));
  work();
  return [...left];
}

describe("the size of a model", () => {
  it("is 1 along its longest side, centred, whatever the file says", () => {
    const model = new Model(loaded(box([1, 4, 2])), new SharedMaterials());
    const surface = meshesOf(model)[0];
    const position = surface?.geometry.getAttribute("position");
    const corner = position && [position.getX(0), position.getY(0), position.getZ(0)];
    expect(corner).toBeDefined();
    expect(model.ground).toBeCloseTo(-0.5);
    surface?.updateWorldMatrix(true, false);
    surface?.geometry.computeBoundingBox();
    const bounds = surface?.geometry.boundingBox?.clone().applyMatrix4(surface.matrixWorld);
    expect(bounds?.min.toArray().map((value) => Number(value.toFixed(6)))).toEqual([-0.125, -0.5, -0.25]);
    expect(bounds?.max.toArray().map((value) => Number(value.toFixed(6)))).toEqual([0.125, 0.5, 0.25]);
  });

  it("is left alone for a file without a surface", () => {
    expect(new Model(loaded(new Group()), new SharedMaterials()).triangles).toBe(0);
    const point = new BufferGeometry().setAttribute("position", new Float32BufferAttribute(new Array(9).fill(1), 3));
    expect(new Model(loaded(new Mesh(point)), new SharedMaterials()).root.position.x).toBe(0);
  });
});

describe("colours of a model", () => {
  it("are its own only when the file names some", () => {
    const shared = new SharedMaterials();
    expect(new Model(loaded(box([1, 1, 1])), shared).hasColour).toBe(false);
    expect(new Model(loaded(box([1, 1, 1], new MeshStandardMaterial({ color: 0xff0000 }))), shared).hasColour).toBe(
      true,
    );
    const painted = new MeshStandardMaterial({ map: new DataTexture(new Uint8Array(4), 1, 1) });
    expect(new Model(loaded(box([1, 1, 1], painted)), shared).hasColour).toBe(true);
  });

  it("give way to clay where there are none", () => {
    const shared = new SharedMaterials();
    const model = new Model(loaded(box([1, 1, 1])), shared);
    model.setMode("colour");
    expect(meshesOf(model)[0]?.material).toBe(shared.clay);
    model.setMode("normals");
    expect(meshesOf(model)[0]?.material).toBe(shared.normals);
  });
});

describe("a disposed model", () => {
  it("gives back every geometry, texture and material that it had", () => {
    const map = new DataTexture(new Uint8Array(4), 1, 1);
    const normalMap = new DataTexture(new Uint8Array(4), 1, 1);
    const source = new MeshStandardMaterial({ map, normalMap });
    const mesh = box([1, 1, 1], source);
    const stage = new Group();
    let model: Model | null = null;
    const leftAtStart = kept({ source, normalMap }, () => {
      model = new Model(loaded(mesh), new SharedMaterials());
    });
    expect(leftAtStart).toEqual([]);
    const made = model as unknown as Model;
    stage.add(made.root);
    made.setMode("wireframe");
    const wire = made.root.getObjectByProperty("type", "LineSegments") as unknown as Mesh;
    made.setMode("colour");
    const [surface, shadow] = meshesOf(made);
    const shadowMaterial = shadow?.material as MeshStandardMaterial;
    const things = {
      map,
      surface: surface?.geometry as BufferGeometry,
      colour: surface?.material as MeshStandardMaterial,
      wire: wire.geometry,
      shadow: shadow?.geometry as BufferGeometry,
      shadowMaterial,
      shadowPicture: shadowMaterial.map as DataTexture,
    };
    expect(kept(things, () => made.dispose())).toEqual([]);
    expect(stage.children).toEqual([]);
  });
});
