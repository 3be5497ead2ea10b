/** What is done now and then so that the phone does not fill up; never at the cost of unsent work. */
import { isDurable } from "../outbox/settle.ts";
import { Changes } from "../store/changes.ts";
import { type Database, scopeRange } from "../store/database.ts";

/** A permission may come back: its data is hidden at once and deleted later. */
const DROPPED_KEPT_MS = 7 * 24 * 3600_000;

/**
 * Drops the large bytes of photos that are received, whose operations are acknowledged and which a
 * verified backup of the server holds (PROTOCOL.md, 7); thumbnails stay.
 */
export function dropReceivedPhotos(database: Database, durableThrough: string | null): Promise<number> {
  return database.write(["photos", "bytes", "outbox", "drafts"], async (tx) => {
    const photos = await tx.objectStore("photos").getAll();
    const open = new Set<string>();
    for (const state of ["waiting", "parked"] as const) {
      for (const item of await tx.objectStore("outbox").index("state").getAll(state))
        open.add(item.operation.activity);
    }
    for (const id of await tx.objectStore("drafts").getAllKeys()) open.add(id);
    const needed = new Set<string>();
    const free = new Set<string>();
    for (const photo of photos) {
      const done = photo.state === "received" && isDurable(photo.receivedAt, durableThrough);
      (done && !open.has(photo.activity) ? free : needed).add(photo.sha256);
    }
    let dropped = 0;
    for (const sha256 of free) {
      if (needed.has(sha256) || !(await tx.objectStore("bytes").getKey([sha256, "screen"]))) continue;
      await tx.objectStore("bytes").delete([sha256, "screen"]);
      dropped++;
    }
    return dropped;
  });
}

/** Rows of scopes whose permission went a week ago. The outbox is never purged. */
export function dropLostScopes(database: Database, nowMs: number): Promise<Changes> {
  return database.write(["scopes", "shadow", "documents"], async (tx) => {
    const changes = new Changes();
    for (const scope of await tx.objectStore("scopes").getAll()) {
      if (!scope.droppedAt || nowMs - Date.parse(scope.droppedAt) < DROPPED_KEPT_MS) continue;
      for (const { scope: name, id } of await tx.objectStore("shadow").getAll(scopeRange(scope.name))) {
        changes.shadowGone.push({ scope: name, id });
      }
      await tx.objectStore("shadow").delete(scopeRange(scope.name));
      await tx.objectStore("documents").delete(scopeRange(scope.name));
      // Where a merged commune's rows lie is known for ever: operations name the old scope.
      if (scope.movedTo) continue;
      await tx.objectStore("scopes").delete(scope.name);
      changes.scopesGone.push(scope.name);
    }
    return changes;
  });
}

/** Asks the browser not to evict us, and how much room there is. */
export async function storageEstimate(): Promise<{ used: number; quota: number } | null> {
  const storage = globalThis.navigator?.storage;
  if (!storage?.estimate) return null;
  const { usage, quota } = await storage.estimate();
  return usage === undefined || quota === undefined ? null : { used: usage, quota };
}
