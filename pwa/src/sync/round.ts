/** How a round of talking to the server goes on: waits, batches, pauses. Plain data and arithmetic. */
import { BATCH_MAX, nextTurn } from "../outbox/batch.ts";
import type { Trouble } from "../platform/trouble.ts";
import type { OutboxItem } from "../store/records.ts";

/**
 * Decisions of the province should show while one looks, without a tap; the trip costs half a
 * kilobyte. Spread by a fifth either way, so that a commune's phones do not ask in step.
 */
const POLL_MS = 300_000;
/** A photo that the server has but has not yet looked at. */
const FILES_LATER_MS = 30_000;
/** A copy of what is being written: soon enough for a lost phone, rare enough for a battery. */
const DRAFTS_LATER_MS = 60_000;
/** Far more pages than a commune has; a server that always says "more" must not drain a battery. */
export const TRIPS_MAX = 200;
export const BATCH_FIRST = BATCH_MAX;

export interface Round {
  phase: "resting" | "locking" | "asking" | "taking" | "files" | "stopped";
  /** Something came up since the round began. */
  again: boolean;
  /** The server has more to tell. */
  more: boolean;
  trips: number;
  /** Photos are under way; records go between two chunks. */
  inFiles: boolean;
  failures: number;
  /** Phone's time of the last round that went well. */
  heardMs: number | null;
  /** Before the next try after a failure, in ms. */
  waitMs: number;
  /** Operations in one request: halved by a failure, doubled by a success. */
  batch: number;
  /** Which activity goes first: another one after each failure. */
  rotation: number;
  paused: "signed_out" | "too_old" | null;
  trouble: Trouble | null;
}

/** An answer is on the disk: twice as much may go next time. */
export function answered(state: Round): Round {
  return { ...succeeded(state), batch: Math.min(BATCH_MAX, state.batch * 2) };
}

export function succeeded(state: Round): Round {
  return { ...state, failures: 0, waitMs: 0, trouble: null, paused: null };
}

/**
 * A sign-in that ended and a protocol that is too old pause the phone: capturing goes on, nothing is
 * deleted, and a person's tap tries again. All else is tried again, with half as much.
 */
export function failed(state: Round, kind: Trouble, retryAfterS: number | null, random: number): Round {
  const failures = state.failures + 1;
  const next = {
    ...state,
    failures,
    rotation: state.rotation + 1,
    trouble: kind,
    waitMs: backoffMs(failures, retryAfterS, random),
  };
  if (kind === "signed_out" || kind === "too_old") return { ...next, paused: kind };
  return { ...next, batch: Math.max(1, Math.floor(state.batch / 2)) };
}

/** Wait before the next try: doubling from 2 s to 5 min, anywhere in the upper half (jitter). */
export function backoffMs(failures: number, retryAfterS: number | null, random: number): number {
  const most = Math.min(300_000, 2_000 * 2 ** Math.max(0, failures - 1));
  return Math.max((retryAfterS ?? 0) * 1000 * (1 + random / 4), most * (0.5 + random / 2));
}

interface Ahead {
  nowMs: number;
  random: number;
  items: readonly OutboxItem[];
  filesWait: boolean;
  draftsWait: boolean;
}

/** Until the next round. */
export function waitMs(state: Round, { nowMs, random, items, filesWait, draftsWait }: Ahead): number {
  if (state.waitMs) return state.waitMs;
  const turn = nextTurn(items);
  const poll = POLL_MS * (0.8 + 0.4 * random);
  const waits = [poll];
  if (turn !== null) waits.push(Math.max(1_000, turn - nowMs));
  if (filesWait) waits.push(FILES_LATER_MS);
  if (draftsWait) waits.push(DRAFTS_LATER_MS);
  return Math.min(...waits);
}
