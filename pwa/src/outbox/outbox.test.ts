/** Properties of the pure half: over many drawn histories, the seed printed when one fails. */
import { expect, test } from "vitest";
import type { ActivityRow, Draft, Fields, Operation, OutboxItem } from "../store/records.ts";
import { chooseBatch, nextTurn } from "./batch.ts";
import { type Making, operationsOf, same } from "./operations.ts";
import { isDurable, type OutcomeRow, reoffer, seen, settle } from "./settle.ts";
import { applyOperations, onTop, viewOf } from "./view.ts";

const HISTORIES = 300;

/** mulberry32: small, seeded, the same everywhere. */
function drawn(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (most: number): number => Math.floor(next() * most);
  return { below, pick: <T>(from: readonly T[]): T => from[below(from.length)]! };
}

function each(check: (draw: ReturnType<typeof drawn>) => void): void {
  for (let seed = 1; seed <= HISTORIES; seed++) {
    try {
      check(drawn(seed));
    } catch (error) {
      (error as Error).message += `\nseed ${seed}`;
      throw error;
    }
  }
}

let made = 0;
const making = (nextN = 1): Making => ({
  nextN,
  incarnation: "life-1",
  captured: { wall: "2026-11-20T17:00:00+07:00", monotonic_ms: 1, boot: "b", beacon: null },
  newId: () => `operation-${++made}`,
});

const VALUES = [null, 1, "Bản tin", true, ["a", "b"], { from: "17:00", to: "17:10" }];

function fieldsOf(draw: ReturnType<typeof drawn>): Fields {
  const fields: Fields = {};
  for (const name of ["title", "minutes", "clusters", "languages", "place"]) {
    const value = draw.pick(VALUES);
    if (value !== null) fields[name] = structuredClone(value);
  }
  return fields;
}

function draftOf(fields: Fields, origin: Draft["origin"] = null): Draft {
  const about = { id: "activity-1", kind: "booth", kind_version: 1, scope: "commune:c-00004-2025" };
  return { ...about, fields, evidence: [], origin, startedAt: "", changedAt: "" };
}

function item(operation: Operation, state: OutboxItem["state"] = "waiting"): OutboxItem {
  return { n: operation.n, operation, state, tries: 0, notBefore: 0 };
}

test("what a draft says is what its operations make, whatever was there before", () => {
  each((draw) => {
    const before = fieldsOf(draw);
    const created = applyOperations(null, operationsOf(draftOf(before), [], making()))!;
    expect(created.fields).toEqual(before);
    expect(created.status).toBe("submitted");
    const now = fieldsOf(draw);
    const status = draw.pick(["submitted", "returned", "approved"] as const);
    const origin = { base: 4, status, fields: before, evidence: [] };
    const operations = operationsOf(draftOf(now, origin), [], making());
    expect(applyOperations({ ...created, status }, operations)?.fields).toEqual(now);
    for (const operation of operations) {
      for (const field of Object.keys(operation.set)) {
        expect(same(operation.set[field], operation.was[field])).toBe(false);
        expect(operation.was[field]).toEqual(before[field] ?? null);
      }
    }
    if (same(before, now) && status !== "returned") expect(operations).toEqual([]);
  });
});

test("operations of one activity form a chain, numbered without a gap", () => {
  const first = operationsOf(draftOf({ title: "a" }), [], making(5)).map((each) => item(each));
  const origin = { base: null, status: "submitted" as const, fields: { title: "a" }, evidence: [] };
  const second = operationsOf(draftOf({ title: "b" }, origin), first, making(7)).map((each) => item(each));
  const chain = [...first, ...second].map((each) => each.operation);
  expect(chain.map((each) => each.n)).toEqual([5, 6, 7]);
  expect(chain.map((each) => each.after)).toEqual([null, chain[0]!.id, chain[1]!.id]);
});

test("a batch keeps the order inside an activity, starts at its head, and passes nobody over", () => {
  each((draw) => {
    const items: OutboxItem[] = [];
    for (let n = 1; n <= 30; n++) {
      const operation = {
        ...operationsOf(draftOf({}), [], making(n))[0]!,
        activity: `activity-${draw.below(6)}`,
      };
      const state = draw.pick(["waiting", "waiting", "waiting", "parked", "kept"] as const);
      items.push({ ...item(operation, state), notBefore: draw.pick([0, 0, 0, 100]) });
    }
    const shuffled = [...items].sort(() => draw.below(3) - 1);
    const chosen = chooseBatch(shuffled, 50, 1 + draw.below(40), draw.below(50));
    for (const activity of new Set(chosen.map((each) => each.activity))) {
      const taken = chosen.filter((each) => each.activity === activity).map((each) => each.n);
      const heads = items.filter((each) => each.operation.activity === activity && each.state === "waiting");
      expect(taken).toEqual(heads.slice(0, taken.length).map((each) => each.n));
      expect(heads.slice(0, taken.length).every((each) => each.notBefore <= 50)).toBe(true);
    }
    const all = chooseBatch(shuffled, 100, 1000, draw.below(50));
    expect(all).toHaveLength(items.filter((each) => each.state === "waiting").length);
  });
});

test("with one at a time, turns come round to every activity", () => {
  const items = [1, 2, 3].map((n) => {
    const operation = operationsOf(draftOf({}), [], making(n))[0]!;
    return item({ ...operation, activity: `activity-${n}` });
  });
  const first = [0, 1, 2].map((rotation) => chooseBatch(items, 0, 1, rotation)[0]!.activity);
  expect(new Set(first).size).toBe(3);
  expect(nextTurn(items)).toBe(0);
  expect(nextTurn([])).toBeNull();
});

