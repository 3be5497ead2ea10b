/**
 * Taking an answer: outcomes, rows, cursors and what leaves the outbox, all in ONE step
 * (PROTOCOL.md, 7 and 8). Not taken, nothing of it has happened and the server repeats it; taken
 * twice or late, it changes nothing. Pure: clocks and ids are given.
 */
import { follow, isDurable, type OutcomeRow, reoffer, seen, settle } from "../outbox/settle.ts";
import type { Identity, Operation } from "../store/records.ts";
import type { Rows, Wants } from "../store/transact.ts";
import { applyScope, endReread, followMove, newScope, startReread } from "./feeds.ts";
import type { Sheet } from "./sheet.ts";
import type { SyncAnswer, SyncRequest } from "./wire.ts";

const LONG_AGO = "1970-01-01T00:00:00.000Z";

export interface Taking {
  nowMs: number;
  newId: () => string;
}

/** The rows that an answer touches, beside identity, scopes and outbox. */
export function answerWants(request: SyncRequest, answer: SyncAnswer, rows: Rows): Wants {
  const moved = answer.grants?.moved ?? {};
  const targets = new Map(rows.scopes.flatMap(({ name, movedTo }) => (movedTo ? [[name, movedTo]] : [])));
  const named = Object.entries(answer.changes).flatMap(([scope, page]) =>
    page.rows.flatMap((row): [string, string][] => [
      [scope, row.id],
      ...(row.moved_to ? [[row.moved_to, row.id] as [string, string]] : []),
    ]),
  );
  const told = new Set(answer.outcomes.map((outcome) => outcome.id));
  const own = rows.outbox
    .filter((item) => item.state === "told" || told.has(item.operation.id))
    .map(({ operation }): [string, string] => {
      const scope = operation.scope;
      return [moved[scope] ?? targets.get(scope) ?? scope, operation.activity];
    });
  // What the new pass did not meet goes at its end.
  const ending = rows.scopes.filter((scope) => scope.rereading && !answer.changes[scope.name]?.more);
  const newLife = rows.identity.incarnation !== null && rows.identity.incarnation !== answer.incarnation;
  const again = newLife ? Object.keys(request.cursors) : [];
  return {
    rows: [...named, ...own],
    scopes: [...ending.map(({ name }) => name), ...again, ...Object.entries(moved).flat()],
    photos: newLife,
  };
}

/** True if there is more to read: another trip is worth it at once. */
export function takeAnswer(sheet: Sheet, request: SyncRequest, answer: SyncAnswer, taking: Taking): boolean {
  const before = sheet.identity;
  const { settled, applied } = settleOutcomes(sheet, request, answer, taking);
  const newLife = before.incarnation !== null && before.incarnation !== answer.incarnation;
  if (newLife) beginNewLife(sheet, answer, settled, before.durableThrough);
  const now = new Date(taking.nowMs).toISOString();
  let more = false;
  const complete = new Set<string>();
  // Who may hand over only reads nothing: silence about a feed says nothing of it then.
  if (!answer.escrow) {
    more = applyGrants(sheet, answer, now);
    more = readFeeds(sheet, request, answer, newLife, applied, complete) || more;
  }
  settleSeen(sheet, complete);
  const forked = answer.outcomes.some((outcome) => outcome.fork);
  const durableThrough = answer.durable_through ?? (newLife ? null : before.durableThrough);
  sheet.amend({
    units: answer.grants?.units ?? before.units,
    incarnation: answer.incarnation,
    beacon: answer.beacon ?? before.beacon,
    epoch: forked ? Math.max(before.epoch, request.epoch + 1) : before.epoch,
    durableThrough,
    clockOffsetMs: Date.parse(answer.server_time) - taking.nowMs,
    lastContact: now,
    escrow: answer.escrow,
    courierKey: answer.courier_key ?? before.courierKey,
    ...draftsTold(before, request, answer, newLife),
  });
  if (durableThrough) dropDurable(sheet, durableThrough);
  return more;
}

function readFeeds(
  sheet: Sheet,
  request: SyncRequest,
  answer: SyncAnswer,
  newLife: boolean,
  applied: ReadonlyMap<string, Operation[]>,
  complete: Set<string>,
): boolean {
  let more = false;
  for (const [name, asked] of Object.entries(request.cursors)) {
    if (sheet.scopes.get(name)?.droppedAt) continue;
    // To a phone of another life the server answers from the start of each feed.
    const cursor = newLife ? 0 : asked;
    const page = answer.changes[name];
    const scopeMore = page ? applyScope(sheet, name, page, cursor, applied) : endReread(sheet, name, cursor);
    if (!scopeMore) complete.add(name);
    more = scopeMore || more;
  }
  return more;
}

interface Settled {
  /** Ids of the operations that this answer ended. */
  settled: ReadonlySet<string>;
  /** Those that went in as they were, by activity. */
  applied: ReadonlyMap<string, Operation[]>;
}

