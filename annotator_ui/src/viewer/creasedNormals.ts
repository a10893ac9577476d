/**
 * Normals for surfaces that come without: smooth where the surface is smooth, split where it has an edge.
 *
 * Corners stay shared wherever they can be: a vertex is doubled only along edges. A smooth candidate of 20,000 triangles
 * so keeps its 10,000 vertices, where one vertex for each corner of each triangle would be six times as many to keep,
 * to upload and to shade.
 */

import { BufferAttribute, BufferGeometry, type TypedArray, Vector3 } from "three";

/** A new geometry with an index and normals; `creaseCosine` is the cosine of the sharpest angle that is still smooth. */
export function withCreasedNormals(geometry: BufferGeometry, creaseCosine: number): BufferGeometry {
  const position = plainPositions(geometry);
  const count = geometry.index?.count ?? position.length / 3;
  const corners = new Uint32Array(count - (count % 3));
  for (let place = 0; place < corners.length; place += 1) corners[place] = geometry.index?.getX(place) ?? place;
  const faces = faceNormals(position, corners);
  const { normals, sources, index } = splitCorners(corners, weld(position), faces, creaseCosine);
  const made = new BufferGeometry();
  for (const [name, attribute] of Object.entries(geometry.attributes)) {
    // Cloning is how three takes one attribute out of an interleaved buffer.
    made.setAttribute(name, gather(attribute instanceof BufferAttribute ? attribute : attribute.clone(), sources));
  }
  made.setAttribute("position", gather(new BufferAttribute(position, 3), sources));
  made.setAttribute("normal", new BufferAttribute(normals, 3));
  made.setIndex(new BufferAttribute(sources.length > 65_535 ? index : Uint16Array.from(index), 1));
  return made;
}

/** Positions as three plain floats each, whatever the file packed them into. */
function plainPositions(geometry: BufferGeometry): Float32Array {
  const attribute = geometry.getAttribute("position");
  const isPlain = attribute instanceof BufferAttribute && attribute.itemSize === 3;
  if (isPlain && attribute.array instanceof Float32Array) return attribute.array;
  const position = new Float32Array(3 * attribute.count);
  for (let vertex = 0; vertex < attribute.count; vertex += 1) {
    position[3 * vertex] = attribute.getX(vertex);
    position[3 * vertex + 1] = attribute.getY(vertex);
    position[3 * vertex + 2] = attribute.getZ(vertex);
  }
  return position;
}

/** For each vertex the first one at exactly its place: seams of a texture or of flat corners are no edges. */
export function weld(position: Float32Array): Uint32Array {
  const count = position.length / 3;
  const bits = new Int32Array(position.buffer, position.byteOffset, position.length);
  const size = 2 ** Math.ceil(Math.log2(2 * count + 2));
  // Open addressing: 0 is free, otherwise a vertex and one.
  const table = new Uint32Array(size);
  const first = new Uint32Array(count);
  for (let vertex = 0; vertex < count; vertex += 1) {
    const [x = 0, y = 0, z = 0] = [bits[3 * vertex], bits[3 * vertex + 1], bits[3 * vertex + 2]];
    let hash = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(z, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f);
    let slot = (hash ^ (hash >>> 13)) & (size - 1);
    for (;;) {
      const other = (table[slot] ?? 0) - 1;
      if (other < 0) {
        table[slot] = vertex + 1;
        first[vertex] = vertex;
        break;
      }
      if (bits[3 * other] === x && bits[3 * other + 1] === y && bits[3 * other + 2] === z) {
        first[vertex] = other;
        break;
      }
      slot = (slot + 1) & (size - 1);
    }
  }
  return first;
}

/** Unit normals, three floats for each triangle; zero for triangles without an area. */
function faceNormals(position: Float32Array, corners: Uint32Array): Float32Array {
  const normals = new Float32Array(corners.length);
  const [a, b, c] = [new Vector3(), new Vector3(), new Vector3()];
  for (let corner = 0; corner < corners.length; corner += 3) {
    a.fromArray(position, 3 * (corners[corner] ?? 0));
    b.fromArray(position, 3 * (corners[corner + 1] ?? 0)).sub(a);
    c.fromArray(position, 3 * (corners[corner + 2] ?? 0)).sub(a);
    b.cross(c).normalize().toArray(normals, corner);
  }
  return normals;
}

