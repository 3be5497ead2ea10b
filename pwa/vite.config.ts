/** One build, two entries: the field app and the console; the service worker beside them. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { compressFiles, consoleAddress, precacheList } from "./scripts/build.ts";

/** Flask, beside a development server of this one. */
const SERVER = `http://localhost:${process.env.PORT ?? 8000}`;

export default defineConfig({
  plugins: [svelte({ configFile: false }), consoleAddress(), precacheList(), compressFiles()],
  build: {
    target: ["chrome107", "safari16", "firefox115"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: "index.html", console: "console.html", sw: "src/worker/service.ts" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": SERVER, "/q": SERVER } },
  test: { environment: "node", include: ["src/**/*.test.ts"], setupFiles: [] },
});
