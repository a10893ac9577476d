/**
 * The grid: all candidates at once, some of them ranked, the rest dropped.
 *
 * A rank is a number from 1 (the best) to 9; candidates with the same number tie. Only the order of the numbers counts,
 * so 1, 1, 4 says the same as 1, 1, 2. Whoever has no number is dropped: nothing is said about it.
 */

/** Candidates by their rank, in the order in which they were ranked. */
export type Ranks = ReadonlyMap<string, number>;

export const WORST_RANK = 9;

/** With `rank` null the candidate is dropped. Throws on a rank that no key gives. */
export function ranked(ranks: Ranks, candidateId: string, rank: number | null): Ranks {
  if (rank !== null && !(Number.isInteger(rank) && rank >= 1 && rank <= WORST_RANK)) {
    throw new Error(`a rank is a whole number from 1 to ${WORST_RANK}`);
  }
  const changed = new Map(ranks);
  // Deleted first: whoever is ranked anew comes behind those of the same rank.
  changed.delete(candidateId);
  if (rank !== null) changed.set(candidateId, rank);
  return changed;
}

/** Groups of ties, the best first, without gaps. */
export function groupsOf(ranks: Ranks): readonly (readonly string[])[] {
  const groups = new Map<number, string[]>();
  for (const [candidateId, rank] of ranks) groups.set(rank, [...(groups.get(rank) ?? []), candidateId]);
  return [...groups].sort(([one], [another]) => one - another).map(([, group]) => group);
}

/** The one that is rated: of those tied at the top, the one ranked first. null while nobody is ranked. */
export function topOf(ranks: Ranks): string | null {
  return groupsOf(ranks)[0]?.[0] ?? null;
}

/** The next one after `from` without a rank, round the end; null once all have one. */
export function nextUnranked(letters: readonly string[], ranks: Ranks, from: string): string | null {
  const place = letters.indexOf(from);
  const round = [...letters.slice(place + 1), ...letters.slice(0, Math.max(0, place))];
  return round.find((candidateId) => !ranks.has(candidateId)) ?? null;
}
