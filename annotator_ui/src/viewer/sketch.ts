/** What stands in a pane until its models are there: coarse copies in the same box, so that nothing jumps after them. */

import type { ModelStore } from "./loading";
import type { Model } from "./model";
import type { Source } from "./pane";

export class Sketch {
  constructor(
    readonly models: readonly Model[],
    private readonly own: readonly Model[],
  ) {}

  /** The browser took the context away: frees what was uploaded of the coarse copies. */
  release(): void {
    for (const model of this.own) model.release();
  }

  /** Models of the store are left to it. */
  dispose(): void {
    for (const model of this.own) model.dispose();
  }
}

/** Null where no source has a coarse copy, or one of them cannot be had: then the models themselves are waited for. */
export async function readSketch(store: ModelStore, sources: readonly Source[]): Promise<Sketch | null> {
  if (!sources.some(({ url, coarseUrl }) => coarseUrl && store.peek(url) === undefined)) return null;
  const own: Model[] = [];
  const read = async ({ url, coarseUrl }: Source): Promise<Model> => {
    const whole = store.peek(url);
    if (whole !== undefined || !coarseUrl) return whole ?? store.load(url);
    const coarse = await store.read(coarseUrl);
    own.push(coarse);
    return coarse;
  };
  const found = await Promise.allSettled(sources.map(read));
  const models = found.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const sketch = new Sketch(models, own);
  if (models.length === sources.length) return sketch;
  sketch.dispose();
  return null;
}
