/**
 * The sum that shows whether phone and server hold the same of a scope: modulo 2^64, over a hash of
 * each live row's id and version. The same rule as `sync/digest.py`; vectors hold both to it.
 */
import { sha256 } from "../platform/sha256.ts";

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
