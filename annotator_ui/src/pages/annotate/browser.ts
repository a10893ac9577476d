/** The browser's side of the session's ports; the store that the annotate page prefers has a file of its own. */

import type { KeyValueStore, Surroundings } from "../../core/ports";

/** Keys of one person only: a browser may be shared. */
export function keyPrefix(personId: number): string {
  return `flywheel:${personId}:`;
}

/** localStorage: there at once and everywhere, but small. */
export function localStore(personId: number): KeyValueStore {
  const prefix = keyPrefix(personId);
  const attempt = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch {
      // Storage is full or forbidden; the server's copy of the draft remains.
      return otherwise;
    }
  };
  const ours = (name: string): boolean => name.startsWith(prefix);
  return {
    keys: () => attempt(() => Object.keys(localStorage).filter(ours), []).map((name) => name.slice(prefix.length)),
    get: (key) => attempt(() => localStorage.getItem(prefix + key), null),
    set: (key, text) => attempt(() => localStorage.setItem(prefix + key, text), undefined),
    remove: (key) => attempt(() => localStorage.removeItem(prefix + key), undefined),
    watch: (listener) =>
      addEventListener("storage", ({ key }) => {
        if (key !== null && ours(key)) listener(key.slice(prefix.length));
      }),
  };
}

/** crypto.randomUUID is missing on plain-http addresses, where a team's own server may well live. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export const surroundings: Surroundings = { now: () => Date.now(), random: () => Math.random(), uuid };
