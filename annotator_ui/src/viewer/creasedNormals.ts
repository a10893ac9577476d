/**
 * Normals for surfaces that come without: smooth where the surface is smooth, split where it has an edge.
 *
 * Corners stay shared wherever they can be: a vertex is doubled only along edges. A smooth candidate of 20,000 triangles
 * so keeps its 10,000 vertices, where one vertex for each corner of each triangle would be six times as many to keep,
 * to upload and to shade.
 */

import { BufferAttribute, BufferGeometry, type TypedArray } from "three";

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
  const at = (corner: number, axis: number): number => position[3 * (corners[corner] ?? 0) + axis] ?? 0;
  for (let corner = 0; corner < corners.length; corner += 3) {
    const [ux, uy, uz] = [0, 1, 2].map((axis) => at(corner + 1, axis) - at(corner, axis)) as [number, number, number];
    const [vx, vy, vz] = [0, 1, 2].map((axis) => at(corner + 2, axis) - at(corner, axis)) as [number, number, number];
    const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    const length = Math.hypot(x, y, z) || 1;
    normals.set([x / length, y / length, z / length], corner);
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
  const normals: number[] = [];
  const sources: number[] = [];
  const index = new Uint32Array(corners.length);
  for (let place = 0; place < first.length; place += 1) {
    const round = places.subarray(starts[place], starts[place + 1]);
    const madeFrom = sources.length;
    for (const corner of round) {
      const normal = cornerNormal(faces, corner, round, creaseCosine);
      index[corner] = vertexFor(corners[corner] ?? 0, normal, madeFrom, sources, normals);
    }
  }
  return { normals: Float32Array.from(normals), sources: Uint32Array.from(sources), index };
}

/** The mean of the triangles round the corner's place that lie smoothly beside the corner's own. */
function cornerNormal(
  faces: Float32Array,
  corner: number,
  round: Uint32Array,
  creaseCosine: number,
): readonly [number, number, number] {
  const own = corner - (corner % 3);
  const [ox = 0, oy = 0, oz = 0] = [faces[own], faces[own + 1], faces[own + 2]];
  let [x, y, z] = [0, 0, 0];
  for (const other of round) {
    const face = other - (other % 3);
    const [fx = 0, fy = 0, fz = 0] = [faces[face], faces[face + 1], faces[face + 2]];
    if (other !== corner && ox * fx + oy * fy + oz * fz <= creaseCosine) continue;
    x += fx;
    y += fy;
    z += fz;
  }
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}

/** A vertex already made at this place from the same vertex of the file with the same normal, or a new one. */
function vertexFor(
  source: number,
  [x, y, z]: readonly [number, number, number],
  madeFrom: number,
  sources: number[],
  normals: number[],
): number {
  for (let made = madeFrom; made < sources.length; made += 1) {
    const along = x * (normals[3 * made] ?? 0) + y * (normals[3 * made + 1] ?? 0) + z * (normals[3 * made + 2] ?? 0);
    // Sums of the same triangles in another order differ in their last digits.
    if (sources[made] === source && along > 0.99999) return made;
  }
  sources.push(source);
  normals.push(x, y, z);
  return sources.length - 1;
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
