/**
 * Taking an answer: outcomes, rows, cursors and what leaves the outbox, all in ONE strict
 * transaction (PROTOCOL.md, 4.6). Killed before its end, nothing of the answer has happened and the
 * server repeats it; taken twice or late, it changes nothing.
 */
import { follow, isDurable, type OutcomeRow, reoffer, seen, settle } from "../outbox/settle.ts";
import { Changes } from "../store/changes.ts";
import type { Database, Writing } from "../store/database.ts";
import type { Identity, Operation, OutboxItem } from "../store/records.ts";
import { EMPTY } from "./digest.ts";
import { applyScope, endReread, startReread } from "./scopes.ts";
import type { SyncAnswer, SyncRequest } from "./wire.ts";

export interface Taken {
  changes: Changes;
  /** There is more to read: another trip is worth it at once. */
  more: boolean;
}

export interface Taking {
  nowMs: number;
  newId: () => string;
}

export function takeAnswer(
  database: Database,
  request: SyncRequest,
  answer: SyncAnswer,
  taking: Taking,
): Promise<Taken> {
  return database.write(["meta", "scopes", "shadow", "documents", "outbox", "photos"], async (tx) => {
    const changes = new Changes();
    const before = await tx.objectStore("meta").get("identity");
    if (!before) throw new Error("no identity");
    const { settled, applied } = await settleOutcomes(tx, request, answer, taking, changes);
    const newLife = before.incarnation !== null && before.incarnation !== answer.incarnation;
    if (newLife) await beginNewLife(tx, answer, settled, before.durableThrough, changes);
    const complete = new Set<string>();
    let more = false;
    for (const [name, asked] of Object.entries(request.cursors)) {
      // To a phone of another life the server answers from the start of each feed.
      const cursor = newLife ? 0 : asked;
      const page = answer.changes[name];
      const scopeMore = page
        ? await applyScope(tx, name, page, cursor, applied, changes)
        : await endReread(tx, name, cursor, changes);
      if (!scopeMore) complete.add(name);
      more = scopeMore || more;
    }
    more = (await applyGrants(tx, answer, before, taking, changes)) || more;
    await settleSeen(tx, complete, changes);
    const identity: Identity = {
      ...before,
      units: answer.grants?.units ?? before.units,
      incarnation: answer.incarnation,
      beacon: answer.beacon ?? before.beacon,
      epoch: answer.outcomes.some((outcome) => outcome.fork) ? before.epoch + 1 : before.epoch,
      durableThrough: answer.durable_through ?? (newLife ? null : before.durableThrough),
      clockOffsetMs: Date.parse(answer.server_time) - taking.nowMs,
      lastContact: new Date(taking.nowMs).toISOString(),
    };
    await tx.objectStore("meta").put(identity);
    changes.identity = identity;
    if (identity.durableThrough && identity.durableThrough !== before.durableThrough) {
      await dropDurable(tx, identity.durableThrough);
    }
    return { changes, more };
  });
}

interface Settled {
  /** Ids of the operations that this answer ended. */
  settled: ReadonlySet<string>;
  /** Those that went in as they were, by activity. */
  applied: ReadonlyMap<string, Operation[]>;
}

/** Each outcome to its item. */
async function settleOutcomes(
  tx: Writing,
  request: SyncRequest,
  answer: SyncAnswer,
  taking: Taking,
  changes: Changes,
): Promise<Settled> {
  const store = tx.objectStore("outbox");
  const hearing = { serverTime: answer.server_time, nowMs: taking.nowMs, newId: taking.newId };
  const ended = new Set<string>();
  const applied = new Map<string, Operation[]>();
  const renamed = new Map<string, string>();
  const told = new Set(answer.outcomes.map((outcome) => outcome.id));
  // Every operation must end; one that the answer passes over in silence comes again later.
  const silent = request.operations.filter((operation) => !told.has(operation.id));
  const outcomes: OutcomeRow[] = [
    ...answer.outcomes,
    ...silent.map(({ id }) => ({ id, outcome: "retry" as const })),
  ];
  for (const outcome of outcomes) {
    const item = await store.index("operation").get(outcome.id);
    if (!item) continue;
    const settled = settle(item, outcome, hearing);
    if (settled === item) continue;
    await store.put(settled);
    changes.outbox.push(settled);
    const { activity, id } = settled.operation;
    if (id !== outcome.id) renamed.set(outcome.id, id);
    if (settled.state !== "waiting") ended.add(id);
    if (outcome.outcome === "applied")
      applied.set(activity, [...(applied.get(activity) ?? []), item.operation]);
  }
  if (renamed.size) {
    for (const item of await store.index("state").getAll("waiting")) {
      const moved = follow(item, renamed);
      if (moved === item) continue;
      await store.put(moved);
      changes.outbox.push(moved);
    }
  }
  return { settled: ended, applied };
}

