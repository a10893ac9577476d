import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { nextSorting, type Sorting, type SortKey, sorted } from "../core/sorting";

export interface Column<T> {
  label: string;
  isNumber?: boolean;
  cell: (row: T) => ComponentChildren;
  /** Given, the heading is a button that puts the rows in this order. */
  sortBy?: (row: T) => SortKey;
  /** The first press puts the largest first, as it does for numbers. */
  isLargestFirst?: boolean;
}

const SIGNS = { ascending: "▲", descending: "▼" } as const;

interface HeadingProps<T> {
  column: Column<T>;
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
}

function Heading<T>({ column, sorting, onSort }: HeadingProps<T>) {
  const kind = column.isNumber ? "number" : "";
  if (!column.sortBy) return <th class={kind}>{column.label}</th>;
  const direction = sorting?.column === column.label ? sorting.direction : null;
  return (
    <th class={kind} aria-sort={direction ?? "none"}>
      <button
        type="button"
        class={direction ? "sort is-on" : "sort"}
        onClick={() => onSort(nextSorting(sorting, column.label, column.isLargestFirst ?? column.isNumber ?? false))}
      >
        {column.label}
        <span class={direction ? "sort-sign is-on" : "sort-sign"} aria-hidden="true">
          {direction ? SIGNS[direction] : "▾"}
        </span>
      </button>
    </th>
  );
}

/** A dense table; `keyOf` names a row for tests as `data-row`. */
export function Table<T>(props: {
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  testid?: string;
}) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const sortBy = props.columns.find((column) => column.label === sorting?.column)?.sortBy;
  const rows = sorting && sortBy ? sorted(props.rows, sortBy, sorting.direction) : props.rows;
  return (
    <div class="table-scroll">
      <table class="table" data-testid={props.testid}>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <Heading key={column.label} column={column} sorting={sorting} onSort={setSorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={props.keyOf(row)} data-row={props.keyOf(row)}>
              {props.columns.map((column) => (
                <td key={column.label} class={column.isNumber ? "number" : ""}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
