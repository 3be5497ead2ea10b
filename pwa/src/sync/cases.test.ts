/** The protocol's cases on the phone (PROTOCOL.md, 8 and 9), through the real engine and its disk. */
import { openDB } from "idb";
import { beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../store/database.ts";
import type { ActivityRow, Conflict, Json } from "../store/records.ts";
import { Clock, enrolledDisk, KIND, killAndReopen, offline, open, outside, sent } from "../tests/phone.ts";
import { COMMUNE, FakeServer, FakeUploads, json } from "../tests/server.ts";
import { Phone } from "./phone.ts";
import type { SyncAnswer, SyncRequest } from "./wire.ts";

const OTHER = "0192bbbb-0000-7000-8000-000000000001";

let server: FakeServer;
let uploads: FakeUploads;
let clock: Clock;
let disk: Database;
let phone: Phone;

beforeEach(async () => {
  server = new FakeServer();
  uploads = new FakeUploads();
  clock = new Clock();
  disk = await enrolledDisk();
  phone = await open(disk, server, uploads, clock);
});

/** Every answer from here on says this too. */
function alsoSaying(more: (request: SyncRequest) => Partial<SyncAnswer>): void {
  server.instead = (request) => json(200, { ...server.answer(request), ...more(request) });
}

const row = (id: string, more: Partial<ActivityRow> = {}): ActivityRow => ({
  type: "activity",
  id,
  seq: 0,
  version: 0,
  kind: KIND,
  kind_version: 1,
  scope: COMMUNE,
  status: "submitted",
  fields: { title: "Trên máy chủ" },
  evidence: [],
  event_date: "2026-11-19",
  ...more,
});

describe("a conflict", () => {
  const conflict: Conflict = {
    id: "conflict-1",
    kind: "fields",
    operation: "o",
    type: "edit",
    resolver: "author",
    fields: [{ field: "title", current: "Trên máy chủ", mine: "Của tôi", was: "Cũ" }],
    opened_at: null,
  };

  beforeEach(async () => {
    server.put(row(OTHER, { conflicts: [conflict], author: { id: "me", name: "Tôi" } }));
    await phone.syncNow();
    server.instead = offline;
  });

  test.each([
    ["current", undefined, "Trên máy chủ", {}],
    ["proposed", undefined, "Của tôi", {}],
    ["values", { title: "Gõ lại" }, "Gõ lại", { title: "Gõ lại" }],
  ] as const)(
    "decided without a network (%s) is seen at once and goes later",
    async (choice, typed, shown, set) => {
      expect(phone.activity(OTHER)?.attention).toMatchObject({ kind: "conflict" });
      await phone.resolve(OTHER, conflict.id, choice, typed);
      phone = await killAndReopen(phone, server, uploads, clock);
      expect(phone.activity(OTHER)).toMatchObject({
        fields: { title: shown },
        conflicts: [],
        attention: null,
      });
      server.instead = null;
      await phone.syncNow();
      expect(server.requests.at(-1)?.operations).toMatchObject([
        {
          type: "resolve",
          resolve: { conflict: conflict.id, choice },
          base: 1,
          set,
          was: { title: "Trên máy chủ" },
        },
      ]);
    },
  );

  test("that waits for a reviewer asks nothing of the author", async () => {
    server.instead = null;
    server.put({ ...server.rows.get(OTHER)!, conflicts: [{ ...conflict, resolver: "reviewer" }] });
    await phone.syncNow();
    expect(phone.activity(OTHER)?.attention).toBeNull();
    expect(phone.explain(OTHER).map(({ key }) => key)).toEqual(["conflict_reviewer"]);
  });
});

describe("drafts", () => {
  test("are copied to the server with the next trip, once for each change, and dropped when sent", async () => {
    const draft = await phone.newDraft(KIND, COMMUNE, { title: "Đang viết" });
    await phone.syncNow();
    expect(server.requests.at(-1)?.drafts).toMatchObject([
      { id: draft.id, body: { fields: { title: "Đang viết" } } },
    ]);
    await phone.syncNow();
    expect(server.requests.at(-1)?.drafts).toBeUndefined();
    await phone.send(draft.id);
    await phone.syncNow();
    await phone.syncNow();
    const told = server.requests.flatMap((request) => request.drafts ?? []);
    expect(told.at(-1)).toMatchObject({ id: draft.id, body: null });
    expect(phone.activity(draft.id)?.state).toBe("received");
  });

  test("are told again when the server was restored, or holds an older state of one", async () => {
    const draft = await phone.newDraft(KIND, COMMUNE, { title: "Đang viết" });
    await phone.syncNow();
    server.incarnation = "life-2";
    await phone.syncNow();
    await phone.syncNow();
    expect(server.requests.at(-1)?.drafts).toMatchObject([{ id: draft.id }]);
    await phone.syncNow();
    expect(server.requests.at(-1)?.drafts).toBeUndefined();
    const device = server.requests.at(-1)!.device!;
    const body = { id: draft.id, device, changed_at: "2020-01-01T00:00:00.000Z" } as Json;
    const document = { type: "draft", id: `draft:${device}:${draft.id}`, seq: 99, version: 1, body };
    alsoSaying(() => ({ changes: { [COMMUNE]: { to: 99, more: false, rows: [document] } } }));
    await phone.syncNow();
    await phone.syncNow();
    expect(server.requests.at(-1)?.drafts).toMatchObject([{ id: draft.id }]);
  });

  test("of another phone are shown, and gone on with here under the same id", async () => {
    const draft = { id: OTHER, kind: KIND, kind_version: 1, scope: COMMUNE, fields: { title: "Dở dang" } };
    const changed_at = "2026-11-20T09:00:00+07:00";
    const body = { id: OTHER, device: "device-2", device_name: "Máy cũ", changed_at, draft } as Json;
    const id = `draft:device-2:${OTHER}`;
    const document = { type: "draft", id, seq: 1, version: 1, body };
    const page = { to: 1, more: false, rows: [document] };
    alsoSaying(() => ({ changes: { [COMMUNE]: page } }));
    await phone.syncNow();
    expect(phone.otherDrafts()).toMatchObject([{ id, deviceName: "Máy cũ", draft: { id: OTHER } }]);
    expect(await phone.takeDraft(id)).toMatchObject({
      id: OTHER,
      fields: { title: "Dở dang" },
      origin: null,
    });
    expect(phone.otherDrafts()).toEqual([]);
    await phone.syncNow();
    expect(server.requests.at(-1)).toMatchObject({ taken: [id], drafts: [{ id: OTHER }] });
    await phone.syncNow();
    expect(server.requests.at(-1)?.taken).toBeUndefined();
  });
});

test("a revoked phone says until when, hands over what it has, and hears nothing", async () => {
  server.put(row(OTHER));
  await phone.syncNow();
  const until = "2027-02-18T00:00:00Z";
  server.judge = () => ({ outcome: "parked", reason: "revoked" });
  server.instead = (request) => {
    const { incarnation, server_time, outcomes, beacon } = server.answer(request);
    return json(200, { incarnation, server_time, beacon, outcomes, changes: {}, escrow: { until } });
  };
  const id = await sent(phone, "Làm trước khi bị thu hồi");
  expect(phone.status().escrow).toEqual({ until });
  expect(phone.activity(id)?.attention?.reason).toBe("revoked");
  expect(phone.activity(OTHER)).not.toBeNull();
  expect(phone.status().waiting.operations).toBe(0);
});

describe("a sealed file", () => {
  const publicKey = async (): Promise<string> => {
    const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    const raw = await crypto.subtle.exportKey("raw", (pair as CryptoKeyPair).publicKey);
    return Buffer.from(raw).toString("base64");
  };

  async function made(): Promise<Blob> {
    const public_key = await publicKey();
    alsoSaying(() => ({ courier_key: { id: "key-1", public_key } }));
    await phone.syncNow();
    server.instead = offline;
    await sent(phone, "Chưa có mạng");
    return phone.courierFile();
  }

  test("cannot be made before the key was heard, and is then made of what waits, which goes on waiting", async () => {
    await expect(phone.courierFile()).rejects.toThrow("no_key");
    const file = await made();
    expect(file.type).toBe("application/vnd.loa.courier");
    expect(phone.status().waiting.operations).toBe(2);
  });

  test("is delivered at once, or kept over a power cut until there is a network", async () => {
    const file = await made();
    const delivered: number[] = [];
    let isThere = true;
    const network = server.fetch;
    server.fetch = async (input, init) => {
      if (String(input) !== "/api/v1/courier") return network(input, init);
      if (!isThere) throw new TypeError("Failed to fetch");
      delivered.push((init!.body as ArrayBuffer).byteLength);
      return json(200, { received: { operations: 2, photos: 0 } });
    };
    phone = await killAndReopen(phone, server, uploads, clock);
    expect(await phone.carry(file)).toEqual({ operations: 2, photos: 0, kept: false });
    isThere = false;
    expect(await phone.carry(file)).toEqual({ operations: 0, photos: 0, kept: true });
    phone = await killAndReopen(phone, server, uploads, clock);
    expect(phone.status().carried).toBe(1);
    isThere = true;
    server.instead = null;
    await phone.syncNow();
    expect(delivered).toEqual([file.size, file.size]);
    expect(phone.status().carried).toBe(0);
    await expect(phone.carry(new Blob(["không phải tệp của Loa"]))).rejects.toMatchObject({
      trouble: "refused",
    });
  });

  test.each(["refused", "stranger"])("that is kept and then %s is told of until it was read", async (why) => {
    const file = new File([await made()], "loa-gui-ho-2026-11-20.loa");
    let answer = json(503, { type: "overloaded" });
    const network = server.fetch;
    server.fetch = async (input, init) => {
      if (String(input) !== "/api/v1/courier") return network(input, init);
      return answer;
    };
    phone = await killAndReopen(phone, server, uploads, clock);
    expect((await phone.carry(file)).kept).toBe(true);
    answer = json(422, { type: why === "stranger" ? "courier-stranger" : "courier-unreadable" });
    server.instead = null;
    await phone.syncNow();
    expect(phone.status().carried).toBe(0);
    phone = await killAndReopen(phone, server, uploads, clock);
    const told = [{ name: "loa-gui-ho-2026-11-20.loa", trouble: why }];
    expect(phone.status().undelivered).toMatchObject(told);
    await phone.forgetUndelivered();
    expect(phone.status().undelivered).toEqual([]);
  });
});

describe("two tabs", () => {
  test("only one talks to the server; what the other writes goes with it, once", async () => {
    const tabs = [1, 2].map(() => {
      const around = outside(server, uploads, clock);
      around.around.locks = navigator.locks;
      return Phone.open(disk, around, async () => {});
    });
    await phone.close();
    const [one, other] = (await Promise.all(tabs)) as [Phone, Phone];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    server.instead = (request) => held.then(() => json(200, server.answer(request)));
    const first = one.syncNow();
    while (!server.requests.length) await new Promise((resolve) => setTimeout(resolve));
    const draft = await other.newDraft(KIND, COMMUNE, { title: "Từ thẻ kia" });
    await other.send(draft.id);
    await other.syncNow();
    expect(server.requests).toHaveLength(1);
    while (one.activity(draft.id) === null) await new Promise((resolve) => setTimeout(resolve));
    release();
    await first;
    await one.syncNow();
    expect(server.rows.get(draft.id)?.fields.title).toBe("Từ thẻ kia");
    const told = server.requests.flatMap((request) => request.operations.map(({ id }) => id));
    expect(new Set(told).size).toBe(told.length);
    while (other.activity(draft.id)?.state !== "received")
      await new Promise((resolve) => setTimeout(resolve));
    await one.close();
    // The leader is gone: the other takes its place.
    server.instead = null;
    const before = server.requests.length;
    await other.syncNow();
    expect(server.requests.length).toBe(before + 1);
    await other.close();
  });
});

test("an answer for which there is no room is not taken; nothing is lost, and it comes again", async () => {
  const shouted = console.error;
  console.error = () => {};
  const write = disk.write.bind(disk);
  const id = (await phone.newDraft(KIND, COMMUNE, { title: "Bộ nhớ đầy" })).id;
  server.instead = offline;
  await phone.send(id);
  await phone.syncNow();
  server.instead = null;
  disk.write = (stores, work) => {
    if (stores.includes("shadow")) return Promise.reject(new DOMException("full", "QuotaExceededError"));
    return write(stores, work);
  };
  await phone.syncNow();
  expect(phone.status()).toMatchObject({ trouble: "storage", waiting: { operations: 2 } });
  expect(phone.explain(id).map(({ key }) => key)).toEqual(["storage"]);
  disk.write = write;
  await phone.syncNow();
  expect(phone.activity(id)?.state).toBe("received");
  expect(server.rows.get(id)?.version).toBe(2);
  console.error = shouted;
});

test("an older app on a newer app's disk neither fails nor loses, and lets alone what it does not know", async () => {
  server.instead = offline;
  const id = await sent(phone, "Viết bằng bản mới");
  await phone.close();
  const newer = await openDB(disk.name, 9, { upgrade: (db) => void db.createObjectStore("of_tomorrow") });
  await newer.put("of_tomorrow", "kept", "key");
  const item = { n: 77, state: "delegated", operation: { id: "x", activity: "y" }, tries: 0, notBefore: 0 };
  await newer.put("outbox", item);
  newer.close();
  phone = (await Phone.open(disk, outside(server, uploads, clock), async () => {}))!;
  await phone.settle();
  expect(phone.activity(id)?.fields.title).toBe("Viết bằng bản mới");
  server.instead = null;
  await phone.syncNow();
  expect(phone.activity(id)?.state).toBe("received");
  await phone.close();
  const still = await openDB(disk.name);
  expect([await still.get("of_tomorrow", "key"), (await still.get("outbox", 77)).state]).toEqual([
    "kept",
    "delegated",
  ]);
  still.close();
});
