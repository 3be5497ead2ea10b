/** A row leaves one feed for another (PROTOCOL.md, 2): its tombstone says where it went. */
import { beforeEach, expect, test } from "vitest";
import type { Database } from "../store/database.ts";
import type { ActivityRow } from "../store/records.ts";
import { Clock, enrolledDisk, killAndReopen, open } from "../tests/phone.ts";
import { COMMUNE, FakeServer, FakeUploads, json } from "../tests/server.ts";
import { EMPTY, moveDigest } from "./digest.ts";
import type { Phone } from "./phone.ts";
import type { ScopeChanges, SyncAnswer } from "./wire.ts";

const HEIR = "commune:c-00099-2026";
const MOVED = "0192bbbb-0000-7000-8000-000000000001";
const STAYS = "0192bbbb-0000-7000-8000-000000000002";

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
  server.put(row(MOVED));
  server.put(row(STAYS));
  await phone.syncNow();
  expect(phone.activities()).toHaveLength(2);
});

function row(id: string): ActivityRow {
  const about = {
    kind: "loudspeaker_broadcast",
    kind_version: 1,
    scope: COMMUNE,
    status: "submitted" as const,
  };
  const fields = { title: "Bản tin" };
  return {
    type: "activity",
    id,
    seq: 0,
    version: 0,
    ...about,
    fields,
    evidence: [],
    event_date: "2026-11-19",
  };
}

/** The next answer says this of feeds, and nothing else. */
function saying(changes: Record<string, ScopeChanges>, added: string[] = []): void {
  server.instead = (request) => {
    const grants = { added, dropped: [], moved: {} };
    const answer: SyncAnswer = { ...server.answer(request), outcomes: [], changes, grants };
    server.instead = () =>
      json(200, { ...answer, changes: {}, grants: { added: [], dropped: [], moved: {} } });
    return json(200, answer);
  };
}

const digestOf = (...ids: string[]): string =>
  ids.reduce((digest, id) => moveDigest(digest, null, { id, version: 1 }), EMPTY);

const tombstone = { type: "activity", id: MOVED, seq: 3, gone: true, moved_to: HEIR } as const;
const left: ScopeChanges = { to: 3, more: false, digest: digestOf(STAYS), rows: [tombstone] };

const scopeOnDisk = (name: string) => disk.read(["scopes"], (tx) => tx.objectStore("scopes").get(name));

test("it is shown on as one of the other feed until its row comes there, and counted once", async () => {
  saying({ [COMMUNE]: left, [HEIR]: { to: 0, more: true, rows: [] } }, [HEIR]);
  await phone.syncNow();
  expect(phone.activity(MOVED)).toMatchObject({ scope: HEIR, fields: { title: "Bản tin" } });
  phone = await killAndReopen(phone, server, uploads);
  expect(phone.activity(MOVED)?.scope).toBe(HEIR);
  const come = { ...row(MOVED), scope: HEIR, seq: 1, version: 1, fields: { title: "Ở nơi mới" } };
  saying({ [HEIR]: { to: 1, more: false, digest: digestOf(MOVED), rows: [come] } });
  await phone.syncNow();
  expect(phone.activity(MOVED)).toMatchObject({ scope: HEIR, fields: { title: "Ở nơi mới" } });
  expect(phone.activities()).toHaveLength(2);
  // Both sums are right at once: nothing is read again
  expect(await scopeOnDisk(COMMUNE)).toMatchObject({ digest: digestOf(STAYS), rereading: false, read: 1 });
  expect(await scopeOnDisk(HEIR)).toMatchObject({ digest: digestOf(MOVED), rereading: false, read: 1 });
});

test("it is no longer shown when it went where this phone may not look", async () => {
  saying({ [COMMUNE]: left });
  await phone.syncNow();
  expect(phone.activity(MOVED)).toBeNull();
  expect(phone.activity(STAYS)).not.toBeNull();
  expect(await scopeOnDisk(COMMUNE)).toMatchObject({ digest: digestOf(STAYS), rereading: false });
});

test("a tombstone told twice, or after the row has come, changes nothing", async () => {
  const come = { ...row(MOVED), scope: HEIR, seq: 1, version: 1, fields: { title: "Ở nơi mới" } };
  const there = { to: 1, more: false, digest: digestOf(MOVED), rows: [come] };
  saying({}, [HEIR]);
  await phone.syncNow();
  for (let times = 0; times < 2; times++) {
    saying({ [COMMUNE]: left, [HEIR]: there });
    await phone.syncNow();
    expect(phone.activity(MOVED)).toMatchObject({ scope: HEIR, fields: { title: "Ở nơi mới" } });
    expect(phone.activities()).toHaveLength(2);
  }
  expect(await scopeOnDisk(HEIR)).toMatchObject({ digest: digestOf(MOVED), rereading: false, read: 1 });
});

test("a row of an earlier life of the server stays one where it is shown on", async () => {
  server.incarnation = "life-2";
  const grants = { added: [], dropped: [], moved: { [COMMUNE]: HEIR } };
  const changes = { [HEIR]: { to: 0, more: true, rows: [] } };
  server.instead = (request) => json(200, { ...server.answer(request), grants, changes, outcomes: [] });
  await phone.syncNow();
  const draft = await phone.editFrom(MOVED);
  draft.fields.title = "Sửa";
  await phone.saveDraft(draft);
  await phone.send(MOVED);
  phone = await killAndReopen(phone, server, uploads, clock);
  await phone.syncNow();
  const [sent] = server.requests.flatMap((request) => request.operations);
  expect(sent).toMatchObject({ type: "edit", scope: HEIR, incarnation: null });
});

test("when communes are merged, what is shown stays, the cursor begins anew, operations keep their words", async () => {
  server.instead = () => {
    throw new TypeError("Failed to fetch");
  };
  const mine = await phone.newDraft("loudspeaker_broadcast", COMMUNE, { title: "Viết cho xã cũ" });
  await phone.send(mine.id);
  await phone.syncNow();
  const begun = await phone.newDraft("loudspeaker_broadcast", COMMUNE, { title: "Đang viết dở" });
  const grants = { added: [], dropped: [], moved: { [COMMUNE]: HEIR } };
  server.instead = (request) => json(200, { ...server.answer(request), grants, changes: {}, outcomes: [] });
  clock.nowMs += 3_600_000;
  await phone.syncNow();
  expect(phone.activity(MOVED)).toMatchObject({ scope: HEIR, fields: { title: "Bản tin" } });
  phone = await killAndReopen(phone, server, uploads, clock);
  expect(phone.activity(mine.id)).toMatchObject({ state: "saved", scope: HEIR });
  expect(phone.draft(begun.id)?.scope).toBe(HEIR);
  expect(phone.drafts().map((draft) => draft.scope)).toEqual([HEIR]);
  server.instead = null;
  clock.nowMs += 3_600_000;
  await phone.syncNow();
  const last = server.requests.at(-1)!;
  expect(Object.keys(last.cursors)).toEqual([HEIR]);
  const told = server.requests.flatMap((request) => request.operations);
  expect(new Set(told.map((operation) => operation.scope))).toEqual(new Set([COMMUNE]));
});
