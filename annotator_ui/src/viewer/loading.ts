/** Fetches GLB files, few at a time, and keeps the most recently used models. */

import type { Object3D } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { RecentlyUsed } from "../core/recentlyUsed";
import type { SharedMaterials } from "./materials";
import { Model } from "./model";
import { signedFetch } from "./signedFetch";

export type LoadFault =
  | { readonly kind: "http"; readonly status: number }
  | { readonly kind: "network" | "format" | "empty" };

export class LoadError extends Error {
  constructor(readonly fault: LoadFault) {
    super(`mesh: ${fault.kind}`);
  }
}

async function fetchBytes(url: string): Promise<ArrayBuffer> {
  try {
    const response = await signedFetch(url);
    if (!response.ok) throw new LoadError({ kind: "http", status: response.status });
    return await response.arrayBuffer();
  } catch (error) {
    throw error instanceof LoadError ? error : new LoadError({ kind: "network" });
  }
}

async function parse(bytes: ArrayBuffer): Promise<Object3D> {
  // A candidate is one self-contained file: "glTF" in the first four bytes, nothing beside it.
  if (bytes.byteLength < 20 || new DataView(bytes).getUint32(0, true) !== 0x46546c67) {
    throw new LoadError({ kind: "format" });
  }
  try {
    return (await new GLTFLoader().parseAsync(bytes, "")).scene;
  } catch {
    throw new LoadError({ kind: "format" });
  }
}

export class ModelStore {
  private readonly models: RecentlyUsed<Model>;
  private readonly running = new Map<string, Promise<Model>>();
  private isDisposed = false;

  constructor(
    capacity: number,
    private readonly shared: SharedMaterials,
  ) {
    this.models = new RecentlyUsed<Model>(capacity, (model) => model.dispose());
  }

  get size(): number {
    return this.models.size;
  }

  /** The model if it is here already. */
  peek(url: string): Model | undefined {
    return this.models.get(url);
  }

  /** Models that are on screen and must stay whatever else comes. */
  pin(urls: Iterable<string>): void {
    this.models.pin(urls);
  }

  /** Rejects with LoadError. Asking twice at once loads once. */
  load(url: string): Promise<Model> {
    const known = this.models.get(url);
    if (known !== undefined) return Promise.resolve(known);
    const started = this.running.get(url);
    if (started !== undefined) return started;
    const work = this.fetchModel(url).finally(() => this.running.delete(url));
    this.running.set(url, work);
    return work;
  }

  /** Forgets what was uploaded; the models stay. */
  release(): void {
    for (const model of this.models.all()) model.release();
  }

  dispose(): void {
    this.isDisposed = true;
    this.models.pin([]);
    this.models.clear();
  }

  /** A model that the store does not keep: it is the caller's to dispose. Rejects with LoadError. */
  async read(url: string): Promise<Model> {
    const loaded = await parse(await fetchBytes(url));
    const model = new Model(loaded, this.shared);
    if (model.triangles > 0) return model;
    model.dispose();
    throw new LoadError({ kind: "empty" });
  }

  private async fetchModel(url: string): Promise<Model> {
    const model = await this.read(url);
    if (this.isDisposed) model.dispose();
    else this.models.set(url, model);
    return model;
  }
}
