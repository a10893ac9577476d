import { describe, expect, it } from "vitest";
import { nextSorting, sorted } from "../../src/core/sorting";

const ROWS = [
  { name: "bob", share: 0.5 },
  { name: "Ann", share: null },
  { name: "cy10", share: 0.9 },
  { name: "cy9", share: 0.5 },
];

function names(direction: "ascending" | "descending", key: "name" | "share"): string[] {
  return sorted(ROWS, (row) => row[key], direction).map((row) => row.name);
}

describe("sorted rows", () => {
  it("orders names without regard to case, and numbers in them by their value", () => {
    expect(names("ascending", "name")).toEqual(["Ann", "bob", "cy9", "cy10"]);
    expect(names("descending", "name")).toEqual(["cy10", "cy9", "bob", "Ann"]);
  });

  it("keeps the unknown last both ways, and equals as they came", () => {
    expect(names("ascending", "share")).toEqual(["bob", "cy9", "cy10", "Ann"]);
    expect(names("descending", "share")).toEqual(["cy10", "bob", "cy9", "Ann"]);
  });

  it("leaves the rows that it was given as they were", () => {
    const before = [...ROWS];
    names("descending", "name");
    expect(ROWS).toEqual(before);
  });
});

describe("pressing a heading", () => {
  it("begins with the largest figure, turns round, and ends where it began", () => {
    const first = nextSorting(null, "Choices", true);
    expect(first).toEqual({ column: "Choices", direction: "descending" });
    const second = nextSorting(first, "Choices", true);
    expect(second).toEqual({ column: "Choices", direction: "ascending" });
    expect(nextSorting(second, "Choices", true)).toBeNull();
  });

  it("begins anew on another column", () => {
    const one = { column: "Choices", direction: "ascending" } as const;
    expect(nextSorting(one, "Person", false)).toEqual({ column: "Person", direction: "ascending" });
  });
});
