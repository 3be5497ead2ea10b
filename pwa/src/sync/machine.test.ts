/** The engine's decisions as tables: what a reply means, and what is done next. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Operation, OutboxItem } from "../store/records.ts";
import { type Around, type Effect, type Event, resting, step } from "./machine.ts";
import { readReply } from "./reply.ts";
import { backoffMs, type Round } from "./round.ts";
import type { SyncRequest } from "./wire.ts";

const VECTORS = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/answers.json", import.meta.url), "utf8"),
) as { cases: [number, string, string, string][] };
const ANSWER = {
  incarnation: "life",
  server_time: "2026-11-20T10:00:00Z",
  outcomes: [],
  changes: {},
  durable_through: null,
};
const OURS = "application/problem+json";

describe("what came back", () => {
  test.each(VECTORS.cases)("%i %s: %s is %s", (status, mediaType, text, meaning) => {
    const read = readReply({ status, mediaType, text, redirected: false, retryAfter: null });
    expect("answer" in read ? "answer" : read.trouble).toBe(meaning);
  });

  test("an answer from another address is a portal's, whatever it says", () => {
    const text = JSON.stringify(ANSWER);
    const led = { status: 200, mediaType: "application/json", text, redirected: true, retryAfter: null };
    expect(readReply(led)).toMatchObject({ trouble: "portal" });
  });

  test.each([
    [null, null],
    ["120", 120],
    ["0", null],
    ["-5", null],
    ["Fri, 20 Nov 2026 10:00:00 GMT", null],
  ])("Retry-After %s asks for %s s", (retryAfter, wait) => {
    const read = readReply({ status: 503, mediaType: OURS, text: "{}", redirected: false, retryAfter });
    expect(read).toEqual({ trouble: "server", retryAfterS: wait });
  });
});

const CALM: Around = {
  nowMs: 1_000_000,
  random: 0.5,
  visible: true,
  online: true,
  items: [],
  filesWait: false,
  draftsWait: false,
};
const REQUEST = { cursors: {}, operations: [], epoch: 1 } as unknown as SyncRequest;
const items = (count: number): OutboxItem[] =>
  Array.from({ length: count }, (_, n) => ({
    n,
    operation: { id: `o${n}`, activity: `a${n}` } as Operation,
    state: "waiting",
    tries: 0,
    notBefore: 0,
  }));

/** Steps one after the other; the effects of the last. */
function course(events: Event[], around: Partial<Around> = {}, from: Round = resting()) {
  let state = from;
  let effects: Effect[] = [];
  for (const event of events) ({ state, effects } = step(state, event, { ...CALM, ...around }));
  return { state, effects, names: effects.map((effect) => effect.do) };
}

const WAKE: Event = { type: "wake" };
const LEADS: Event = { type: "lock", held: true };
const COMMITTED: Event = { type: "committed", more: false, retryAfterS: 0 };
const REPLY: Event = {
  type: "reply",
  request: REQUEST,
  reply: { status: 200, mediaType: "", text: JSON.stringify(ANSWER), redirected: false, retryAfter: null },
};
const ANSWERED = [REPLY, COMMITTED];
const fails = (kind: "offline" | "server" | "too_large" | "storage" | "signed_out" | "too_old"): Event => ({
  type: "trouble",
  kind,
  retryAfterS: null,
});

describe("a round", () => {
  test("asks for the lead, makes its trip, takes the answer, and rests", () => {
    expect(course([WAKE]).names).toEqual(["lock"]);
    expect(course([WAKE, LEADS]).names).toEqual(["notify", "request"]);
    expect(course([WAKE, LEADS, REPLY]).names).toEqual(["read"]);
    const done = course([WAKE, LEADS, ...ANSWERED]);
    expect(done.names).toEqual(["notify", "unlock", "wait", "end", "notify"]);
    expect(done.state).toMatchObject({ phase: "resting", trouble: null, failures: 0 });
  });

  test("where another tab leads, this one leaves it to that and looks again later", () => {
    const done = course([WAKE, { type: "lock", held: false }]);
    expect(done.names).toEqual(["wait", "end", "notify"]);
  });

  test("a lead that comes too late is given back at once", () => {
    expect(course([WAKE, { type: "stop" }, LEADS]).names).toEqual([]);
    expect(course([LEADS]).names).toEqual(["unlock"]);
  });

  test("what is told more of is asked for at once, and not for ever", () => {
    const more: Event = { type: "committed", more: true, retryAfterS: 0 };
    let { state } = course([WAKE, LEADS]);
    let trips = 1;
    for (; trips < 1000; trips++) {
      const next = course([REPLY, more], {}, state);
      state = next.state;
      if (!next.names.includes("request")) break;
    }
    expect(trips).toBe(200);
  });

  test("photos go when the records are through; between two chunks new records have their turn", () => {
    const waits = { filesWait: true };
    const sending = course([WAKE, LEADS, ...ANSWERED], waits);
    expect(sending.names).toEqual(["notify", "files"]);
    expect(course([{ type: "chunk" }], waits, sending.state).names).toEqual(["next_chunk"]);
    const saved = course([WAKE, { type: "chunk" }], waits, sending.state);
    expect(saved.names).toEqual(["request"]);
    expect(course(ANSWERED, waits, saved.state).names).toEqual(["notify", "next_chunk"]);
    expect(course([fails("offline")], waits, saved.state).names).toContain("halt_files");
    expect(course([{ type: "files_sent" }], {}, sending.state).names).toContain("end");
  });

  test("what is saved meanwhile goes in the same round", () => {
    const { state } = course([WAKE, LEADS, WAKE]);
    expect(course(ANSWERED, { items: items(1) }, state).names).toEqual(["notify", "request"]);
  });
});

