/** A, B, C … by place in the shown order: a name for a candidate that tells nothing about where it comes from. */
export function letterOf(order: readonly string[], candidateId: string): string {
  const place = order.indexOf(candidateId);
  if (place < 0) return "?";
  return place < 26 ? String.fromCharCode(65 + place) : String(place + 1);
}
