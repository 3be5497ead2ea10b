/**
 * Sums that show whether phone and server hold the same: of a scope, modulo 2^64, over a hash of each
 * live row's id and version; of one activity, over what people filled in. The same rules as
 * `sync/digest.py`; vectors hold both to them.
 */
import { hex } from "../platform/ids.ts";
import { sha256 } from "../platform/sha256.ts";
import type { ActivityRow, Fields, Json } from "../store/records.ts";

const MODULUS = 1n << 64n;
export const EMPTY = "0".repeat(16);
const encoder = new TextEncoder();

export interface Side {
  id: string;
  version: number;
}

export function rowHash({ id, version }: Side): bigint {
  return new DataView(sha256(encoder.encode(`${id}:${version}`)).buffer).getBigUint64(0);
}

/** The digest after a row went from `before` to `after`; null: not there (any more). */
export function moveDigest(digest: string, before: Side | null, after: Side | null): string {
  let sum = BigInt(`0x${digest}`);
  if (before) sum -= rowHash(before);
  if (after) sum += rowHash(after);
  return (((sum % MODULUS) + MODULUS) % MODULUS).toString(16).padStart(16, "0");
}

/** 16 hex digits over kind, fields and sets; null where a set has elements without an id. */
export function contentDigest({ kind, fields, evidence, sets }: ActivityRow): string | null {
  const found: Record<string, Json> = {};
  for (const [name, elements] of Object.entries({ ...sets, evidence: evidence as unknown as Json[] })) {
    const key = name === "evidence" ? "sha256" : "id";
    const byId = elements.map((element) => [(element as Fields)[key], shownApart(element as Fields)]);
    if (byId.some(([id]) => typeof id !== "string")) return null;
    if (byId.length) found[name] = Object.fromEntries(byId) as Json;
  }
  const content: Json = { kind, fields: pick(fields, ([, value]) => value !== null), sets: found };
  return hex(sha256(encoder.encode(canonical(content)))).slice(0, 16);
}

function shownApart(element: Fields): Json {
  return pick(element, ([name]) => !SHOWN_ONLY.has(name));
}

/** What the server adds to a photo for display. */
const SHOWN_ONLY = new Set(["verified", "offset", "refused"]);

function pick(from: object, wanted: (member: [string, Json]) => boolean): Json {
  return Object.fromEntries(Object.entries(from).filter(wanted)) as Json;
}

/** RFC 8785: keys by UTF-16 units, numbers and texts as ECMAScript writes them. */
export function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).filter(([, held]) => held !== undefined);
  return `{${members
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, held]) => `${JSON.stringify(name)}:${canonical(held)}`)
    .join()}}`;
}
