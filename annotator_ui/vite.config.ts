import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

// Every file of src/pages is the entry of one page that Django renders; parts shared by pages live elsewhere.
const pages = readdirSync(new URL("./src/pages", import.meta.url))
  .filter((name) => name.endsWith(".tsx"))
  .map((name) => `src/pages/${name}`);

export default defineConfig({
  base: "/static/ui/",
  build: {
    manifest: "manifest.json",
    outDir: "dist",
    target: "es2022",
    rolldownOptions: { input: pages },
    chunkSizeWarningLimit: 900,
  },
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
  },
});
