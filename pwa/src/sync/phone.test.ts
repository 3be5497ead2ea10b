import { beforeEach, describe, expect, test } from "vitest";
import type { ActivityRow } from "../store/records.ts";
import { Clock, enrolledDisk, KIND, killAndReopen, offline, open, sent, written } from "../tests/phone.ts";
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

describe("with no network", () => {
  beforeEach(() => {
    server.instead = offline;
  });

  test("a draft and its photos outlive a power cut, keystroke by keystroke", async () => {
    const id = await written(phone, "Bản tin sáng", ["ảnh 1", "ảnh 2"]);
    const draft = phone.draft(id)!;
    draft.fields.title = "Bản tin sáng thứ Sáu";
    await phone.saveDraft(draft);
    phone = await killAndReopen(phone, server, uploads, clock);
    expect(phone.draft(id)?.fields.title).toBe("Bản tin sáng thứ Sáu");
    expect(phone.draft(id)?.evidence).toHaveLength(2);
    expect(await phone.photoUrl(phone.draft(id)!.evidence[0]!.sha256, "screen")).toMatch(/^blob:/);
  });

  test("a form that was opened before a photo came does not lose the photo", async () => {
    const stale = await phone.newDraft(KIND, COMMUNE);
    await phone.addPhoto(stale.id, new Blob(["ảnh"]), "gallery");
    stale.fields.title = "Gõ sau khi chụp";
    await phone.saveDraft(stale);
    expect(phone.draft(stale.id)).toMatchObject({
      fields: { title: "Gõ sau khi chụp" },
      evidence: [{ size: 5 }],
    });
  });

  test("what was sent waits on the phone, is seen there, and outlives a power cut", async () => {
    const id = await sent(phone, "Phát lại", ["ảnh 1"]);
    phone = await killAndReopen(phone, server, uploads, clock);
    expect(phone.drafts()).toHaveLength(0);
    expect(phone.activities()).toHaveLength(1);
    expect(phone.activity(id)).toMatchObject({
      state: "saved",
      status: "submitted",
      version: null,
      mine: true,
    });
    expect(phone.activity(id)?.progress).toMatchObject({ photos: 1, photosReceived: 0, current: null });
    expect(phone.status()).toMatchObject({
      waiting: { activities: 1, operations: 2, photos: 1, attention: 0 },
    });
    await phone.syncNow();
    expect(phone.status().trouble).toBe("offline");
  });

  test("a photo that was removed again leaves no bytes behind", async () => {
    const id = await written(phone, "Thử", ["ảnh thừa"]);
    const { sha256 } = phone.draft(id)!.evidence[0]!;
    await phone.removePhoto(id, sha256);
    expect(phone.draft(id)?.evidence).toEqual([]);
    expect(phone.status().waiting.photos).toBe(0);
    expect(await phone.photoUrl(sha256, "screen")).toBeNull();
  });
});

