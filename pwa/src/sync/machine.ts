/**
 * When to talk to the server and what to do with what comes back: `step(state, event)` gives the
 * next state and what is to be done. Pure: clock, chance, rows and names come with the events; the
 * interpreter (`sender`) does the effects and nothing else.
 *
 * One leader over all tabs; records before photos; after a failure a growing, jittered wait. A
 * failure never removes anything: it only decides when to try again, and with how much at once.
 */
import { chooseBatch, nextTurn } from "../outbox/batch.ts";
import type { Trouble } from "../platform/trouble.ts";
import type { Changes } from "../store/changes.ts";
import type { Operation, OutboxItem } from "../store/records.ts";
import type { Rows } from "../store/transact.ts";
import { type Reply, readReply } from "./reply.ts";
import { answered, BATCH_FIRST, failed, type Round, succeeded, TRIPS_MAX, waitMs } from "./round.ts";
import { Sheet } from "./sheet.ts";
import { takeAnswer } from "./taking.ts";
import type { SyncAnswer, SyncRequest } from "./wire.ts";

/** What the page knows at the moment of an event. */
export interface Around {
  nowMs: number;
  /** 0–1: jitter. */
  random: number;
  visible: boolean;
  online: boolean;
  items: readonly OutboxItem[];
  /** Photos, or colleagues' files, that are yet to be sent. */
  filesWait: boolean;
  /** Something was written whose copy the server does not have. */
  draftsWait: boolean;
}

export type Event =
  /** Something was saved, a tab or the worker called, or a person pressed the button. */
  | { type: "wake" }
  /** The line or somebody's eyes came or went. */
  | { type: "look" }
  | { type: "timer" }
  /** Something was typed: its copy goes with the next trip, which need not be soon. */
  | { type: "drafted" }
  /** Whether this tab is the one that syncs. */
  | { type: "lock"; held: boolean }
  | { type: "reply"; request: SyncRequest; reply: Reply }
  /** The rows that the answer touches were read, in the transaction that `commit` will end. */
  | { type: "answer"; request: SyncRequest; answer: SyncAnswer; rows: Rows; newId: () => string }
  /** What was committed is on the disk. */
  | { type: "committed"; more: boolean; retryAfterS: number }
  /** A chunk of a photo has gone: may it go on? */
  | { type: "chunk" }
  | { type: "files_sent" }
  | { type: "trouble"; kind: Trouble; retryAfterS: number | null }
  | { type: "stop" };

export type Effect =
  /** Ask for the lock over all tabs; answered by `lock`. */
  | { do: "lock" }
  | { do: "unlock" }
  /** One trip with these operations; answered by `reply` or `trouble`. */
  | { do: "request"; operations: Operation[] }
  /** Read what the answer touches and step with it; answered by `answer` or `trouble`. */
  | { do: "read"; request: SyncRequest; answer: SyncAnswer }
  /** One strict transaction; answered by `then`, or by `trouble` if nothing of it was written. */
  | { do: "commit"; changes: Changes; then: Event }
  /** Send photos until none waits, stopping at each chunk; answered by `chunk`, `files_sent` or `trouble`. */
  | { do: "files" }
  | { do: "next_chunk" }
  | { do: "halt_files" }
  /** The disk is full: caches, and photos that the province holds safely, make room; nothing else. */
  | { do: "make_room" }
  /** One timer; null: none. */
  | { do: "wait"; ms: number | null }
  /** The round is over, well or not. */
  | { do: "end" }
  /** Something that a screen may show has changed. */
  | { do: "notify" };

export interface Step {
  state: Round;
  effects: Effect[];
}

export function resting(): Round {
  return {
    phase: "resting",
    again: false,
    more: false,
    trips: 0,
    inFiles: false,
    failures: 0,
    heardMs: null,
    waitMs: 0,
    batch: BATCH_FIRST,
    rotation: 0,
    paused: null,
    trouble: null,
  };
}

export function step(state: Round, event: Event, around: Around): Step {
  if (state.phase === "stopped")
    return { state, effects: event.type === "chunk" ? [{ do: "halt_files" }] : [] };
  switch (event.type) {
    case "wake":
      return wake(state);
    case "look":
      return look(state, around);
    case "timer":
      return timer(state, around);
    case "drafted":
      return state.phase === "resting" ? rest(state, around) : { state, effects: [] };
    case "lock":
      return lock(state, event.held, around);
    case "reply":
      return reply(state, event.request, event.reply, around);
    case "answer":
      return answer(state, event, around);
    case "committed":
      return committed(state, event.more, event.retryAfterS, around);
    case "chunk":
      return chunk(state, around);
    case "files_sent":
      return filesSent(state, around);
    case "trouble":
      return trouble(state, event.kind, event.retryAfterS, around);
    case "stop":
      return stop(state);
  }
}

function wake(state: Round): Step {
  const next = { ...state, again: true };
  if (state.phase !== "resting") return { state: next, effects: [] };
  return { state: { ...next, phase: "locking" }, effects: [{ do: "lock" }] };
}

/** Looking up from another app and back, or a line that comes and goes, is no reason to ask again. */
const NEWS_FRESH_MS = 15_000;

