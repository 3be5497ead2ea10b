import { expect, test } from "vitest";
import { hashBytes } from "../platform/sha256.ts";
import { SyncError } from "../platform/trouble.ts";
import { enrolledDisk, killAndReopen, open } from "../tests/phone.ts";
import { COMMUNE, FakeServer, FakeUploads, reply } from "../tests/server.ts";
import { ChunkSize, deliver, type Line } from "./tus.ts";

const KIB = 1024;

function bytesOf(length: number): ArrayBuffer {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) % 256).buffer;
}

function line(http: Line["http"], more: Partial<Line> = {}): Line {
  let now = 0;
  const chunk = new ChunkSize();
  return {
    http,
    token: "t",
    chunk,
    nowMs: () => (now += 2_000),
    onProgress: () => {},
    between: async () => {},
    ...more,
  };
}

test("an upload that breaks goes on where the server stands, and sends no byte twice but one chunk", async () => {
  const server = new FakeServer();
  const uploads = new FakeUploads();
  let phone = await open(await enrolledDisk(), server, uploads);
  const bytes = bytesOf(700 * KIB);
  uploads.breakAfter = 300 * KIB;
  const draft = await phone.newDraft("loudspeaker_broadcast", COMMUNE, { event_date: "2026-11-20" });
  await phone.addPhoto(draft.id, new Blob([bytes]), "gallery");
  await phone.send(draft.id);
  await phone.syncNow();
  expect(phone.activity(draft.id)?.state).toBe("partly");
  expect(phone.status().trouble).toBe("offline");
  expect(server.rows.get(draft.id)?.status).toBe("submitted");
  phone = await killAndReopen(phone, server, uploads);
  await phone.syncNow();
  expect(phone.activity(draft.id)).toMatchObject({ state: "received", progress: { photosReceived: 1 } });
  expect(uploads.received).toBe(700 * KIB);
  expect(uploads.log.filter((entry) => entry.startsWith("POST /uploads"))).toHaveLength(1);
  const stored = uploads.stored.get(await hashBytes(bytes))!.bytes;
  expect(await hashBytes(stored.slice().buffer)).toBe(await hashBytes(bytes));
  await phone.close();
});

test("a photo that the server has already is not sent", async () => {
  const uploads = new FakeUploads();
  const phone = await open(await enrolledDisk(), new FakeServer(), uploads);
  uploads.verified.add(await hashBytes(bytesOf(500)));
  const draft = await phone.newDraft("loudspeaker_broadcast", COMMUNE);
  await phone.addPhoto(draft.id, new Blob([bytesOf(500)]), "gallery");
  await phone.send(draft.id);
  await phone.syncNow();
  expect(phone.activity(draft.id)?.state).toBe("received");
  expect(uploads.received).toBe(0);
  await phone.close();
});

test("bytes that the disk gives back changed are told of, not sent", async () => {
  const uploads = new FakeUploads();
  const disk = await enrolledDisk();
  const phone = await open(disk, new FakeServer(), uploads);
  const draft = await phone.newDraft("loudspeaker_broadcast", COMMUNE);
  const { evidence } = await phone.addPhoto(draft.id, new Blob([bytesOf(500)]), "gallery");
  const { sha256 } = evidence[0]!;
  await disk.write(["bytes"], (tx) => tx.objectStore("bytes").put(bytesOf(499), [sha256, "screen"]));
  await phone.send(draft.id);
  await phone.syncNow();
  expect(uploads.received).toBe(0);
  expect(phone.activity(draft.id)?.evidence[0]?.place).toBe("damaged");
  await phone.close();
});

test("progress is told in numbers while a photo is on the line", async () => {
  const uploads = new FakeUploads();
  const phone = await open(await enrolledDisk(), new FakeServer(), uploads);
  const draft = await phone.newDraft("loudspeaker_broadcast", COMMUNE);
  await phone.addPhoto(draft.id, new Blob([bytesOf(10)]), "gallery");
  await phone.addPhoto(draft.id, new Blob([bytesOf(600 * KIB)]), "gallery");
  const shares: number[] = [];
  phone.subscribe(() => {
    const { state, progress } = phone.activity(draft.id) ?? {};
    if (progress?.current?.photo === 2) {
      expect(state).toBe("sending");
      shares.push(progress.current.share);
    }
  });
  await phone.send(draft.id);
  await phone.syncNow();
  expect(shares.length).toBeGreaterThan(2);
  expect(shares).toEqual([...shares].sort((one, other) => one - other));
  await phone.close();
});