/** Each outcome to its item. */
function settleOutcomes(sheet: Sheet, request: SyncRequest, answer: SyncAnswer, taking: Taking): Settled {
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
  const items = new Map(sheet.items().map((item) => [item.operation.id, item]));
  for (const outcome of outcomes) {
    const item = items.get(outcome.id);
    if (!item) continue;
    const settled = settle(item, outcome, hearing);
    if (settled === item) continue;
    sheet.putItem(settled);
    const { activity, id } = settled.operation;
    if (id !== outcome.id) renamed.set(outcome.id, id);
    if (settled.state !== "waiting") ended.add(id);
    if (outcome.outcome === "applied")
      applied.set(activity, [...(applied.get(activity) ?? []), item.operation]);
  }
  if (renamed.size) {
    for (const item of sheet.items()) {
      const moved = item.state === "waiting" ? follow(item, renamed) : item;
      if (moved !== item) sheet.putItem(moved);
    }
  }
  return { settled: ended, applied };
}

/**
 * What was acknowledged and stands in the row by now need not be shown on top of it. Its row may come
 * by any feed: the commune that the operation names may have been merged away meanwhile.
 */
function settleSeen(sheet: Sheet, complete: ReadonlySet<string>): void {
  const allRead = [...sheet.scopes.values()].every((scope) => scope.droppedAt || complete.has(scope.name));
  for (const item of sheet.items()) {
    if (item.state !== "told") continue;
    const { activity } = item.operation;
    const scope = scopeNow(sheet, item.operation.scope);
    const after = seen(item, sheet.shadow(scope, activity)?.row.version, allRead);
    if (after !== item) sheet.putItem(after);
  }
}

/** Where the rows of a scope lie today: operations name the old one for ever. */
export function scopeNow(sheet: Pick<Sheet, "scopes">, scope: string): string {
  let name = scope;
  for (let moves = 0; moves < 10; moves++) {
    const next = sheet.scopes.get(name)?.movedTo;
    if (!next) break;
    name = next;
  }
  return name;
}

/** The server was restored: read everything again, offer again what no backup was known to hold. */
function beginNewLife(
  sheet: Sheet,
  answer: SyncAnswer,
  settled: ReadonlySet<string>,
  durableThrough: string | null,
): void {
  for (const scope of [...sheet.scopes.values()]) if (!scope.movedTo) startReread(sheet, scope);
  for (const item of sheet.items()) {
    // What this very answer says is the new life's own word
    if (settled.has(item.operation.id)) continue;
    const offered = reoffer(item, durableThrough);
    if (offered !== item) sheet.putItem(offered);
  }
  for (const photo of sheet.photos()) {
    if (photo.state !== "received" || isDurable(photo.receivedAt, answer.durable_through)) continue;
    sheet.putPhoto({ ...photo, state: "waiting" });
  }
}

/** New feeds begin at zero; a lost one is hidden now and deleted after a week. The outbox stays. */
function applyGrants(sheet: Sheet, answer: SyncAnswer, now: string): boolean {
  const { added = [], dropped = [], moved = {} } = answer.grants ?? {};
  let more = false;
  for (const grant of added) {
    const name = typeof grant === "string" ? grant : grant.scope;
    const known = sheet.scopes.get(name);
    if (known && !known.droppedAt) continue;
    const { droppedAt: _gone, movedTo: _moved, ...rest } = known ?? newScope(name);
    sheet.putScope(rest);
    more = true;
  }
  for (const [from, to] of Object.entries(moved)) {
    if (sheet.scopes.get(from)?.movedTo === to) continue;
    followMove(sheet, from, to, now);
    more = true;
  }
  const own = `account:${sheet.identity.account.id}`;
  for (const name of dropped) {
    const known = sheet.scopes.get(name);
    if (known && !known.droppedAt && name !== own) sheet.putScope({ ...known, droppedAt: now });
  }
  return more;
}

/**
 * Which copies of drafts the server has by now, and which it has let go of. Of one that was restored
 * nobody knows: all are told again.
 */
function draftsTold(
  before: Identity,
  request: SyncRequest,
  answer: SyncAnswer,
  newLife: boolean,
): Partial<Identity> {
  if (!request.drafts?.length && !request.taken?.length && !newLife) return {};
  const known = Object.entries(before.backedUp ?? {});
  const backedUp = Object.fromEntries(newLife ? known.map(([id]) => [id, LONG_AGO]) : known);
  if (answer.escrow) return { backedUp };
  for (const { id, changed_at, body } of request.drafts ?? []) {
    if (body) backedUp[id] = changed_at;
    else delete backedUp[id];
  }
  const taken = (before.taken ?? []).filter((id) => !request.taken?.includes(id));
  return { backedUp, taken };
}

/** What a verified backup of the server holds need not be offered again. */
function dropDurable(sheet: Sheet, durableThrough: string): void {
  for (const item of sheet.items()) {
    if (item.state === "kept" && isDurable(item.acknowledgedAt, durableThrough)) sheet.outbox.drop(item.n);
  }
}
