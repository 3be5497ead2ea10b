/** What a phone lets go of by and by, and what never. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../store/database.ts";
import type { OutboxItem, PhotoRecord, PhotoState, ScopeState, ShadowRow } from "../store/records.ts";
import { enrolledDisk } from "../tests/phone.ts";
import { COMMUNE } from "../tests/server.ts";
import { newScope } from "./feeds.ts";
import { dropLostScopes, dropReceivedPhotos } from "./upkeep.ts";

const DAY_MS = 24 * 3600_000;
const LOST_AT = "2026-11-20T10:00:00.000Z";
const DURABLE = "2026-11-20T12:00:00.000Z";

let disk: Database;

beforeEach(async () => {
  disk = await enrolledDisk();
});

describe("a scope whose permission was lost", () => {
  async function lose(more: Partial<ScopeState>): Promise<void> {
    await disk.write(["scopes", "shadow", "outbox"], async (tx) => {
      await tx.objectStore("scopes").put({ ...newScope(COMMUNE), droppedAt: LOST_AT, ...more });
      await tx.objectStore("shadow").put({ scope: COMMUNE, id: "a", day: "", seq: 1 } as ShadowRow);
      await tx.objectStore("outbox").put(item("waiting", "a"));
    });
  }
  const left = () =>
    disk.read(["scopes", "shadow", "outbox"], async (tx) => ({
      scope: (await tx.objectStore("scopes").get(COMMUNE)) !== undefined,
      rows: await tx.objectStore("shadow").count(),
      outbox: await tx.objectStore("outbox").count(),
    }));

  test("is deleted after seven days and not before; the outbox stays for ever", async () => {
    await lose({});
    await dropLostScopes(disk, Date.parse(LOST_AT) + 7 * DAY_MS - 1);
    expect(await left()).toEqual({ scope: true, rows: 1, outbox: 1 });
    const changes = await dropLostScopes(disk, Date.parse(LOST_AT) + 7 * DAY_MS);
    expect(await left()).toEqual({ scope: false, rows: 0, outbox: 1 });
    expect(changes.scopesGone).toEqual([COMMUNE]);
  });

  test("is still known by name when it was merged away, for operations name it", async () => {
    await lose({ movedTo: "commune:c-00007-2025" });
    await dropLostScopes(disk, Date.parse(LOST_AT) + 30 * DAY_MS);
    expect(await left()).toEqual({ scope: true, rows: 0, outbox: 1 });
  });
});

describe("the bytes of a photo", () => {
  async function hold(state: PhotoState, receivedAt: string | undefined, of?: OutboxItem): Promise<void> {
    await disk.write(["photos", "bytes", "outbox"], async (tx) => {
      const about = { activity: "a", sha256: "1", size: 1, media_type: "image/jpeg", addedAt: "" };
      await tx.objectStore("photos").put({ ...about, state, receivedAt } as PhotoRecord);
      for (const size of ["screen", "thumb"])
        await tx.objectStore("bytes").put(new ArrayBuffer(1), ["1", size] as never);
      if (of) await tx.objectStore("outbox").put(of);
    });
  }
  const isThere = (size: string) =>
    disk.read(["bytes"], async (tx) => (await tx.objectStore("bytes").getKey(["1", size] as never)) != null);

  test("go when it is received, its operation acknowledged and both in a verified backup", async () => {
    await hold("received", "2026-11-20T11:59:59.999Z", item("kept", "a"));
    expect(await dropReceivedPhotos(disk, DURABLE)).toBe(1);
    expect([await isThere("screen"), await isThere("thumb")]).toEqual([false, true]);
  });

  test.each<[string, PhotoState, string | undefined, OutboxItem | undefined, string | null]>([
    ["it still waits", "waiting", undefined, undefined, DURABLE],
    ["it was received after the backup was begun", "received", DURABLE, undefined, DURABLE],
    ["no backup was ever verified", "received", "2026-11-20T11:00:00Z", undefined, null],
    ["nobody knows when it was received", "received", undefined, undefined, DURABLE],
    ["its operation waits", "received", "2026-11-20T11:00:00Z", item("waiting", "a"), DURABLE],
    ["its operation is parked", "received", "2026-11-20T11:00:00Z", item("parked", "a"), DURABLE],
  ])("stay as long as %s", async (_why, state, receivedAt, of, durable) => {
    await hold(state, receivedAt, of);
    expect(await dropReceivedPhotos(disk, durable)).toBe(0);
    expect(await isThere("screen")).toBe(true);
  });
});

function item(state: OutboxItem["state"], activity: string): OutboxItem {
  return { n: 1, state, tries: 0, notBefore: 0, operation: { id: "o", activity } } as OutboxItem;
}