function look(state: Round, around: Around): Step {
  const age = state.heardMs === null ? Number.POSITIVE_INFINITY : around.nowMs - state.heardMs;
  const isFresh = !state.failures && age >= 0 && age < NEWS_FRESH_MS;
  if (!isFresh && (around.visible || !isIdle(around))) return wake(state);
  return state.phase === "resting" ? rest(state, around) : { state, effects: [] };
}

function timer(state: Round, around: Around): Step {
  if (state.phase !== "resting") return { state, effects: [] };
  const inVain = isIdle(around) && !(around.visible && around.online);
  return inVain ? rest(state, around) : wake(state);
}

function isIdle(around: Around): boolean {
  return nextTurn(around.items) === null && !around.filesWait && !around.draftsWait;
}

function lock(state: Round, held: boolean, around: Around): Step {
  if (state.phase !== "locking") return { state, effects: held ? [{ do: "unlock" }] : [] };
  // Another tab is at it: it hears of new work by the channel, and this tab looks again later.
  if (!held) return over({ ...state, again: false }, around, []);
  return records({ ...state, inFiles: false }, around, [{ do: "notify" }]);
}

/** All records that may go, from the start. */
function records(state: Round, around: Around, before: Effect[]): Step {
  return trip({ ...state, again: false, more: true, trips: 0 }, around, before);
}

/** The next trip; photos, when there is nothing more to say or to read; the end, when none waits. */
function trip(state: Round, around: Around, before: Effect[]): Step {
  const operations = chooseBatch(around.items, around.nowMs, state.batch, state.rotation);
  if (state.trips < TRIPS_MAX && (state.more || operations.length)) {
    const next: Round = { ...state, phase: "asking", trips: state.trips + 1 };
    return { state: next, effects: [...before, { do: "request", operations }] };
  }
  if (state.inFiles)
    return { state: { ...state, phase: "files" }, effects: [...before, { do: "next_chunk" }] };
  if (around.filesWait) {
    return { state: { ...state, phase: "files", inFiles: true }, effects: [...before, { do: "files" }] };
  }
  return round(state, around, before);
}

/** What was asked for meanwhile goes now; else the round is over. */
function round(state: Round, around: Around, before: Effect[]): Step {
  if (state.again) return records(state, around, before);
  const heard: Round = { ...succeeded(state), heardMs: around.nowMs };
  return over(heard, around, [...before, { do: "unlock" }]);
}

function over(state: Round, around: Around, before: Effect[]): Step {
  const { state: next, effects } = rest({ ...state, phase: "resting", inFiles: false }, around);
  return { state: next, effects: [...before, ...effects, { do: "end" }, { do: "notify" }] };
}

/** With nothing to send, only a phone that somebody looks at asks; `look` begins it again. */
function rest(state: Round, around: Around): Step {
  const mayRest = state.paused || (isIdle(around) && !around.visible);
  return { state, effects: [{ do: "wait", ms: mayRest ? null : waitMs(state, around) }] };
}

function reply(state: Round, request: SyncRequest, came: Reply, around: Around): Step {
  if (state.phase !== "asking") return { state, effects: [] };
  const read = readReply(came);
  if (!("answer" in read)) return trouble(state, read.trouble, read.retryAfterS, around);
  return { state: { ...state, phase: "taking" }, effects: [{ do: "read", request, answer: read.answer }] };
}

/** The answer as one change of the disk; what follows it waits until it is there. */
function answer(state: Round, event: Event & { type: "answer" }, around: Around): Step {
  const { request, answer: told, rows, newId } = event;
  const sheet = new Sheet(rows);
  const more = takeAnswer(sheet, request, told, { nowMs: around.nowMs, newId });
  const then: Event = { type: "committed", more, retryAfterS: told.retry_after_s ?? 0 };
  return { state, effects: [{ do: "commit", changes: sheet.changes(), then }] };
}

function committed(state: Round, more: boolean, retryAfterS: number, around: Around): Step {
  if (state.phase !== "taking") return { state, effects: [] };
  const heard = { ...answered(state), more };
  if (retryAfterS > 0) return trouble(heard, "server", retryAfterS, around);
  return trip(heard, around, [{ do: "notify" }]);
}

/** New records do not wait for a photo to end. */
function chunk(state: Round, around: Around): Step {
  if (state.phase !== "files") return { state, effects: [{ do: "halt_files" }] };
  return state.again ? records(state, around, []) : { state, effects: [{ do: "next_chunk" }] };
}

function filesSent(state: Round, around: Around): Step {
  if (state.phase !== "files") return { state, effects: [] };
  return round({ ...state, inFiles: false }, around, []);
}

function trouble(state: Round, kind: Trouble, retryAfterS: number | null, around: Around): Step {
  if (state.phase === "resting") return { state, effects: [] };
  const before = halting(state);
  if (kind === "storage") before.push({ do: "make_room" });
  return over(failed(state, kind, retryAfterS, around.random), around, [...before, { do: "unlock" }]);
}

/** Photos that wait between two chunks for a trip that failed. */
function halting(state: Round): Effect[] {
  return state.inFiles && state.phase !== "files" ? [{ do: "halt_files" }] : [];
}

function stop(state: Round): Step {
  const effects: Effect[] = [...halting(state), { do: "wait", ms: null }, { do: "unlock" }, { do: "end" }];
  return { state: { ...state, phase: "stopped" }, effects };
}
