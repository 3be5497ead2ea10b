/**
 * What becomes of an item when the server has spoken: kept until a backup holds it, parked until
 * its author looks, or waiting a while longer. Nothing is ever simply gone. Pure.
 */
import type { OutboxItem, Problem } from "../store/records.ts";

export interface OutcomeRow {
  id: string;
  outcome: "applied" | "merged" | "conflict" | "parked" | "retry";
  activity?: string;
  version?: number | null;
  reason?: string | null;
  problems?: Problem[] | null;
  fork?: boolean;
}

/** First wait after a `retry`; doubles each time. */
const RETRY_FIRST_MS = 5_000;
/** An hour: a newer server or a missing predecessor may come while the phone lies in the pocket. */
const RETRY_MAX_MS = 3_600_000;

export interface Hearing {
  serverTime: string;
  nowMs: number;
  newId: () => string;
}

/** The item after `outcome`. Items that no longer wait are left as they are: answers may come twice. */
export function settle(item: OutboxItem, outcome: OutcomeRow, hearing: Hearing): OutboxItem {
  if (item.state !== "waiting") return item;
  switch (outcome.outcome) {
    case "applied":
    case "merged": {
      // Who was shut out is not told the version: then it stands on top until all is read.
      const wentInAt = outcome.version ?? undefined;
      return { ...item, state: "told", acknowledgedAt: hearing.serverTime, wentInAt };
    }
    case "conflict":
      // Not all of it went in: the row alone says what stands.
      return { ...item, state: "kept", acknowledgedAt: hearing.serverTime, wentInAt: 0 };
    case "parked":
      if (outcome.reason === "id_reuse") {
        // The same id came with another content: keep both, this one under a new name.
        return { ...item, operation: { ...item.operation, id: hearing.newId() }, tries: item.tries + 1 };
      }
      return {
        ...item,
        wentInAt: undefined,
        state: "parked",
        reason: outcome.reason ?? "bug",
        problems: outcome.problems ?? [],
        acknowledgedAt: hearing.serverTime,
      };
    default:
      return {
        ...item,
        tries: item.tries + 1,
        notBefore: hearing.nowMs + Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** item.tries),
        reason: outcome.reason ?? undefined,
      };
  }
}

/**
 * Its author did something about a parked item. It is out of sight and had no effect, but a restored
 * server that lost it is offered it again: what was acknowledged is kept by somebody.
 */
export function answer(item: OutboxItem): OutboxItem {
  return { ...item, state: "kept", wentInAt: 0, answered: true };
}

/** Those that had an effect or will have one: a later operation stands on the last of them. */
export function hasEffect(item: OutboxItem): boolean {
  return item.state !== "parked" && !item.answered;
}

/** Items whose predecessor was renamed follow it. */
export function follow(item: OutboxItem, renamed: ReadonlyMap<string, string>): OutboxItem {
  const after = item.operation.after && renamed.get(item.operation.after);
  return after ? { ...item, operation: { ...item.operation, after } } : item;
}

/**
 * The server is younger than it was: all that is kept is offered again, for what a backup holds was
 * let go of before. `durableThrough` is what the phone knew of the earlier life: a parked item waits
 * for its author and stays here even when a backup holds it.
 */
export function reoffer(item: OutboxItem, durableThrough: string | null): OutboxItem {
  if (item.state === "waiting") return item;
  if (item.state === "parked" && isDurable(item.acknowledgedAt, durableThrough)) return item;
  const { acknowledgedAt: _gone, reason: _reason, problems: _problems, answered: _answered, ...rest } = item;
  return { ...rest, state: "waiting", tries: 0, notBefore: 0 };
}

/**
 * Nothing has to stand on top any more: the server's row has this change in it, or (`complete`) the
 * feed was read to its end and the row is not there.
 */
export function seen(item: OutboxItem, version: number | undefined, complete: boolean): OutboxItem {
  if (item.state !== "told") return item;
  const isThere = item.wentInAt !== undefined && (version ?? 0) >= item.wentInAt;
  return complete || isThere ? { ...item, state: "kept" } : item;
}

/**
 * A verified backup holds what was acknowledged at `at`. Strictly before: what was acknowledged in
 * the very millisecond may have come after the backup's snapshot.
 */
export function isDurable(at: string | undefined, durableThrough: string | null): boolean {
  return !!at && !!durableThrough && Date.parse(at) < Date.parse(durableThrough);
}