interface Split {
  readonly normals: Float32Array;
  /** Which vertex of the file each new vertex is. */
  readonly sources: Uint32Array;
  readonly index: Uint32Array;
}

/** Corners round each place: `places[starts[p] .. starts[p + 1])` are the corners at place p. */
function cornersByPlace(corners: Uint32Array, first: Uint32Array): { starts: Uint32Array; places: Uint32Array } {
  const starts = new Uint32Array(first.length + 1);
  for (const vertex of corners) starts[(first[vertex] ?? 0) + 1] = (starts[(first[vertex] ?? 0) + 1] ?? 0) + 1;
  for (let place = 0; place < first.length; place += 1) {
    starts[place + 1] = (starts[place + 1] ?? 0) + (starts[place] ?? 0);
  }
  const next = starts.slice();
  const places = new Uint32Array(corners.length);
  corners.forEach((vertex, corner) => {
    const place = first[vertex] ?? 0;
    places[next[place] ?? 0] = corner;
    next[place] = (next[place] ?? 0) + 1;
  });
  return { starts, places };
}

function splitCorners(corners: Uint32Array, first: Uint32Array, faces: Float32Array, creaseCosine: number): Split {
  const { starts, places } = cornersByPlace(corners, first);
  // Never more vertices than corners; what was not needed is cut off at the end.
  const made = { normals: new Float32Array(3 * corners.length), sources: new Uint32Array(corners.length), count: 0 };
  const index = new Uint32Array(corners.length);
  const normal = new Vector3();
  for (let place = 0; place < first.length; place += 1) {
    const from = starts[place] ?? 0;
    const to = starts[place + 1] ?? 0;
    const madeFrom = made.count;
    for (let at = from; at < to; at += 1) {
      const corner = places[at] ?? 0;
      sumSmooth(normal, faces, corner, places, from, to, creaseCosine);
      index[corner] = vertexFor(corners[corner] ?? 0, normal, madeFrom, made);
    }
  }
  return { normals: made.normals.slice(0, 3 * made.count), sources: made.sources.slice(0, made.count), index };
}

/** The mean of the triangles round the corner's place that lie smoothly beside the corner's own. */
function sumSmooth(
  sum: Vector3,
  faces: Float32Array,
  corner: number,
  places: Uint32Array,
  from: number,
  to: number,
  creaseCosine: number,
): void {
  const own = corner - (corner % 3);
  sum.set(0, 0, 0);
  for (let at = from; at < to; at += 1) {
    const other = places[at] ?? 0;
    const face = other - (other % 3);
    const x = faces[face] ?? 0;
    const y = faces[face + 1] ?? 0;
    const z = faces[face + 2] ?? 0;
    const along = x * (faces[own] ?? 0) + y * (faces[own + 1] ?? 0) + z * (faces[own + 2] ?? 0);
    if (face === own || along > creaseCosine) sum.set(sum.x + x, sum.y + y, sum.z + z);
  }
  sum.normalize();
}

interface Made {
  readonly normals: Float32Array;
  readonly sources: Uint32Array;
  count: number;
}

/** A vertex already made at this place from the same vertex of the file with the same normal, or a new one. */
function vertexFor(source: number, normal: Vector3, madeFrom: number, made: Made): number {
  const { normals, sources } = made;
  for (let known = madeFrom; known < made.count; known += 1) {
    const x = normals[3 * known] ?? 0;
    const y = normals[3 * known + 1] ?? 0;
    const z = normals[3 * known + 2] ?? 0;
    // Sums of the same triangles in another order differ in their last digits. Zero is like zero alone.
    const isSame = Math.abs(x - normal.x) + Math.abs(y - normal.y) + Math.abs(z - normal.z) < 1e-4;
    if (sources[known] === source && isSame) return known;
  }
  sources[made.count] = source;
  normal.toArray(normals, 3 * made.count);
  made.count += 1;
  return made.count - 1;
}

function gather(attribute: BufferAttribute, sources: Uint32Array): BufferAttribute {
  const { itemSize, normalized } = attribute;
  const make = attribute.array.constructor as new (length: number) => TypedArray;
  const array = new make(itemSize * sources.length);
  sources.forEach((source, made) => {
    for (let item = 0; item < itemSize; item += 1) {
      array[itemSize * made + item] = attribute.array[itemSize * source + item] ?? 0;
    }
  });
  return new BufferAttribute(array, itemSize, normalized);
}
