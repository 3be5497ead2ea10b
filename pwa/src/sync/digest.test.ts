import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { newId } from "../platform/ids.ts";
import { sha256 } from "../platform/sha256.ts";
import type { ActivityRow } from "../store/records.ts";
import { canonical, contentDigest, EMPTY, moveDigest, rowHash } from "./digest.ts";

test("our SHA-256 is everybody's, at every length around a block", () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
    expect(Buffer.from(sha256(bytes)).toString("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
  }
});

test("the sum of a scope is the same on both sides", () => {
  // As `sync.digest.row_hash("0192aaaa-0000-7000-8000-000000000001", 3)` gives it.
  expect(rowHash({ id: "0192aaaa-0000-7000-8000-000000000001", version: 3 })).toBe(ROW_HASH);
});
const ROW_HASH = 0x93d7225ac5b1f387n;

test("rows may come and go in any order, and all gone is nothing", () => {
  const rows = Array.from({ length: 50 }, (_, version) => ({ id: newId(), version }));
  const there = rows.reduce((digest, row) => moveDigest(digest, null, row), EMPTY);
  const reversed = [...rows].reverse().reduce((digest, row) => moveDigest(digest, null, row), EMPTY);
  expect(reversed).toBe(there);
  expect(there).toMatch(/^[0-9a-f]{16}$/);
  expect(rows.reduce((digest, row) => moveDigest(digest, row, null), there)).toBe(EMPTY);
});

const vectors = new URL("../../../tests/vectors/merge_canonical.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(vectors, "utf8")) as {
  cases: { name: string; json: string; canonical: string }[];
};
test.each(cases)("canonical JSON: $name", (given) => {
  expect(canonical(JSON.parse(given.json))).toBe(given.canonical);
});

test("what is empty, or shown only, is no content", () => {
  const row = { kind: "booth", fields: { title: "a" }, evidence: [{ sha256: "x", size: 1 }] };
  const shown = {
    ...row,
    fields: { title: "a", note: null },
    evidence: [{ verified: true, ...row.evidence[0] }],
  };
  const digest = contentDigest(row as unknown as ActivityRow);
  // As `sync.digest.content_digest("booth", {"title": "a"}, {"evidence": {"x": {"sha256": "x", "size": 1}}})`.
  expect(digest).toBe(CONTENT);
  expect(contentDigest(shown as unknown as ActivityRow)).toBe(digest);
  expect(contentDigest({ ...shown, sets: { lines: [{ id: 1 }] } } as unknown as ActivityRow)).toBeNull();
});
const CONTENT = "cad0ad1b2a403793";
