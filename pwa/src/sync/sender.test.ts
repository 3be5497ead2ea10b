/** When the phone asks by itself, by a clock of the test: often enough to be useful, never in vain. */
import { beforeEach, expect, test } from "vitest";
import { Clock } from "../tests/phone.ts";
import { Sender } from "./sender.ts";

const MINUTE = 60_000;

let clock: Clock;
let trips: number[];
let fails: boolean;
let random: number;
let sender: Sender;

beforeEach(async () => {
  clock = new Clock();
  trips = [];
  fails = false;
  random = 0.5;
  sender = new Sender(
    {
      items: () => [],
      trip: async () => {
        trips.push(clock.nowMs);
        if (fails) throw new TypeError("a fault of ours");
        return { more: false, retryAfterS: 0 };
      },
      photos: async () => {},
      photosWait: () => false,
      changed: () => {},
    },
    {
      nowMs: () => clock.nowMs,
      random: () => random,
      later: (ms, work) => {
        const timer = { at: clock.nowMs + ms, work };
        clock.timers.push(timer);
        return () => {
          clock.timers = clock.timers.filter((each) => each !== timer);
        };
      },
      visible: () => clock.visible,
      online: () => clock.online,
      locks: null,
    },
  );
  await sender.run();
  trips = [];
});

/** What was begun comes to its end. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
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