describe("trouble", () => {
  test("halves the batch down to one and lets another activity go first", () => {
    let state = resting();
    const batches: number[] = [];
    const first: string[] = [];
    for (let round = 0; round < 10; round++) {
      const asked = course([WAKE, LEADS], { items: items(300) }, state);
      const request = asked.effects.find((effect) => effect.do === "request")!;
      batches.push(request.operations.length);
      first.push(request.operations[0]!.id);
      ({ state } = course([fails("too_large")], {}, asked.state));
    }
    expect(batches).toEqual([200, 100, 50, 25, 12, 6, 3, 1, 1, 1]);
    expect(new Set(first).size).toBe(10);
    const asked = course([WAKE, LEADS], {}, state);
    expect(course(ANSWERED, {}, asked.state).state.batch).toBe(2);
  });

  test.each(["signed_out", "too_old"] as const)(
    "%s pauses; nothing is planned until somebody asks",
    (kind) => {
      const { state, effects } = course([WAKE, LEADS, fails(kind)], { items: items(3) });
      expect(state.paused).toBe(kind);
      expect(effects).toContainEqual({ do: "wait", ms: null });
      expect(course([WAKE], {}, state).names).toEqual(["lock"]);
      expect(course([WAKE, LEADS, ...ANSWERED], {}, state).state.paused).toBeNull();
    },
  );

  test("a full disk makes room, removes nothing, and tries again", () => {
    const { state, names } = course([WAKE, LEADS, REPLY, fails("storage")], { items: items(2) });
    expect(names).toContain("make_room");
    expect(state).toMatchObject({ trouble: "storage", phase: "resting", paused: null });
    expect(state.waitMs).toBeGreaterThan(0);
  });

  test("a server that asks for time is left alone for it", () => {
    const asked = course([WAKE, LEADS, REPLY, { type: "committed", more: true, retryAfterS: 600 }]);
    const wait = asked.effects.find((effect) => effect.do === "wait")!;
    expect(wait.ms).toBeGreaterThanOrEqual(600_000);
    expect(asked.names).not.toContain("request");
  });

  test.each([
    [1, null, 0, 1_000],
    [1, null, 1, 2_000],
    [4, null, 0, 8_000],
    [50, null, 1, 300_000],
    [1, 60, 0, 60_000],
    [1, 60, 1, 75_000],
  ])("the wait after failure %i, asked for %s s, chance %s, is %i ms", (failures, asked, random, ms) => {
    expect(backoffMs(failures, asked, random)).toBe(ms);
  });
});

describe("rest", () => {
  test.each<[string, Partial<Around>, number | null]>([
    ["nothing waits and nobody looks", { visible: false }, null],
    ["nothing waits and somebody looks", {}, 300_000],
    ["photos wait", { filesWait: true, visible: false }, 30_000],
    ["a draft has no copy", { draftsWait: true, visible: false }, 60_000],
    ["a record waits", { items: items(1) }, 1_000],
  ])("when %s", (_, around, ms) => {
    const { effects } = course([{ type: "timer" }], { ...around, visible: false, online: false });
    if (around.items || around.filesWait || around.draftsWait) expect(effects).toEqual([{ do: "lock" }]);
    const planned = course([{ type: "drafted" }], around).effects;
    expect(planned).toEqual([{ do: "wait", ms }]);
  });

  test("once stopped, nothing begins any more", () => {
    const events: Event[] = [WAKE, { type: "look" }, { type: "timer" }, LEADS, COMMITTED, fails("offline")];
    for (const event of events) expect(course([{ type: "stop" }, event]).effects).toEqual([]);
    expect(course([{ type: "stop" }, { type: "chunk" }]).names).toEqual(["halt_files"]);
  });
});

test("the machine and all that it stands on calculate only: no clock, chance, disk or network", () => {
  const folder = new URL("./", import.meta.url);
  const seen = new Set<string>();
  const waiting = ["machine.ts", "writing.ts", "answering.ts", "explain.ts", "request.ts"].map(
    (name) => new URL(name, folder).href,
  );
  while (waiting.length) {
    const href = waiting.pop()!;
    if (seen.has(href)) continue;
    seen.add(href);
    const text = readFileSync(new URL(href), "utf8");
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    expect([
      href,
      code.match(/Date\.now|new Date\(\)|Math\.random|indexedDB|fetch\(|setTimeout|navigator/),
    ]).toEqual([href, null]);
    for (const [, path] of code.matchAll(/^import (?!type)[^;]*? from "(\.[^"]+)"/gms)) {
      const target = new URL(path!, href).href;
      // Ids are given by whoever calls; `hex` is all that is used of that file.
      if (!target.endsWith("/platform/ids.ts")) waiting.push(target);
    }
  }
  expect(seen.size).toBeGreaterThan(8);
  expect(readdirSync(folder)).toContain("machine.ts");
});
