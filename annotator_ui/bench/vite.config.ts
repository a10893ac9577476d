import { defineConfig } from "vite";

/** The viewer alone as one file, for the benchmark: `vite build --config bench/vite.config.ts --outDir FOLDER`. */
export default defineConfig({
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 900,
    rolldownOptions: { input: ["bench/stage.ts"], output: { entryFileNames: "stage.js" } },
  },
});
