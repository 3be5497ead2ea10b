/** The browser loses its whole database: what existed only on the phone is there again. */
import { beforeEach, describe, expect, test } from "vitest";
import { Phone } from "../sync/phone.ts";
import { Clock, enrolledDisk, outside } from "../tests/phone.ts";
import { COMMUNE, FakeServer, FakeUploads, json } from "../tests/server.ts";
import { FakeSpare } from "../tests/spare.ts";
import { Database } from "./database.ts";
import { leave, restore } from "./spare.ts";
import { line, readLogs, wholeLog } from "./spare_log.ts";

const KIND = "loudspeaker_broadcast";

let server: FakeServer;
let uploads: FakeUploads;
let spare: FakeSpare;
let account: string;
let phone: Phone;

beforeEach(async () => {
  server = new FakeServer();
  uploads = new FakeUploads();
  spare = new FakeSpare();
  const disk = await enrolledDisk();
  account = disk.name.replace(/^loa-/, "");
  phone = await opened(disk);
});

async function opened(disk: Database): Promise<Phone> {
  const around = { ...outside(server, uploads, new Clock()), spareDisk: spare };
  const found = await Phone.open(disk, around, (keepData) => leave(disk, keepData, spare));
  if (!found) throw new Error("not enrolled");
  await found.settle();
  return found;
}

/** Everything in IndexedDB is gone, as when Chromium finds its log torn. */
async function loseDatabase(): Promise<void> {
  await phone.close();
  await Database.of(account).destroy();
}

const offline = (): never => {
  throw new TypeError("Failed to fetch");
};

async function written(title: string, photo: string): Promise<string> {
  const draft = await phone.newDraft(KIND, COMMUNE, { event_date: "2026-11-20", title });
  await phone.addPhoto(draft.id, new Blob([photo]), "camera");
  return draft.id;
}

