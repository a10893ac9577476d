import type { KeyValueStore, Surroundings } from "./ports";

const WRITER = "writer";

/** A name for this browser, so that its own earlier work is told from another browser's. */
export function writerOf(store: KeyValueStore, surroundings: Surroundings): string {
  const known = store.get(WRITER);
  if (known !== null) return known;
  const writer = surroundings.uuid();
  store.set(WRITER, writer);
  return writer;
}
