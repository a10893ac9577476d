import type { ComponentChildren } from "preact";

export interface Column<T> {
  label: string;
  isNumber?: boolean;
  cell: (row: T) => ComponentChildren;
}

/** A dense table; `keyOf` names a row for tests as `data-row`. */
export function Table<T>(props: {
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  testid?: string;
}) {
  return (
    <div class="table-scroll">
      <table class="table" data-testid={props.testid}>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column.label} class={column.isNumber ? "number" : ""}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
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