describe("when the database is lost", () => {
  test("drafts, what waits and its photos are there again, in a new epoch, and go to the province once", async () => {
    server.instead = offline;
    const sent = await written("Đã bấm gửi", "ảnh một");
    await phone.send(sent);
    const begun = await written("Đang viết", "ảnh hai");
    await loseDatabase();
    expect(await restore(null, spare)).toBe(account);
    phone = await opened(Database.of(account));
    expect(phone.activity(sent)).toMatchObject({ state: "saved", fields: { title: "Đã bấm gửi" } });
    expect(phone.draft(begun)).toMatchObject({ fields: { title: "Đang viết" }, evidence: [{}] });
    expect(phone.status().waiting).toMatchObject({ operations: 2, photos: 1 });
    server.instead = null;
    await phone.syncNow();
    expect(server.requests.at(-1)).toMatchObject({ epoch: 2, last_n: 2 });
    expect(server.rows.get(sent)?.version).toBe(2);
    expect(phone.activity(sent)?.state).toBe("received");
    expect(uploads.verified.size).toBe(1);
    await phone.send(begun);
    await phone.syncNow();
    expect(uploads.verified.size).toBe(2);
  });

  test("numbers go on, and feeds are read from the start", async () => {
    const first = await written("Đã nhận", "ảnh một");
    await phone.send(first);
    await phone.syncNow();
    await loseDatabase();
    await restore(account, spare);
    phone = await opened(Database.of(account));
    await phone.syncNow();
    expect(phone.activity(first)?.fields.title).toBe("Đã nhận");
    expect(server.requests.at(-1)?.operations).toEqual([]);
    const second = await written("Tiếp theo", "ảnh hai");
    await phone.send(second);
    await phone.syncNow();
    const numbers = server.requests.flatMap((request) => request.operations.map(({ n }) => n));
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  test("forms open before there is a network, though the catalogue came after the copy was begun", async () => {
    const page = {
      to: 1,
      more: false,
      rows: [{ type: "catalogue", id: "catalogue", seq: 1, version: 1, body: { kinds: [] } }],
    };
    server.instead = (request) => json(200, { ...server.answer(request), changes: { [COMMUNE]: page } });
    await phone.syncNow();
    server.instead = offline;
    await loseDatabase();
    await restore(null, spare);
    phone = await opened(Database.of(account));
    expect(phone.catalogue).toEqual({ kinds: [] });
  });

  test("a piece of the copy that is torn costs what it hit, and no copy at all is no error", async () => {
    server.instead = offline;
    const kept = await written("Còn", "ảnh một");
    const torn = await written("Rách", "ảnh hai");
    const log = spare.text(account, "a").length > 0 ? "a" : "b";
    const text = spare.text(account, log);
    spare.write(account, log, text.replaceAll(`draft ${torn}`, "\0".repeat(20)));
    await loseDatabase();
    await restore(null, spare);
    phone = await opened(Database.of(account));
    expect(phone.drafts().map(({ id }) => id)).toEqual([kept]);
    await loseDatabase();
    spare.files.clear();
    expect(await restore(null, spare)).toBeNull();
    expect(await restore(account, spare)).toBeNull();
    phone = await opened(await enrolledDisk());
  });

  test("a photo whose copy was cut short is said to be damaged, and the record goes", async () => {
    server.instead = offline;
    const id = await written("Ảnh hỏng", "ảnh một");
    await phone.send(id);
    const [name] = spare.photos(account).filter((each) => !each.endsWith(".thumb"));
    await spare.put(account, name!, new ArrayBuffer(2));
    await loseDatabase();
    await restore(null, spare);
    phone = await opened(Database.of(account));
    server.instead = null;
    await phone.syncNow();
    expect(server.rows.get(id)?.fields.title).toBe("Ảnh hỏng");
    expect(phone.status().waiting).toMatchObject({ operations: 0, photos: 0 });
  });
});

describe("the copy", () => {
  test("is never put over a database that is there", async () => {
    await written("Có đây", "ảnh");
    expect(await restore(account, spare)).toBeNull();
    expect(phone.drafts()).toHaveLength(1);
  });

  test("lets go of photos that the province has", async () => {
    const id = await written("Gửi", "ảnh một");
    expect(spare.photos(account)).toHaveLength(2);
    await phone.send(id);
    await phone.syncNow();
    await phone.close();
    expect(spare.photos(account)).toEqual([]);
  });

  test("signs nobody in who signed out, but keeps what was left until its owner comes back", async () => {
    server.instead = offline;
    const id = await written("Để lại", "ảnh một");
    await phone.logout();
    await Database.of(account).destroy();
    expect(await restore(null, spare)).toBeNull();
    expect(await restore(account, spare)).toBe(account);
    const disk = Database.of(account);
    expect(await disk.read(["drafts"], (tx) => tx.objectStore("drafts").getAllKeys())).toEqual([id]);
    expect(await Phone.open(disk, outside(server, uploads), async () => {})).toBeNull();
  });

  test("goes with whoever leaves nothing behind", async () => {
    await phone.logout();
    expect(spare.files.size).toBe(0);
  });

  test("that finds no room keeps nobody from saving, and is whole again when there is some", async () => {
    spare.isFull = true;
    const id = await written("Hết chỗ", "ảnh một");
    expect(phone.draft(id)?.evidence).toHaveLength(1);
    spare.isFull = false;
    const draft = phone.draft(id)!;
    draft.fields.title = "Có chỗ";
    await phone.saveDraft(draft);
    await loseDatabase();
    await restore(null, spare);
    phone = await opened(Database.of(account));
    expect(phone.draft(id)).toMatchObject({ fields: { title: "Có chỗ" }, evidence: [{}] });
  });
});

describe("its log", () => {
  const entries = new Map<string, unknown>([["draft 1", { title: "Một" }]]);

  test("may end anywhere: all whole lines before the tear count", () => {
    const text = wholeLog(1, entries) + line("draft 2", { title: "Hai" }) + line("draft 1", null);
    for (let end = wholeLog(1, entries).length; end < text.length - 1; end++) {
      expect(readLogs([text.slice(0, end), ""]).entries.get("draft 1")).toEqual({ title: "Một" });
    }
    expect([...readLogs([text, ""]).entries.keys()]).toEqual(["draft 2"]);
  });

  test("goes on behind a tear", () => {
    const torn = wholeLog(1, entries) + line("draft 2", 2).slice(0, -6);
    expect([...readLogs([torn + line("draft 3", 3), ""]).entries.keys()]).toEqual(["draft 1", "draft 3"]);
  });

  test("written anew but not to its end leaves the one before", () => {
    const old = wholeLog(4, entries);
    const fresh = wholeLog(5, new Map([["draft 9", 9]]));
    const half = readLogs([old, fresh.slice(0, -10)]);
    expect([[...half.entries.keys()], half.next, half.number]).toEqual([["draft 1"], "b", 6]);
    // Both are there when the cut came before the old one was emptied
    const both = readLogs([old, fresh]);
    expect([[...both.entries.keys()], both.next, both.number]).toEqual([["draft 9"], "a", 6]);
  });
});
