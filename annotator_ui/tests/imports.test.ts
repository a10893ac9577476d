import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** Which folders of src/ a folder may import from, besides itself. */
const allowed: Record<string, string[]> = {
  pages: ["ui", "viewer", "api", "core"],
  ui: ["core"],
  viewer: ["core"],
  api: ["core"],
  core: [],
};

/** Which packages a folder may import; type definitions count as well. */
const packages: Record<string, RegExp> = {
  pages: /^(preact|@preact\/signals)(\/|$)/,
  ui: /^(preact|@preact\/signals)(\/|$)/,
  viewer: /^three(\/|$)/,
  api: /^$/,
  core: /^@preact\/signals(-core)?$/,
};

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function imports(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^;"']*?from\s*["']([^"']+)["']|import\s*\(?\s*["']([^"']+)["']/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? "");
}

function faults(file: string): string[] {
  const from = relative(source, file).split("/")[0] ?? "";
  const mayImport = allowed[from];
  if (!mayImport) return [`${relative(source, file)}: src/${from} is not one of the known folders`];
  return imports(file).flatMap((target) => {
    if (target.startsWith(".")) {
      const to = relative(source, resolve(dirname(file), target)).split("/")[0] ?? "";
      return to === from || mayImport.includes(to) ? [] : [`${relative(source, file)} imports ${target}`];
    }
    return packages[from]?.test(target) ? [] : [`${relative(source, file)} imports package ${target}`];
  });
}

describe("import rules", () => {
  it("finds the sources", () => {
    expect(sourceFiles(source).length).toBeGreaterThan(5);
  });

  it("lets every folder import only what lies below it", () => {
    expect(sourceFiles(source).flatMap(faults)).toEqual([]);
  });
});
