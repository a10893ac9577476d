import { isFirstOnLeft } from "./kingOfTheHill";

/** The candidates in the order of their letters: the first pair reads A, B from left to right. */
export function lettered(order: readonly string[], seed: string): readonly string[] {
  const [first, second, ...rest] = order;
  if (first === undefined || second === undefined || isFirstOnLeft(seed)) return order;
  return [second, first, ...rest];
}

/** A, B, C … by place in the shown order: a name for a candidate that tells nothing about where it comes from. */
export function letterOf(letters: readonly string[], candidateId: string): string {
  const place = letters.indexOf(candidateId);
  if (place < 0) return "?";
  return place < 26 ? String.fromCharCode(65 + place) : String(place + 1);
}
