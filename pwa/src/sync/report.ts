/** What the phone tells its owner of what waits. What it tells the server stands in `request`. */
import type { Memory } from "../store/memory.ts";
import type { PhotoRecord } from "../store/records.ts";
import type { EngineStatus } from "./engine.ts";
import type { Line } from "./line.ts";

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

/** All of it. `cutShort`: the piece that talks to the server has not come. */
export function statusOf(
  memory: Memory,
  line: Line | null,
  online: boolean,
  cutShort: boolean,
): EngineStatus {
  const { lastContact, clockOffsetMs, escrow = null, carried = [], undelivered = [] } = memory.identity;
  const sender = line?.sender;
  return {
    online,
    syncing: sender?.syncing ?? false,
    paused: sender?.state.paused ?? null,
    lastContact,
    trouble: cutShort ? "offline" : (sender?.state.trouble ?? null),
    waiting: waitingOf(memory),
    held: line?.heldSize() ?? null,
    storage: line?.storage ?? null,
    clockOffsetMs,
    loaded: memory.loaded,
    escrow,
    carried: carried.length,
    undelivered,
  };
}
