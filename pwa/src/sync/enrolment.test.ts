/** A phone that is bound again: what it wrote and counted goes on, and it says which one it was. */
import { expect, test } from "vitest";
import { Clock, enrolledDisk, open } from "../tests/phone.ts";
import { ACCOUNT, COMMUNE, FakeServer, FakeUploads } from "../tests/server.ts";
import { keepIdentity } from "./enrolment.ts";

const enrolled = (device: string) => ({
  device,
  token: `token of ${device}`,
  account: ACCOUNT as never,
  scopes: [COMMUNE],
  units: [],
});

test("enrolled again, it tells which phone it was, and goes on counting", async () => {
  const server = new FakeServer();
  const disk = await enrolledDisk();
  const first = await open(disk, server, new FakeUploads(), new Clock());
  const draft = await first.newDraft("loudspeaker_broadcast", COMMUNE, { title: "Tự nguyện" });
  await first.send(draft.id);
  await first.newDraft("loudspeaker_broadcast", COMMUNE, { title: "Viết dở" });
  await first.syncNow();
  const before = server.requests.at(-1)!;
  expect(before).not.toHaveProperty("formerly");
  await first.close();

  await keepIdentity(disk, enrolled("another-device"));
  const again = await open(disk, server, new FakeUploads(), new Clock());
  await again.syncNow();
  const { device, formerly, last_n, drafts } = server.requests.find((each) => each.formerly)!;
  expect(drafts?.map((each) => (each.body as { fields?: unknown }).fields)).toEqual([{ title: "Viết dở" }]);
  expect({ device, formerly, last_n }).toEqual({
    device: "another-device",
    formerly: before.device,
    last_n: before.last_n,
  });
  await again.close();
});

test("the same code's answer kept twice is no other phone", async () => {
  const server = new FakeServer();
  const disk = await enrolledDisk();
  await keepIdentity(disk, enrolled("one"));
  await keepIdentity(disk, enrolled("one"));
  const phone = await open(disk, server, new FakeUploads(), new Clock());
  await phone.syncNow();
  expect(server.requests.at(-1)!.formerly).not.toBe("one");
  await phone.close();
});
