/**
 * From the pen to the outbox: the draft becomes operations, its photos wait for the line, and the
 * draft is gone, in one strict write. Killed before its end, the draft is still there, whole.
 */

import { type Making, operationsOf, withdrawalOf } from "../outbox/operations.ts";
import { applyOperations, onTop } from "../outbox/view.ts";
import { captured } from "../platform/moment.ts";
import { Changes } from "../store/changes.ts";
import type { Database, Writing } from "../store/database.ts";
import type { ActivityRow, Draft, Operation, OutboxItem } from "../store/records.ts";

const STORES = ["meta", "shadow", "documents", "outbox", "drafts", "photos"] as const;

export function sendDraft(database: Database, draftId: string, newId: () => string): Promise<Changes> {
  return database.write([...STORES], async (tx) => {
    const changes = new Changes();
    const draft = await tx.objectStore("drafts").get(draftId);
    if (!draft) throw new Error(`no draft ${draftId}`);
    const { standing, answered } = await ownItems(tx, draftId);
    // What was parked is answered by this draft; the server keeps its own copy of it.
    await drop(tx, answered, changes);
    const groups = await groupsOf(tx, draft.kind);
    await put(tx, (making) => operationsOf(draft, standing, { ...making, groups }), newId, changes);
    await tx.objectStore("drafts").delete(draftId);
    changes.draftsGone.push(draftId);
    await queuePhotos(tx, draft, changes);
    return changes;
  });
}

/** Takes an activity back; one that the server never took is simply put away. */
export function withdraw(database: Database, row: ActivityRow, newId: () => string): Promise<Changes> {
  return database.write([...STORES], async (tx) => {
    const changes = new Changes();
    const known = await tx.objectStore("shadow").get([row.scope, row.id]);
    const { standing, answered } = await ownItems(tx, row.id);
    await drop(tx, answered, changes);
    if (known || standing.length) {
      const base = known?.row ?? { ...row, version: 0 };
      await put(tx, (making) => [withdrawalOf(base, standing, making)], newId, changes);
    }
    if (await tx.objectStore("drafts").get(row.id)) {
      await tx.objectStore("drafts").delete(row.id);
      changes.draftsGone.push(row.id);
    }
    return changes;
  });
}

/**
 * A draft on top of what a person sees of an activity. `origin` is what will be there when it
 * arrives: the server's row with the waiting operations; parked ones only give their values.
 */
export function draftOn(
  row: ActivityRow | null,
  items: readonly OutboxItem[],
  incarnation: string | null,
  now: string,
): Draft | null {
  const base = applyOperations(row, onTop(row, survivors(items)));
  const shown = applyOperations(row, onTop(row, items));
  if (!shown) return null;
  // Copies throughout: `fields` is written on while `origin` must stay as it was.
  return {
    id: shown.id,
    kind: shown.kind,
    kind_version: shown.kind_version,
    scope: shown.scope,
    fields: structuredClone(shown.fields),
    evidence: structuredClone(shown.evidence),
    origin: base && {
      base: row?.version ?? null,
      incarnation,
      status: base.status,
      fields: structuredClone(base.fields),
      evidence: base.evidence.map((photo) => photo.sha256),
    },
    startedAt: now,
    changedAt: now,
  };
}

/** Items that had an effect or will have: all that are not parked; none, if the create before them is. */
function survivors(items: readonly OutboxItem[]): OutboxItem[] {
  const orphaned = items.some((item) => item.state === "parked" && item.operation.type === "create");
  return orphaned ? [] : items.filter((item) => item.state !== "parked");
}

/** The activity's items, by n: those that stand, and those that the next operations answer. */
async function ownItems(
  tx: Writing,
  activity: string,
): Promise<{ standing: OutboxItem[]; answered: OutboxItem[] }> {
  const all = await tx.objectStore("outbox").index("activity").getAll(activity);
  const standing = survivors(all).sort((one, other) => one.n - other.n);
  return { standing, answered: all.filter((item) => item.state !== "kept" && !standing.includes(item)) };
}

/** The groups of the kind, as the catalogue on this phone has them. */
async function groupsOf(tx: Writing, kind: string): Promise<string[][]> {
  for (const { type, body } of await tx.objectStore("documents").getAll()) {
    if (type !== "catalogue") continue;
    const { kinds } = body as { kinds?: { id: string; groups?: string[][] }[] };
    return kinds?.find((each) => each.id === kind)?.groups ?? [];
  }
  return [];
}

async function drop(tx: Writing, items: readonly OutboxItem[], changes: Changes): Promise<void> {
  for (const { n } of items) {
    await tx.objectStore("outbox").delete(n);
    changes.outboxGone.push(n);
  }
}

async function put(
  tx: Writing,
  make: (making: Making) => Operation[],
  newId: () => string,
  changes: Changes,
): Promise<void> {
  const meta = tx.objectStore("meta");
  const identity = await meta.get("identity");
  if (!identity) throw new Error("no identity");
  const { incarnation, beacon, lastN } = identity;
  const made = make({ nextN: lastN + 1, incarnation, captured: captured(beacon), newId });
  for (const operation of made) {
    const item: OutboxItem = { n: operation.n, operation, state: "waiting", tries: 0, notBefore: 0 };
    await tx.objectStore("outbox").add(item);
    changes.outbox.push(item);
  }
  changes.identity = { ...identity, lastN: lastN + made.length };
  await meta.put(changes.identity);
}

async function queuePhotos(tx: Writing, draft: Draft, changes: Changes): Promise<void> {
  const photos = tx.objectStore("photos");
  for (const { sha256 } of draft.evidence) {
    const photo = await photos.get([draft.id, sha256]);
    if (photo?.state !== "draft") continue;
    const waiting = { ...photo, state: "waiting" as const };
    await photos.put(waiting);
    changes.photos.push(waiting);
  }
}
