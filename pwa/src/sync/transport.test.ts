/** One exchange: what came is text of ours, letter by letter, or nothing. */
import { expect, test } from "vitest";
import { exchange, type Fetch } from "./transport.ts";
import type { SyncRequest } from "./wire.ts";

const request = { protocol: 1, operations: [] } as unknown as SyncRequest;
const answering = (body: Uint8Array): Fetch =>
  (async () =>
    new Response(new Blob([body as BlobPart]), {
      headers: { "Content-Type": "application/json" },
    })) as Fetch;

test("an answer comes as it was written", async () => {
  const text = '{"incarnation":"đời này"}';
  const reply = await exchange(request, "token", answering(new TextEncoder().encode(text)));
  expect([reply.status, reply.text]).toEqual([200, text]);
});

test("an answer of which one byte became another is none", async () => {
  const body = new TextEncoder().encode('{"incarnation":"life","title":"Loa"}');
  body[32]! ^= 0x80;
  await expect(exchange(request, "token", answering(body))).rejects.toMatchObject({ trouble: "offline" });
});
