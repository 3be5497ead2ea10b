/** What the phone says of itself: to the server in each request, to its owner in the outbox. */
import type { Memory } from "../store/memory.ts";
import type { Operation, PhotoRecord } from "../store/records.ts";
import type { EngineStatus } from "./engine.ts";
import { PROTOCOL, ROWS_MAX, type SyncRequest } from "./wire.ts";

export function requestOf(memory: Memory, operations: Operation[], app: string): SyncRequest {
  const { device, epoch, lastN, incarnation } = memory.identity;
  const scopes = [...memory.scopes.values()].filter((scope) => !scope.droppedAt);
  const catalogue = [...memory.documents.values()].find((document) => document.type === "catalogue");
  const items = memory.items();
  return {
    protocol: PROTOCOL,
    device,
    epoch,
    last_n: lastN,
    app,
    catalogue: (catalogue?.body as { version?: string } | undefined)?.version ?? null,
    unsent: {
      operations: items.filter((item) => item.state === "waiting").length,
      photos: waitingPhotos(memory).length,
      oldest_at: items[0]?.operation.captured.wall ?? null,
    },
    incarnation,
    cursors: Object.fromEntries(scopes.map((scope) => [scope.name, scope.seq])),
    // A sum of half a pass says nothing.
    digests: Object.fromEntries(scopes.filter((s) => !s.rereading).map((s) => [s.name, s.digest])),
    operations,
    max_rows: ROWS_MAX,
  };
}

export function waitingPhotos(memory: Memory): PhotoRecord[] {
  return memory.allPhotos().filter((photo) => photo.state === "waiting");
}

export function waitingOf(memory: Memory): EngineStatus["waiting"] {
  const items = memory.items().filter((item) => item.state !== "told");
  const photos = waitingPhotos(memory);
  const parked = items.filter((item) => item.state === "parked");
  const activities = new Set([...items.map((i) => i.operation.activity), ...photos.map((p) => p.activity)]);
  const text = items.reduce((bytes, item) => bytes + JSON.stringify(item.operation).length, 0);
  return {
    activities: activities.size,
    operations: items.length - parked.length,
    photos: photos.length,
    bytes: text + photos.reduce((bytes, photo) => bytes + photo.size, 0),
    attention: new Set(parked.map((item) => item.operation.activity)).size,
  };
}
