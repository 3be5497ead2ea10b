/** When the phone asks by itself, by a clock of the test: often enough to be useful, never in vain. */
import { beforeEach, expect, test } from "vitest";
import type { Database } from "../store/database.ts";
import { Clock, enrolledDisk, surroundings } from "../tests/phone.ts";
import { Sender } from "./sender.ts";
import type { SyncRequest } from "./wire.ts";

const MINUTE = 60_000;

let clock: Clock;
let trips: number[];
let fails: boolean;
let random: number;
let sender: Sender;
let database: Database;
const REPLY = { status: 200, redirected: false, mediaType: "application/json", retryAfter: null };
const ANSWER = {
  incarnation: "life",
  server_time: "2026-11-20T10:00:00Z",
  outcomes: [],
  changes: {},
  durable_through: null,
};

beforeEach(async () => {
  clock = new Clock();
  database = await enrolledDisk();
  trips = [];
  fails = false;
  random = 0.5;
  sender = new Sender(
    {
      database,
      waiting: () => ({ items: [], filesWait: false, draftsWait: false }),
      ask: async () => {
        trips.push(clock.nowMs);
        if (fails) throw new TypeError("a fault of ours");
        const request = { cursors: {}, operations: [], epoch: 1 } as unknown as SyncRequest;
        return { request, reply: { ...REPLY, text: JSON.stringify(ANSWER) } };
      },
      files: async () => {},
      makeRoom: async () => {},
      take: () => {},
      changed: () => {},
    },
    surroundings(clock, () => random),
  );
  await sender.run();
  trips = [];
});

/** What was begun comes to its end. */
const settle = async (): Promise<void> => {
  do await new Promise((resolve) => setTimeout(resolve));
  while (sender.syncing);
};
const pass = (ms: number): Promise<void> => clock.pass(ms, settle);
const look = async (): Promise<void> => {
  sender.look();
  await settle();
};

test("while somebody looks, it asks for news every five minutes, and phones not in step", async () => {
  await pass(60 * MINUTE);
  expect(trips).toHaveLength(12);
  random = 0;
  await pass(10 * MINUTE);
  const wait = trips.at(-1)! - trips.at(-2)!;
  expect(wait).toBe(4 * MINUTE);
});

test("out of sight, with nothing to send, no timer runs; back in sight it asks at once", async () => {
  clock.visible = false;
  await look();
  expect(clock.timers).toEqual([]);
  await pass(120 * MINUTE);
  expect(trips).toEqual([]);
  clock.visible = true;
  await look();
  expect(trips).toHaveLength(1);
  expect(clock.timers).toHaveLength(1);
});

test("going to another app and back does not ask each time", async () => {
  for (let turn = 0; turn < 10; turn++) {
    clock.visible = !clock.visible;
    await look();
    await pass(1_000);
  }
  expect(trips.length).toBeLessThanOrEqual(1);
  clock.visible = true;
  await look();
  await pass(6 * MINUTE);
  expect(trips.length).toBeGreaterThanOrEqual(1);
});

test("where the phone knows that it has no network it does not ask, and then right away", async () => {
  clock.online = false;
  await pass(30 * MINUTE);
  expect(trips).toEqual([]);
  clock.online = true;
  await look();
  expect(trips).toHaveLength(1);
});

test("after a failure a better line is tried at once, and failing goes on ever more slowly", async () => {
  const shouted = console.error;
  console.error = () => {};
  fails = true;
  await look();
  await pass(1_000);
  await sender.run();
  trips = [];
  await pass(60 * MINUTE);
  expect(trips.length).toBeLessThan(30);
  fails = false;
  trips = [];
  await look();
  expect(trips).toHaveLength(1);
  console.error = shouted;
});

test("a phone whose clock jumped back is not silent for ever", async () => {
  clock.nowMs -= 365 * 24 * 60 * MINUTE;
  await look();
  expect(trips).toHaveLength(1);
});
