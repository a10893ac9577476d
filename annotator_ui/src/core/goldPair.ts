/** Choosing a pair whose better one is known, by naming the better one first. */

export interface Pair {
  readonly betterId: string | null;
  readonly worseId: string | null;
}

/** The first pick is the better one, the next one the worse; picking one of them again takes it back. */
export function pickInPair(pair: Pair, id: string): Pair {
  if (pair.betterId === id) return { ...pair, betterId: null };
  if (pair.worseId === id) return { ...pair, worseId: null };
  return pair.betterId === null ? { ...pair, betterId: id } : { ...pair, worseId: id };
}