test("a record written while a photo is on the line does not wait for the photo", async () => {
  const server = new FakeServer();
  const uploads = new FakeUploads();
  const phone = await open(await enrolledDisk(), server, uploads);
  const first = await phone.newDraft("loudspeaker_broadcast", COMMUNE);
  await phone.addPhoto(first.id, new Blob([bytesOf(900 * KIB)]), "gallery");
  const second = await phone.newDraft("loudspeaker_broadcast", COMMUNE);
  const real = uploads.http;
  let arrivedEarly = false;
  uploads.http = async (...request) => {
    if (request[0] === "PATCH") arrivedEarly ||= server.rows.has(second.id);
    if (request[0] === "POST" && request[1].endsWith("/uploads")) await phone.send(second.id);
    return real(...request);
  };
  Object.assign((phone as unknown as { outside: { http: unknown } }).outside, { http: uploads.http });
  await phone.send(first.id);
  await phone.syncNow();
  expect(arrivedEarly).toBe(true);
  await phone.close();
});

test("409 asks where the server stands and goes on from there", async () => {
  const uploads = new FakeUploads();
  const bytes = bytesOf(100 * KIB);
  const sha256 = await hashBytes(bytes);
  const half = new Uint8Array(bytes.slice(0, 50 * KIB));
  uploads.stored.set(sha256, { size: bytes.byteLength, bytes: half });
  const parcel = { sha256, media_type: "image/jpeg", bytes };
  expect(await deliver(parcel, 20 * KIB, line(uploads.http))).toEqual({
    end: "received",
    at: "2026-11-20T03:00:00.000Z",
  });
  expect(uploads.log).toEqual([
    expect.stringContaining("PATCH"),
    expect.stringContaining("HEAD"),
    expect.stringContaining("PATCH"),
  ]);
});

test("an upload that the server forgot begins anew; one that it cannot read is refused with the reason", async () => {
  const bytes = bytesOf(100);
  const parcel = { sha256: await hashBytes(bytes), media_type: "image/jpeg", bytes };
  expect(await deliver(parcel, 50, line(new FakeUploads().http))).toEqual({
    end: "received",
    at: "2026-11-20T03:00:00.000Z",
  });
  const refusing = async () => reply(422, {}, '{"type": "photo-refused", "reason": "not_an_image"}');
  expect(await deliver(parcel, null, line(refusing))).toEqual({ end: "refused", reason: "not_an_image" });
});

test("a portal between the phone and the server is never taken for a receipt", async () => {
  const bytes = bytesOf(100);
  const parcel = { sha256: await hashBytes(bytes), media_type: "image/jpeg", bytes };
  const portal = async () => ({ status: 200, header: () => null, text: "<html>" });
  await expect(deliver(parcel, null, line(portal))).rejects.toEqual(new SyncError("portal"));
});

test("chunks follow the line: smaller when it is slow or breaks, larger when it is good", () => {
  const chunk = new ChunkSize();
  chunk.after(chunk.bytes, 16_000);
  expect(chunk.bytes).toBe(32 * KIB);
  chunk.broke();
  chunk.broke();
  expect(chunk.bytes).toBe(16 * KIB);
  for (let n = 0; n < 20; n++) chunk.after(chunk.bytes, 100);
  expect(chunk.bytes).toBe(1024 * KIB);
});

test("a receipt bears the server's time; without one a photo is never let go of", async () => {
  for (const [date, at] of [
    ["Sat, 21 Nov 2026 05:06:07 GMT", "2026-11-21T05:06:07.000Z"],
    ["gestern", null],
  ] as const) {
    const uploads = new FakeUploads();
    const dated: Line["http"] = async (...asked) => {
      const found = await uploads.http(...asked);
      return { ...found, header: (name) => (name === "Date" ? date : found.header(name)) };
    };
    const bytes = bytesOf(40);
    const parcel = { sha256: await hashBytes(bytes), media_type: "image/jpeg", bytes };
    expect(await deliver(parcel, null, line(dated))).toEqual({ end: "received", at });
  }
});