test("however often and in whatever order outcomes come, an item ends once and is never lost", () => {
  each((draw) => {
    let current = item(operationsOf(draftOf({}), [], making())[0]!);
    const hearing = { serverTime: "2026-11-20T10:00:00Z", nowMs: 0, newId: () => "renamed" };
    let ended: OutboxItem | null = null;
    for (let heard = 0; heard < 10; heard++) {
      const outcome = draw.pick(["applied", "merged", "conflict", "parked", "retry"] as const);
      current = settle(
        current,
        { id: current.operation.id, outcome, reason: "invalid" } as OutcomeRow,
        hearing,
      );
      if (ended) expect(current).toBe(ended);
      else if (current.state !== "waiting") ended = current;
      expect(["waiting", "told", "parked", "kept"]).toContain(current.state);
    }
  });
});

test("a restored server is offered all that is kept; what it had parked too, unless a backup holds it", () => {
  const kept = {
    ...item(operationsOf(draftOf({}), [], making())[0]!, "kept"),
    acknowledgedAt: "2026-11-20T10:00:00Z",
    wentInAt: 3,
  };
  expect(reoffer(kept, null)).toMatchObject({ state: "waiting", tries: 0, wentInAt: 3 });
  const parked: OutboxItem = { ...kept, state: "parked", reason: "invalid", problems: [] };
  expect(reoffer(parked, null)).toMatchObject({ state: "waiting", tries: 0 });
  expect(reoffer(parked, null).reason).toBeUndefined();
  expect(reoffer(parked, "2026-11-20T11:00:00Z")).toBe(parked);
});

test("a backup holds what was acknowledged strictly before its moment", () => {
  const at = "2026-11-20T10:00:00Z";
  expect(isDurable(at, "2026-11-20T10:00:00.001Z")).toBe(true);
  expect(isDurable(at, "2026-11-20T10:00:00.000Z")).toBe(false);
  expect(isDurable(at, null)).toBe(false);
});

test("who changes one field of a group says what the others were, and in which life", () => {
  const groups = [["lat", "lon"], ["title"]];
  const origin = {
    base: 4,
    incarnation: "life-0",
    status: "submitted" as const,
    fields: { lat: 1, note: "n" },
    evidence: [],
  };
  const [edit] = operationsOf(draftOf({ lat: 2, note: "n" }, origin), [], { ...making(), groups });
  expect(edit).toMatchObject({
    set: { lat: 2, lon: null },
    was: { lat: 1, lon: null },
    base: 4,
    incarnation: "life-0",
  });
});

test("the next operation names the last that had an effect, even one that only a backup needs", () => {
  const [one, two] = operationsOf(draftOf({ title: "a" }), [], making());
  const kept = [item(one!, "kept"), item({ ...two!, id: "kept-2" }, "kept")];
  const parked = item({ ...two!, id: "parked", n: 3 }, "parked");
  const origin = { base: 2, status: "submitted" as const, fields: { title: "a" }, evidence: [] };
  const [edit] = operationsOf(draftOf({ title: "b" }, origin), [...kept, parked], making(4));
  expect(edit?.after).toBe("kept-2");
});

test("what is offered again stands on top only while the row is older than it", () => {
  const row = { ...applyOperations(null, operationsOf(draftOf({ title: "a" }), [], making()))!, version: 3 };
  const origin = { base: 1, status: "submitted" as const, fields: { title: "a" }, evidence: [] };
  const [edit] = operationsOf(draftOf({ title: "b" }, origin), [], making(3));
  const again = { ...item(edit!), wentInAt: 3 };
  expect(onTop(row, [again])).toEqual([]);
  expect(onTop({ ...row, version: 2 }, [again])).toEqual([edit]);
  expect(onTop(row, [item(edit!)])).toEqual([edit]);
});

test("an amendment waits for the reviewer; any other conflict asks its author", () => {
  const row = applyOperations(null, operationsOf(draftOf({ title: "a" }), [], making()))!;
  const about = { items: [], photos: [], account: { id: "me", name: "Tôi" }, hasDraft: false };
  const underWay = { operations: new Set<string>(), photo: null };
  const state = (kind: "amendment" | "fields"): string | undefined => {
    const conflicts = [{ id: "c", kind, operation: "o", fields: [], opened_at: null }];
    return viewOf({ ...about, row: { ...row, conflicts } as ActivityRow, underWay })?.state;
  };
  expect(state("amendment")).toBe("received");
  expect(state("fields")).toBe("attention");
});

test("what was acknowledged stays in view, and in the chain, until its row has come", () => {
  const origin = { base: 1, status: "submitted" as const, fields: { title: "a" }, evidence: [] };
  const row = { ...applyOperations(null, operationsOf(draftOf({ title: "a" }), [], making()))!, version: 1 };
  const [edit] = operationsOf(draftOf({ title: "b" }, origin), [], making(3));
  const hearing = { serverTime: "2026-11-20T10:00:00Z", nowMs: 0, newId: () => "renamed" };
  const told = settle(item(edit!), { id: edit!.id, outcome: "applied", version: 2 }, hearing);
  expect(told.state).toBe("told");
  const view = viewOf({
    row,
    items: [told],
    photos: [],
    account: { id: "me", name: "Tôi" },
    underWay: { operations: new Set(), photo: null },
    hasDraft: false,
  });
  expect([view?.fields.title, view?.state]).toEqual(["b", "received"]);
  const next = operationsOf(
    draftOf({ title: "c" }, { ...origin, fields: { title: "b" } }),
    [told],
    making(4),
  );
  expect(next[0]?.after).toBe(edit!.id);
  expect(seen(told, 1, false)).toBe(told);
  expect(seen(told, 2, false).state).toBe("kept");
  // Read to the end and still not there: it is gone, and no ghost of it stays.
  expect(seen(told, undefined, true).state).toBe("kept");
});