/** What was acknowledged and stands in the row by now need not be shown on top of it. */
async function settleSeen(tx: Writing, complete: ReadonlySet<string>, changes: Changes): Promise<void> {
  const outbox = tx.objectStore("outbox");
  for (const item of await outbox.index("state").getAll("told")) {
    const { scope, activity } = item.operation;
    const row = await tx.objectStore("shadow").get([scope, activity]);
    const known = await tx.objectStore("scopes").get(scope);
    const after = seen(item, row?.version, complete.has(scope) || !known || !!known.droppedAt);
    if (after === item) continue;
    await outbox.put(after);
    changes.outbox.push(after);
  }
}

/** The server was restored: read everything again, offer again what no backup was known to hold. */
async function beginNewLife(
  tx: Writing,
  answer: SyncAnswer,
  settled: ReadonlySet<string>,
  durableThrough: string | null,
  changes: Changes,
): Promise<void> {
  for (const scope of await tx.objectStore("scopes").getAll()) await startReread(tx, scope, changes);
  const outbox = tx.objectStore("outbox");
  const spoken = [
    ...(await outbox.index("state").getAll("kept")),
    ...(await outbox.index("state").getAll("told")),
    ...(await outbox.index("state").getAll("parked")),
  ];
  for (const item of spoken) {
    // What this very answer says is the new life's own word
    if (settled.has(item.operation.id)) continue;
    const offered: OutboxItem = reoffer(item, durableThrough);
    if (offered === item) continue;
    await outbox.put(offered);
    changes.outbox.push(offered);
  }
  for (const photo of await tx.objectStore("photos").getAll()) {
    if (photo.state !== "received" || isDurable(photo.receivedAt, answer.durable_through)) continue;
    const waiting = { ...photo, state: "waiting" as const };
    await tx.objectStore("photos").put(waiting);
    changes.photos.push(waiting);
  }
}

/** New feeds begin at zero; a lost one is hidden now and deleted after a week. The outbox stays. */
async function applyGrants(
  tx: Writing,
  answer: SyncAnswer,
  identity: Identity,
  taking: Taking,
  changes: Changes,
): Promise<boolean> {
  const store = tx.objectStore("scopes");
  const moved = Object.entries(answer.grants?.moved ?? {});
  const added = (answer.grants?.added ?? []).map((grant) =>
    typeof grant === "string" ? grant : grant.scope,
  );
  const dropped = [...(answer.grants?.dropped ?? []), ...moved.map(([from]) => from)];
  let more = false;
  for (const name of [...added, ...moved.map(([, to]) => to)]) {
    const known = await store.get(name);
    if (known && !known.droppedAt) continue;
    const { droppedAt: _gone, ...rest } = known ?? { name, seq: 0, digest: EMPTY, read: 1, rereading: false };
    await store.put(rest);
    changes.scopes.push(rest);
    more = true;
  }
  for (const name of dropped) {
    const known = await store.get(name);
    if (!known || known.droppedAt || name === `account:${identity.account.id}`) continue;
    const hidden = { ...known, droppedAt: new Date(taking.nowMs).toISOString() };
    await store.put(hidden);
    changes.scopes.push(hidden);
  }
  return more;
}

/** What a verified backup of the server holds need not be offered again. */
async function dropDurable(tx: Writing, durableThrough: string): Promise<void> {
  let cursor = await tx.objectStore("outbox").index("state").openCursor("kept");
  while (cursor) {
    if (isDurable(cursor.value.acknowledgedAt, durableThrough)) await cursor.delete();
    cursor = await cursor.continue();
  }
}
