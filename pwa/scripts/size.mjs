/**
 * Bytes of script that the field app loads before its first use: the entry, what it imports
 * statically, and nothing that waits for a tap. Prints JSON; `node scripts/size.mjs` after a build.
 */
import { readFileSync } from "node:fs";
import { posix, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const dist = resolve(import.meta.dirname, "../dist");
const html = readFileSync(`${dist}/index.html`, "utf8");
const first = [...html.matchAll(/<(?:script|link)[^>]+(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(
  (m) => m[1],
);

const scripts = new Map();
const follow = (name) => {
  if (scripts.has(name)) return;
  const text = readFileSync(`${dist}/${name}`, "utf8");
  scripts.set(name, text);
  // Static imports only: `import{…}from"./x.js"`, `import"./x.js"`, `export…from"./x.js"`.
  for (const [, path] of text.matchAll(
    /(?:^|[;}\s])(?:import|export)\s*(?:[\w*{][^"'`()]*?from\s*)?["']([^"']+\.js)["']/g,
  )) {
    follow(posix.join(posix.dirname(name), path));
  }
};
first.forEach(follow);

const sizes = [...scripts].map(([name, text]) => ({
  name,
  bytes: Buffer.byteLength(text),
  gzip: gzipSync(text, { level: 9 }).length,
  brotli: brotliCompressSync(text).length,
}));
const total = (key) => sizes.reduce((sum, script) => sum + script[key], 0);
console.log(
  JSON.stringify(
    { scripts: sizes, bytes: total("bytes"), gzip: total("gzip"), brotli: total("brotli") },
    null,
    2,
  ),
);
