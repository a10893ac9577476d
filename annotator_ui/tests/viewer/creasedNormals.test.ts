import { BoxGeometry, BufferAttribute, type BufferGeometry, IcosahedronGeometry, SphereGeometry } from "three";
import { mergeVertices } from "three/examples/jsm/utils/BufferGeometryUtils.js";
import { describe, expect, it } from "vitest";
import { weld, withCreasedNormals } from "../../src/viewer/creasedNormals";

const CREASE = Math.cos((50 * Math.PI) / 180);

/** The bare surface: positions and an index, as candidates come. */
function bare(geometry: BufferGeometry): BufferGeometry {
  geometry.deleteAttribute("normal");
  geometry.deleteAttribute("uv");
  return mergeVertices(geometry, 1e-6);
}

function vectorAt(geometry: BufferGeometry, name: string, vertex: number): [number, number, number] {
  const attribute = geometry.getAttribute(name);
  return [attribute.getX(vertex), attribute.getY(vertex), attribute.getZ(vertex)];
}

describe("normals of a smooth surface", () => {
  const sphere = bare(new IcosahedronGeometry(1, 12));
  const made = withCreasedNormals(sphere, CREASE);

  it("cost no further vertex", () => {
    expect(made.getAttribute("position").count).toBe(sphere.getAttribute("position").count);
    expect(made.index?.count).toBe(sphere.index?.count);
  });

  it("point away from the middle of a ball", () => {
    for (let vertex = 0; vertex < made.getAttribute("normal").count; vertex += 1) {
      const [normal, place] = [vectorAt(made, "normal", vertex), vectorAt(made, "position", vertex)];
      expect(normal[0] * place[0] + normal[1] * place[1] + normal[2] * place[2]).toBeGreaterThan(0.99);
    }
  });
});

describe("normals of a box", () => {
  const made = withCreasedNormals(bare(new BoxGeometry(1, 2, 3, 4, 4, 4)), CREASE);

  it("stay those of its sides up to the very edge", () => {
    for (let vertex = 0; vertex < made.getAttribute("normal").count; vertex += 1) {
      expect(Math.max(...vectorAt(made, "normal", vertex).map(Math.abs))).toBeCloseTo(1, 5);
    }
  });

  it("keep the triangles where they were", () => {
    const plain = bare(new BoxGeometry(1, 2, 3, 4, 4, 4));
    for (let corner = 0; corner < (plain.index?.count ?? 0); corner += 1) {
      const [before = 0, after = 0] = [plain.index?.getX(corner), made.index?.getX(corner)];
      expect(vectorAt(made, "position", after)).toEqual(vectorAt(plain, "position", before));
    }
  });
});

describe("seams", () => {
  it("of flat corners and of pictures leave no edge", () => {
    const loose = bare(new IcosahedronGeometry(1, 6)).toNonIndexed();
    const made = withCreasedNormals(loose, CREASE);
    for (let vertex = 0; vertex < 60; vertex += 1) {
      const [normal, place] = [vectorAt(made, "normal", vertex), vectorAt(made, "position", vertex)];
      expect(normal[0] * place[0] + normal[1] * place[1] + normal[2] * place[2]).toBeGreaterThan(0.99);
    }
    const painted = new SphereGeometry(1, 12, 8);
    painted.deleteAttribute("normal");
    expect(withCreasedNormals(painted, CREASE).hasAttribute("uv")).toBe(true);
  });

  it("are found by place, bit by bit", () => {
    expect([...weld(Float32Array.from([1, 2, 3, 1, 2, 3.5, 1, 2, 3]))]).toEqual([0, 1, 0]);
  });
});

describe("colours", () => {
  it("stay with their vertices in the type of the file", () => {
    const box = bare(new BoxGeometry(1, 1, 1));
    const count = box.getAttribute("position").count;
    box.setAttribute(
      "color",
      new BufferAttribute(
        Uint8Array.from({ length: 4 * count }, (_value, place) => place),
        4,
        true,
      ),
    );
    const made = withCreasedNormals(box, CREASE);
    const [colour, position] = [made.getAttribute("color"), made.getAttribute("position")];
    expect([colour.array.constructor, colour.normalized, colour.count]).toEqual([Uint8Array, true, position.count]);
    const [before = 0, after = 0] = [box.index?.getX(7), made.index?.getX(7)];
    expect(colour.array[4 * after]).toBe(4 * before);
  });
});
