/**
 * What the build does beside bundling: the service worker learns the field app's files, and every
 * text file gets a packed twin that the server hands out. Deliberately no plugin from outside.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const DIST = resolve(import.meta.dirname, "../dist");
/** Not named by the page's scripts, yet needed with no network. */
const ALWAYS = ["manifest.webmanifest", "icons/loa.svg", "icons/loa-192.png"];
/** Below this a packed twin saves less than its headers cost. */
const PACK_MIN_BYTES = 512;

/** Files under dist, as addresses without the leading slash. */
export function files(folder = DIST): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [relative(DIST, path)];
  });
}

/** All files that `index.html` leads to, however indirectly; what only the console names is left out. */
export function fieldAppFiles(): string[] {
  const all = files().filter((name) => name.startsWith("assets/"));
  const found = new Set<string>();
  const follow = (text: string): void => {
    for (const name of all) {
      const base = name.slice("assets/".length);
      if (found.has(name) || !text.includes(base)) continue;
      found.add(name);
      if (/\.(js|css)$/.test(name)) follow(readFileSync(join(DIST, name), "utf8"));
    }
  };
  follow(readFileSync(join(DIST, "index.html"), "utf8"));
  // Who needs the reader of codes keeps it apart (`scanner/wasm.ts`); most phones never fetch it
  return [...found]
    .filter((name) => !name.endsWith(".wasm"))
    .concat(ALWAYS)
    .sort();
}

/** Puts the file list and its version into `sw.js`; a changed file makes a changed worker. */
export function precacheList(): Plugin {
  return {
    name: "loa-precache-list",
    apply: "build",
    enforce: "post",
    writeBundle() {
      const names = fieldAppFiles();
      const hash = createHash("sha256");
      for (const name of ["index.html", ...names]) hash.update(name).update(readFileSync(join(DIST, name)));
      const path = join(DIST, "sw.js");
      const script = readFileSync(path, "utf8");
      const list = JSON.stringify(["/", ...names.map((name) => `/${name}`)]);
      const filled = script
        .replace(/["'`]__LOA_PRECACHE__["'`]/, () => JSON.stringify(list))
        .replace(/__LOA_BUILD__/g, hash.digest("hex").slice(0, 12));
      if (filled === script) throw new Error("sw.js has no place for the file list");
      writeFileSync(path, filled);
    },
  };
}

/** Brotli and gzip twins, made once here instead of at each request. */
export function compressFiles(): Plugin {
  return {
    name: "loa-packed-twins",
    apply: "build",
    enforce: "post",
    writeBundle() {
      for (const name of files()) {
        const path = join(DIST, name);
        if (!/\.(js|css|html|svg|webmanifest|wasm)$/.test(name) || statSync(path).size < PACK_MIN_BYTES)
          continue;
        const content = readFileSync(path);
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

/** In development `/console` is `console.html`, as it is behind Flask. */
export function consoleAddress(): Plugin {
  return {
    name: "loa-console-address",
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        if (/^\/console\/?(\?|$)/.test(request.url ?? "")) request.url = "/console.html";
        next();
      });
    },
  };
}
