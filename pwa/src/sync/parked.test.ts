/** What the server could not take and keeps aside (PROTOCOL.md, 5), as its author settles it. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../store/database.ts";
import { Clock, enrolledDisk, killAndReopen, offline, open, sent } from "../tests/phone.ts";
import { COMMUNE, FakeServer, FakeUploads } from "../tests/server.ts";
import type { Phone } from "./phone.ts";

const NEW_COMMUNE = "commune:c-00099-2026";

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

describe("what was parked", () => {
  const options = [{ scope: NEW_COMMUNE, name: "Phường Mẫu Mới" }];
  const problems = [{ field: "scope", code: "area_choice", vi: "", en: "", options }];

  test("for its place goes again with what followed it, under new ids, where its author says", async () => {
    server.judge = ({ type, scope }) => {
      if (scope !== COMMUNE) return undefined;
      const reason = type === "create" ? "area_choice" : "after_parked";
      return { outcome: "parked", reason, problems };
    };
    const id = await sent(phone, "Địa bàn đã chia");
    const attention = phone.activity(id)?.attention;
    expect(attention).toMatchObject({ reason: "area_choice", problems: [{ options }] });
    const before = server.requests.flatMap((request) => request.operations).map((one) => one.id);
    await phone.resend(attention!.operation!, { scope: NEW_COMMUNE });
    await phone.syncNow();
    const again = server.requests.flatMap((request) => request.operations).slice(before.length);
    expect(again.map(({ type, scope, n }) => [type, scope, n])).toEqual([
      ["create", NEW_COMMUNE, 3],
      ["submit", NEW_COMMUNE, 4],
    ]);
    expect(again[1]!.after).toBe(again[0]!.id);
    expect(again.some((one) => before.includes(one.id))).toBe(false);
    expect(again.map((one) => one.instead)).toEqual(before);
    expect(phone.status().waiting.attention).toBe(0);
  });

  test("is named by what is sent in its stead after its author has corrected the form", async () => {
    server.judge = ({ type }) =>
      type === "create"
        ? { outcome: "parked", reason: "invalid" }
        : { outcome: "parked", reason: "after_parked" };
    const id = await sent(phone, "Sai giờ");
    const before = server.requests.flatMap((request) => request.operations);
    const draft = await phone.editFrom(id);
    draft.fields.title = "Đúng giờ";
    await phone.saveDraft(draft);
    await phone.send(id);
    server.judge = () => undefined;
    await phone.syncNow();
    const again = server.requests.flatMap((request) => request.operations).slice(before.length);
    expect(again.map(({ type, instead }) => [type, instead])).toEqual(
      before.map((one) => [one.type, one.id]),
    );
    expect(phone.status().waiting.attention).toBe(0);
  });

  test("twice is settled by one form, which names all that it has joined", async () => {
    const id = await sent(phone, "Hai lần sửa");
    server.instead = offline;
    for (const [field, value] of [
      ["title", "Sửa một"],
      ["place_detail", "Sân đình"],
    ] as const) {
      const draft = await phone.editFrom(id);
      draft.fields[field] = value;
      await phone.saveDraft(draft);
      await phone.send(id);
      await phone.syncNow();
    }
    server.instead = null;
    server.judge = () => ({ outcome: "parked", reason: "invalid" });
    const first = server.requests.flatMap((request) => request.operations).length;
    await phone.syncNow();
    const parked = server.requests.flatMap((request) => request.operations).slice(first);
    expect(parked.map(({ type }) => type)).toEqual(["edit", "edit"]);
    server.judge = () => undefined;
    const draft = await phone.editFrom(id);
    draft.fields.title = "Sửa lần cuối";
    await phone.saveDraft(draft);
    await phone.send(id);
    phone = await killAndReopen(phone, server, uploads, clock);
    await phone.syncNow();
    const [again, ...more] = server.requests
      .flatMap((request) => request.operations)
      .slice(first + parked.length);
    expect(more).toEqual([]);
    expect(again).toMatchObject({
      type: "edit",
      instead: parked[0]!.id,
      also: [parked[1]!.id],
      set: { title: "Sửa lần cuối", place_detail: "Sân đình" },
    });
    expect(phone.status().waiting.attention).toBe(0);
  });

  test("can be let go of; a restored server that lost it is still offered it", async () => {
    server.judge = () => ({ outcome: "parked", reason: "no_permission" });
    const id = await sent(phone, "Bỏ");
    await phone.dismissParked(phone.activity(id)!.attention!.operation!);
    expect(phone.activity(id)).toBeNull();
    expect(phone.status().waiting).toMatchObject({ activities: 0, attention: 0 });
    server.incarnation = "life-2";
    server.outcomes.clear();
    await phone.syncNow();
    expect(phone.activity(id)).not.toBeNull();
  });
});
