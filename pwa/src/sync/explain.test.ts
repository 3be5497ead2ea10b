/** The sync doctor has a sentence for every reason there is, in both languages. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { en } from "../i18n/en.ts";
import { later } from "../i18n/vi_later.ts";
import type { ActivityView } from "../outbox/view.ts";
import type { Conflict, OutboxItem, PhotoRecord } from "../store/records.ts";
import { explain } from "./explain.ts";

const CALM = { paused: null, trouble: null, online: true, escrow: null };
const VIEW = { state: "saved", conflicts: [], evidence: [], hasDraft: false } as unknown as ActivityView;
const item = (more: Partial<OutboxItem>): OutboxItem =>
  ({ n: 1, operation: { id: "o" }, state: "waiting", tries: 0, notBefore: 0, ...more }) as OutboxItem;
const photo = (more: Partial<PhotoRecord>): PhotoRecord =>
  ({
    activity: "a",
    sha256: "x",
    size: 1,
    media_type: "",
    state: "waiting",
    addedAt: "",
    ...more,
  }) as PhotoRecord;

function wordsOf(key: string): [string, string] {
  const name = `doctor.why.${key}` as keyof typeof later;
  return [later[name], en[name]];
}

/** Keys, each of which must have words. */
function keys(...given: Parameters<typeof explain>): string[] {
  const found = explain(...given).map(({ key }) => key);
  for (const key of found) {
    for (const words of wordsOf(key))
      expect([key, words?.length ?? 0]).toEqual([key, expect.toSatisfy((n) => n > 5)]);
  }
  return found;
}

// The server's own list, so that a new reason cannot come without words.
const source = readFileSync(new URL("../../../sync/outcome.py", import.meta.url), "utf8");
const [parkedPart, againPart] = source.split("# ---- why it must come again") as [string, string];
const reasonsIn = (part: string): string[] =>
  [...part.matchAll(/^[A-Z_]+: Final = "(\w+)"/gm)].map(([, name]) => name!);
const again = reasonsIn(againPart.split("# ---- why `applied`")[0]!);
const parked = [...reasonsIn(parkedPart).filter((reason) => reason !== "id_reuse"), ...again];

describe("every reason has its own words", () => {
  test("the lists are read", () => {
    expect(parked.length).toBeGreaterThanOrEqual(16);
    expect(again).toContain("after_unknown");
  });

  test.each(parked)("parked: %s", (reason) => {
    expect(keys(VIEW, [item({ state: "parked", reason })], [], CALM)).toEqual([`parked_${reason}`]);
  });

  test.each([...again, "id_reuse"])("to come again: %s", (reason) => {
    expect(keys(VIEW, [item({ tries: 2, reason })], [], CALM)).toEqual([`again_${reason}`]);
  });

  test("a reason of a newer server still gets a sentence", () => {
    expect(keys(VIEW, [item({ state: "parked", reason: "moon" })], [], CALM)).toEqual(["parked_other"]);
    expect(keys(VIEW, [item({ tries: 1, reason: "moon" })], [], CALM)).toEqual(["again_other"]);
  });

  test.each(["offline", "portal", "server", "too_large", "refused", "storage"])("the line: %s", (trouble) => {
    expect(keys(VIEW, [item({})], [], { ...CALM, trouble })).toEqual([trouble]);
    expect(keys(VIEW, [], [photo({})], { ...CALM, trouble })).toEqual([trouble]);
  });

  test.each(["signed_out", "too_old"] as const)("paused: %s", (paused) => {
    expect(keys(VIEW, [item({})], [], { ...CALM, paused, trouble: paused })).toEqual([paused]);
  });

  test("who is refused for good is not told until when work is taken", () => {
    const denied = { ...CALM, paused: "signed_out", escrow: { until: "2027-02-18T00:00:00Z" } } as const;
    expect(keys(VIEW, [item({})], [], denied)).toEqual(["signed_out"]);
  });

  test("no network goes before what went wrong earlier", () => {
    expect(keys(VIEW, [item({})], [], { ...CALM, online: false, trouble: "server" })).toEqual(["offline"]);
  });

  test("its turn, on its way, photos, a revoked phone", () => {
    expect(keys(VIEW, [item({})], [], CALM)).toEqual(["turn"]);
    expect(keys({ ...VIEW, state: "sending" }, [item({})], [], CALM)).toEqual(["sending"]);
    expect(keys(VIEW, [], [photo({})], CALM)).toEqual(["photos_waiting"]);
    expect(keys(VIEW, [], [photo({ state: "damaged", reason: "disk" })], CALM)).toEqual(["photos_lost"]);
    expect(keys(VIEW, [], [photo({ state: "damaged", reason: "bomb" })], CALM)).toEqual(["photos_refused"]);
    const elsewhere = { ...VIEW, evidence: [{ place: "elsewhere" }] } as unknown as ActivityView;
    expect(keys(elsewhere, [], [], CALM)).toEqual(["photos_elsewhere"]);
    const escrow = { until: "2027-02-18T00:00:00Z" };
    expect(keys(VIEW, [item({})], [], { ...CALM, escrow })).toEqual(["turn", "escrow"]);
    expect(keys({ ...VIEW, hasDraft: true }, [], [], CALM)).toEqual(["draft"]);
  });

  test("photos that wait for Wi-Fi by choice, and what of them is seen", () => {
    const both = [photo({ sha256: "a" }), photo({ sha256: "b" })];
    const seen = new Map([["a", "here"] as const, ["b", "here"] as const]);
    expect(keys(VIEW, [], both, CALM, { held: both, previewed: seen })).toEqual(["photos_held_seen"]);
    seen.delete("b");
    expect(keys(VIEW, [], both, CALM, { held: both, previewed: seen })).toEqual(["photos_held"]);
    expect(keys(VIEW, [], both, CALM, { held: [both[0]!], previewed: seen })).toEqual(["photos_waiting"]);
    expect(keys(VIEW, [item({})], both, CALM, { held: both, previewed: seen })).toEqual(["turn"]);
  });

  test.each<[Partial<Conflict>, string]>([
    [{ kind: "fields", resolver: "author" }, "conflict_author"],
    [{ kind: "fields" }, "conflict_author"],
    [{ kind: "withdrawal", resolver: "reviewer" }, "conflict_reviewer"],
    [{ kind: "invalid", resolver: "author" }, "conflict_author"],
    [{ kind: "amendment", resolver: "reviewer" }, "amendment"],
  ])("conflict %o is %s", (conflict, key) => {
    expect(keys({ ...VIEW, conflicts: [conflict as Conflict] }, [], [], CALM)).toEqual([key]);
  });

  test("what is wholly at the province needs no word", () => {
    expect(keys({ ...VIEW, state: "received" }, [item({ state: "told" })], [], CALM)).toEqual([]);
  });
});
