/** The reader of codes for browsers that have none: one file of ours, kept for when there is no network.
 *
 * It is not in the service worker's list, because a phone whose browser reads codes by itself would
 * carry it for nothing. Where it is needed it is fetched a while after the first screen, once, and kept
 * in a cache of its own; its address bears its hash, so a newer one replaces it. Not here: reading.
 */
import address from "zxing-wasm/reader/zxing_reader.wasm?url";

/** Not `loa-…`: the service worker clears those at each new version, and this one seldom changes. */
const CACHE = "code-reader";
/** What comes over the line, packed; a test holds it to the built file. */
export const READER_BYTES = 321_000;
/** An answer with a Vary header would otherwise never be found again. */
const WHATEVER = { ignoreVary: true };
const SPARING = ["slow-2g", "2g"];

interface Connection {
  saveData?: boolean;
  effectiveType?: string;
}

/** Whether the file lies on this phone. */
export async function isKept(): Promise<boolean> {
  return !!(await (await caches.open(CACHE)).match(address, WHATEVER));
}

/** The file's bytes: from this phone, else from the server, and kept. Throws when neither can be. */
export async function readerBytes(): Promise<ArrayBuffer> {
  const cache = await caches.open(CACHE);
  const known = await cache.match(address, WHATEVER);
  if (known) return known.arrayBuffer();
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`no reader: ${answer.status}`);
  const bytes = await answer.clone().arrayBuffer();
  for (const old of await cache.keys()) await cache.delete(old);
  // A full storage must not keep anybody from scanning now
  await cache.put(address, answer).catch(() => {});
  return bytes;
}

/** Whether a file of this size may be fetched unasked: not where people count their kilobytes. */
export function mayFetchUnasked(): boolean {
  const line = (navigator as { connection?: Connection }).connection;
  return navigator.onLine && !line?.saveData && !SPARING.includes(line?.effectiveType ?? "");
}
