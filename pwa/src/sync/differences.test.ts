/** Phone and server do not hold the same: both find out, and nothing that was written is lost. */
import { beforeEach, describe, expect, test } from "vitest";
import type { ActivityRow } from "../store/records.ts";
import { Clock, enrolledDisk, KIND, killAndReopen, offline, open, sent } from "../tests/phone.ts";
import { COMMUNE, FakeServer, FakeUploads, json } from "../tests/server.ts";
import type { Phone } from "./phone.ts";

let server: FakeServer;
let uploads: FakeUploads;
let clock: Clock;
let phone: Phone;

beforeEach(async () => {
  server = new FakeServer();
  uploads = new FakeUploads();
  clock = new Clock();
  phone = await open(await enrolledDisk(), server, uploads, clock);
});

describe("when the two sides differ", () => {
  test("a digest that does not fit makes the scope be read again, silently, the outbox untouched", async () => {
    server.put(row("0192bbbb-0000-7000-8000-000000000001", 1));
    await phone.syncNow();
    // A row is lost at the phone: the sums differ although the cursor is at the end.
    server.put(row("0192bbbb-0000-7000-8000-000000000002", 2));
    const lost = server.rows.get("0192bbbb-0000-7000-8000-000000000002")!;
    server.rows.delete(lost.id);
    await phone.syncNow();
    expect(phone.activities()).toHaveLength(1);
    server.rows.set(lost.id, lost);
    server.judge = () => ({ outcome: "retry" });
    const waiting = await sent(phone, "Của tôi");
    await phone.syncNow();
    expect(phone.activity(lost.id)).not.toBeNull();
    expect(phone.activity(waiting)?.state).toBe("saved");
  });

  test("a row without its body is taken only if its digest proves that the phone has it", async () => {
    const id = await sent(phone, "Của tôi");
    const put = server.put.bind(server);
    server.put = (row) => put({ ...row, fields: { ...row.fields, note: "Của người khác" } });
    const draft = await phone.editFrom(id);
    draft.fields.title = "Sửa";
    await phone.saveDraft(draft);
    await phone.send(id);
    await phone.syncNow();
    expect(phone.activity(id)?.fields).toMatchObject({ title: "Sửa", note: "Của người khác" });
  });

  test("a sum that a whole re-read does not mend is not tried for ever", async () => {
    server.put(row("0192bbbb-0000-7000-8000-000000000001", 1));
    server.digest = "00000000deadbeef";
    await phone.syncNow();
    const before = server.requests.length;
    await phone.syncNow();
    await phone.syncNow();
    expect(server.requests.length - before).toBe(2);
    expect(phone.activities()).toHaveLength(1);
  });

  test("a restored server is read again and offered what no backup is known to hold", async () => {
    const early = await sent(phone, "Có trong bản sao");
    server.durableThrough = new Date(Date.now() + 1000).toISOString();
    await phone.syncNow();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const late = await sent(phone, "Chưa kịp sao", ["ảnh"]);
    const restored = new FakeServer();
    restored.incarnation = "life-2";
    restored.durableThrough = server.durableThrough;
    restored.put({ ...server.rows.get(early)! });
    restored.put(row("0192bbbb-0000-7000-8000-000000000009", 3));
    server.fetch = restored.fetch;
    Object.assign(server, { rows: restored.rows });
    phone = await killAndReopen(phone, restored, new FakeUploads(), clock);
    await phone.syncNow();
    expect(restored.rows.get(late)).toMatchObject({ status: "submitted", fields: { title: "Chưa kịp sao" } });
    const offered = restored.requests.flatMap((request) => request.operations);
    expect(offered.every((operation) => operation.activity === late)).toBe(true);
    expect(phone.activities()).toHaveLength(3);
    expect(phone.activity(late)?.state).toBe("received");
  });

  test("a scope that was taken away is hidden, what was written for it stays", async () => {
    server.put(row("0192bbbb-0000-7000-8000-000000000001", 1));
    await phone.syncNow();
    server.instead = offline;
    const mine = await sent(phone, "Viết trước khi mất quyền");
    server.instead = (request) =>
      json(200, {
        ...server.answer({ ...request, operations: [] }),
        grants: { added: [], dropped: [COMMUNE], moved: {} },
      });
    await phone.syncNow();
    expect(phone.activities().map((activity) => activity.id)).toEqual([mine]);
    expect(phone.units).toEqual([]);
  });

  test("a fork gives the phone a new epoch", async () => {
    server.judge = () => ({ fork: true });
    await sent(phone, "Máy chép");
    await phone.syncNow();
    expect(server.requests.at(-1)?.epoch).toBe(2);
  });
});

function row(id: string, day: number): ActivityRow {
  return {
    type: "activity",
    id,
    seq: 0,
    version: 0,
    kind: KIND,
    kind_version: 1,
    scope: COMMUNE,
    status: "submitted",
    fields: { title: `Hàng ${day}` },
    evidence: [],
    event_date: `2026-11-${String((day % 28) + 1).padStart(2, "0")}`,
  };
}
