/** Rows in the order of one column. Pure. */

export type Direction = "ascending" | "descending";

/** What a row is put in order by; null where nothing is known. */
export type SortKey = string | number | null;

export interface Sorting {
  readonly column: string;
  readonly direction: Direction;
}

/** Figures begin with the largest, names with A; pressed again the other way round, and then as the rows came. */
export function nextSorting(now: Sorting | null, column: string, isLargestFirst: boolean): Sorting | null {
  const first: Direction = isLargestFirst ? "descending" : "ascending";
  if (now?.column !== column) return { column, direction: first };
  if (now.direction !== first) return null;
  return { column, direction: first === "ascending" ? "descending" : "ascending" };
}

/** A new list; rows of which nothing is known come last whichever way, and equals keep the order they came in. */
export function sorted<T>(rows: readonly T[], keyOf: (row: T) => SortKey, direction: Direction): T[] {
  const sign = direction === "ascending" ? 1 : -1;
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  keyed.sort((one, other) => {
    if (one.key === null || other.key === null) return Number(one.key === null) - Number(other.key === null);
    return sign * compare(one.key, other.key);
  });
  return keyed.map(({ row }) => row);
}

function compare(one: string | number, other: string | number): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), undefined, { numeric: true, sensitivity: "base" });
}