describe("with a network", () => {
  test("record and photos arrive, and the words say so", async () => {
    const id = await sent(phone, "Bản tin chiều", ["ảnh 1", "ảnh 2"]);
    expect(server.rows.get(id)).toMatchObject({ status: "submitted", fields: { title: "Bản tin chiều" } });
    expect(uploads.verified.size).toBe(2);
    expect(phone.activity(id)).toMatchObject({ state: "received", status: "submitted", version: 2 });
    expect(phone.activity(id)?.progress).toMatchObject({ photos: 2, photosReceived: 2 });
    expect(phone.status().waiting).toMatchObject({ operations: 0, photos: 0, bytes: 0 });
  });

  test("an answer that is lost costs nothing: the same operations get the same outcomes", async () => {
    server.loseAnswers = 1;
    const id = await sent(phone, "Một lần thôi");
    expect(phone.activity(id)?.state).toBe("saved");
    await phone.syncNow();
    expect(phone.activity(id)?.state).toBe("received");
    expect(server.rows.get(id)?.version).toBe(2);
  });

  test("nothing new costs one empty trip", async () => {
    await sent(phone, "Xong");
    const before = server.requests.length;
    await phone.syncNow();
    expect(server.requests.length - before).toBe(1);
    expect(server.answers.at(-1)?.changes).toEqual({});
  });

  test("pages are read to the end and each is kept", async () => {
    server.pageSize = 10;
    for (let n = 0; n < 95; n++) server.put(row(`0192bbbb-0000-7000-8000-${String(n).padStart(12, "0")}`, n));
    await phone.syncNow();
    expect(phone.activities()).toHaveLength(95);
    phone = await killAndReopen(phone, server, uploads, clock);
    expect(phone.status().loaded).toBe(true);
    expect(phone.activities()).toHaveLength(95);
    expect(phone.activities()[0]!.eventDate! >= phone.activities()[1]!.eventDate!).toBe(true);
  });

  test("a returned activity is corrected: only what changed goes out", async () => {
    const id = await sent(phone, "Sai giờ");
    const remarks = [{ text: "Xem lại giờ phát", field: "title" }];
    server.put({
      ...server.rows.get(id)!,
      status: "returned",
      review: { decision: "return", by: "Duyệt viên", at: "", remarks },
    });
    await phone.syncNow();
    expect(phone.activity(id)).toMatchObject({ status: "returned", review: { remarks } });
    const draft = await phone.editFrom(id);
    expect(phone.activity(id)?.hasDraft).toBe(true);
    draft.fields.title = "Đúng giờ";
    await phone.saveDraft(draft);
    await phone.send(id);
    await phone.syncNow();
    const [edit, submit] = server.requests.flatMap((request) => request.operations).slice(-2);
    expect(edit).toMatchObject({
      type: "edit",
      base: 3,
      set: { title: "Đúng giờ" },
      was: { title: "Sai giờ" },
      add: {},
    });
    expect(submit).toMatchObject({ type: "submit", after: edit!.id });
    expect(phone.activity(id)).toMatchObject({
      status: "submitted",
      fields: { title: "Đúng giờ" },
      hasDraft: false,
    });
  });

  test("an edit on top of what is still waiting goes after it", async () => {
    server.instead = offline;
    const id = await sent(phone, "Đầu");
    const draft = await phone.editFrom(id);
    draft.fields.title = "Sau";
    await phone.saveDraft(draft);
    await phone.send(id);
    await phone.syncNow();
    expect(phone.activity(id)).toMatchObject({ status: "submitted", fields: { title: "Sau" } });
    server.instead = null;
    await phone.syncNow();
    const operations = server.requests.at(-1)!.operations;
    expect(operations.map((operation) => operation.type)).toEqual(["create", "submit", "edit"]);
    expect(operations.map((operation) => operation.n)).toEqual([1, 2, 3]);
    expect(operations[2]).toMatchObject({ after: operations[1]!.id, was: { title: "Đầu" }, base: null });
    expect(server.rows.get(id)?.fields.title).toBe("Sau");
  });

  test("a decision of the province shows without a tap", async () => {
    const id = await sent(phone, "Chờ duyệt");
    server.put({ ...server.rows.get(id)!, status: "approved" });
    await clock.pass(7 * 60_000, () => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(phone.activity(id)?.status).toBe("approved");
  });

  test("withdrawing waits like everything else", async () => {
    const id = await sent(phone, "Nhầm");
    await phone.withdraw(id);
    await phone.syncNow();
    expect(phone.activity(id)?.status).toBe("withdrawn");
    expect(server.rows.get(id)?.status).toBe("withdrawn");
  });
});

describe("when the server says no", () => {
  test("a parked activity stays, says why, holds up nobody, and is corrected", async () => {
    const problems = [{ field: "cards", code: "sum", vi: "Ghi 12 thẻ nhưng 11 người nhận", en: "" }];
    server.judge = (operation) =>
      operation.type === "submit" && server.rows.get(operation.activity)?.fields.title === "Sai"
        ? { outcome: "parked", reason: "invalid", problems }
        : undefined;
    const bad = await sent(phone, "Sai");
    const good = await sent(phone, "Đúng");
    expect(phone.activity(good)?.state).toBe("received");
    expect(phone.activity(bad)).toMatchObject({
      state: "attention",
      attention: { reason: "invalid", problems },
    });
    phone = await killAndReopen(phone, server, uploads, clock);
    expect(phone.activity(bad)?.attention?.problems).toEqual(problems);
    const draft = await phone.editFrom(bad);
    draft.fields.title = "Đã sửa";
    await phone.saveDraft(draft);
    await phone.send(bad);
    await phone.syncNow();
    expect(phone.activity(bad)).toMatchObject({ state: "received", attention: null, status: "submitted" });
    expect(server.rows.get(bad)?.fields.title).toBe("Đã sửa");
  });

  test("a parked create is made anew with all of its content", async () => {
    server.judge = () => ({ outcome: "parked", reason: "no_permission", problems: [] });
    const id = await sent(phone, "Chưa được phép", ["ảnh"]);
    expect(phone.activity(id)).toMatchObject({ state: "attention", attention: { reason: "no_permission" } });
    server.judge = () => undefined;
    await phone.editFrom(id);
    await phone.send(id);
    await phone.syncNow();
    expect(server.rows.get(id)).toMatchObject({ status: "submitted", fields: { title: "Chưa được phép" } });
    expect(server.rows.get(id)?.evidence).toHaveLength(1);
    expect(phone.activity(id)?.state).toBe("received");
  });

  test("an id that was used before is exchanged, and the next operation follows the new one", async () => {
    let reused = 0;
    server.judge = (operation) => {
      if (operation.type === "create")
        return reused++ ? undefined : { outcome: "parked", reason: "id_reuse" };
      return server.rows.has(operation.activity) ? undefined : { outcome: "retry", reason: "after_unknown" };
    };
    const id = await sent(phone, "Trùng mã");
    clock.nowMs += 10_000;
    await phone.syncNow();
    const operations = server.requests.flatMap((request) => request.operations);
    const ids = operations
      .filter((operation) => operation.type === "create")
      .map((operation) => operation.id);
    expect(new Set(ids).size).toBe(2);
    expect(server.rows.has(id)).toBe(true);
    expect(operations.at(-1)).toMatchObject({ type: "submit", after: ids[1] });
  });

  test("an operation that must come again waits its turn and no longer", async () => {
    let tries = 0;
    server.judge = () => (tries++ < 2 ? { outcome: "retry", reason: "unknown_kind" } : undefined);
    const id = await sent(phone, "Loại mới");
    expect(phone.activity(id)?.state).toBe("saved");
    const before = server.requests.length;
    await phone.syncNow();
    expect(server.requests.slice(before).flatMap((request) => request.operations)).toEqual([]);
    clock.nowMs += 6_000;
    await phone.syncNow();
    expect(phone.activity(id)?.state).toBe("received");
  });

  test("401 pauses, keeps everything, and goes on when the sign-in works again", async () => {
    server.instead = () => json(401, { type: "unauthenticated" });
    const id = await sent(phone, "Hết phiên", ["ảnh"]);
    expect(phone.status()).toMatchObject({ paused: "signed_out", waiting: { operations: 2, photos: 1 } });
    expect(clock.timers).toEqual([]);
    phone = await killAndReopen(phone, server, uploads, clock);
    expect(phone.activity(id)?.state).toBe("saved");
    server.instead = null;
    await phone.syncNow();
    expect(phone.status().paused).toBeNull();
    expect(phone.activity(id)?.state).toBe("received");
  });

  test("a captive portal's page with status 200 is no answer", async () => {
    server.instead = () =>
      new Response("<html>Đăng nhập Wi-Fi</html>", { headers: { "Content-Type": "text/html" } });
    const id = await sent(phone, "Qua cổng Wi-Fi");
    expect(phone.status()).toMatchObject({ trouble: "portal", paused: null, waiting: { operations: 2 } });
    expect(clock.timers).toHaveLength(1);
    server.instead = null;
    await phone.syncNow();
    expect(phone.activity(id)?.state).toBe("received");
  });

  test("a portal's 401 page does not end the sign-in", async () => {
    server.instead = () => new Response("<html>", { status: 401, headers: { "Content-Type": "text/html" } });
    await sent(phone, "Cổng khác");
    expect(phone.status()).toMatchObject({ trouble: "portal", paused: null });
  });

  test("after failures the batch shrinks, until one bad request stands alone", async () => {
    server.instead = offline;
    for (let n = 0; n < 5; n++) await sent(phone, `Mục ${n}`);
    const bad = phone.activities()[0]!.id;
    server.instead = (request) =>
      request.operations.some((operation) => operation.activity === bad)
        ? new Response("{}", { status: 500 })
        : undefined;
    for (let round = 0; round < 30 && phone.status().waiting.activities > 1; round++) await phone.syncNow();
    expect(phone.status().waiting.activities).toBe(1);
    expect(phone.activity(bad)?.state).toBe("saved");
  });

  test("the wait grows with each failure and ends with the first success", async () => {
    server.instead = () => new Response("", { status: 502 });
    const waits: number[] = [];
    for (let round = 0; round < 12; round++) {
      await phone.syncNow();
      waits.push(clock.timers[0]!.at - clock.nowMs);
    }
    expect(waits.slice(0, 3)).toEqual([1_500, 3_000, 6_000]);
    expect(waits.at(-1)).toBeLessThanOrEqual(300_000);
    server.instead = null;
    await phone.syncNow();
    expect(phone.status().trouble).toBeNull();
  });

  test("a server that asks for time gets it", async () => {
    server.instead = () => new Response("", { status: 503, headers: { "Retry-After": "600" } });
    await sent(phone, "Chờ");
    expect(clock.timers[0]!.at - clock.nowMs).toBeGreaterThanOrEqual(600_000);
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
