import { expect, test, vi } from "vitest";
import { hashBytes } from "../platform/sha256.ts";
import type { Phone } from "../sync/phone.ts";
import { enrolledDisk, KIND, open, TestLine } from "../tests/phone.ts";
import { COMMUNE, FakeServer, FakeUploads } from "../tests/server.ts";

const bytesOf = (seed: number): ArrayBuffer =>
  Uint8Array.from({ length: 60_000 }, (_, i) => (i * seed) % 256).buffer;

async function report(phone: Phone, ...seeds: number[]): Promise<string> {
  const draft = await phone.newDraft(KIND, COMMUNE, { event_date: "2026-11-20" });
  for (const seed of seeds) await phone.addPhoto(draft.id, new Blob([bytesOf(seed)]), "gallery");
  await phone.send(draft.id);
  await phone.syncNow();
  return draft.id;
}

const reasons = (phone: Phone, id: string) => phone.explain(id).map(({ key }) => key);
const verbs = (uploads: FakeUploads) => uploads.log.map((line) => line.split(" ")[0]);

test("previews of all photos go before the first photo, and only once", async () => {
  const uploads = new FakeUploads();
  const phone = await open(await enrolledDisk(), new FakeServer(), uploads);
  await report(phone, 3, 5, 7);
  expect(verbs(uploads)).toEqual(["POST", "PUT", "PUT", "PUT", "POST", "POST", "POST"]);
  expect(uploads.previews).toEqual(uploads.verified);
  await phone.close();
});

test("a report that is sent while photos go has its preview on its way before the next of them", async () => {
  const uploads = new FakeUploads();
  const real = uploads.http;
  let sendLate = async (): Promise<void> => {};
  uploads.http = async (...request) => {
    if (request[1].endsWith("/uploads")) await sendLate();
    return real(...request);
  };
  const phone = await open(await enrolledDisk(), new FakeServer(), uploads);
  const late = await phone.newDraft(KIND, COMMUNE, { event_date: "2026-11-20" });
  await phone.addPhoto(late.id, new Blob([bytesOf(11)]), "gallery");
  sendLate = () => {
    sendLate = async () => {};
    return phone.send(late.id);
  };
  await report(phone, 3, 5);
  await vi.waitFor(() => expect(uploads.verified.size).toBe(3));
  expect(verbs(uploads)).toEqual(["POST", "PUT", "PUT", "POST", "POST", "PUT", "POST", "POST"]);
  await phone.close();
});

test.each([422, 413, 403, 500])("a preview that is answered %i holds up nothing", async (status) => {
  const uploads = new FakeUploads();
  uploads.previewStatus = status;
  const phone = await open(await enrolledDisk(), new FakeServer(), uploads);
  const id = await report(phone, 3);
  expect(phone.activity(id)?.state).toBe("received");
  await phone.close();
});

test("a server that has no time for a preview is asked again, and gets the photo then", async () => {
  const uploads = new FakeUploads();
  uploads.previewStatus = 503;
  const phone = await open(await enrolledDisk(), new FakeServer(), uploads);
  const id = await report(phone, 3);
  expect([phone.status().trouble, uploads.verified.size]).toEqual(["server", 0]);
  uploads.previewStatus = 204;
  await phone.syncNow();
  expect(phone.activity(id)?.state).toBe("received");
  await phone.close();
});

test("a server that tells of no previews gets none", async () => {
  const uploads = new FakeUploads();
  uploads.previews = null;
  const phone = await open(await enrolledDisk(), new FakeServer(), uploads);
  await report(phone, 3);
  expect(verbs(uploads)).toEqual(["POST", "POST"]);
  await phone.close();
});

test("photos wait for Wi-Fi if somebody wants it so: words and previews do not", async () => {
  const uploads = new FakeUploads();
  const server = new FakeServer();
  const line = new TestLine("wifi", "metered");
  const phone = await open(await enrolledDisk(), server, uploads, undefined, line);
  const id = await report(phone, 3, 5);
  expect(server.rows.get(id)?.status).toBe("submitted");
  expect(uploads.previews?.size).toBe(2);
  expect(uploads.verified.size).toBe(0);
  expect(reasons(phone, id)).toEqual(["photos_held_seen"]);
  expect(phone.status()).toMatchObject({
    held: { photos: 2, bytes: 120_000 },
    waiting: { photos: 2 },
    trouble: null,
    syncing: false,
  });
  expect(phone.activity(id)?.state).toBe("partly");
  const asked = uploads.log.length;
  await phone.syncNow();
  expect(uploads.log).toHaveLength(asked);
  line.becomes("free");
  await vi.waitFor(() => expect(phone.activity(id)?.state).toBe("received"));
  expect(phone.status().held).toBeNull();
  await phone.close();
});

test("where nobody can tell the line, a tap sends what waits, once", async () => {
  const uploads = new FakeUploads();
  const line = new TestLine("wifi", "unknown");
  const phone = await open(await enrolledDisk(), new FakeServer(), uploads, undefined, line);
  const first = await report(phone, 3);
  expect(phone.status().held?.photos).toBe(1);
  await phone.sendPhotosNow();
  expect(phone.activity(first)?.state).toBe("received");
  const second = await report(phone, 5);
  expect(reasons(phone, second)).toEqual(["photos_held_seen"]);
  line.chosen = "now";
  await phone.syncNow();
  expect(phone.activity(second)?.state).toBe("received");
  await phone.close();
});

test("a line that becomes dear between two photos keeps the second back", async () => {
  const uploads = new FakeUploads();
  const line = new TestLine("wifi", "free");
  const real = uploads.http;
  uploads.http = async (...request) => {
    if (request[1].endsWith("/uploads")) line.becomes("metered");
    return real(...request);
  };
  const phone = await open(await enrolledDisk(), new FakeServer(), uploads, undefined, line);
  await report(phone, 3, 5);
  expect(uploads.verified).toEqual(new Set([await hashBytes(bytesOf(3))]));
  expect(phone.status().held?.photos).toBe(1);
  await phone.close();
});
