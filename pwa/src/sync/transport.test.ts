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

test("what is longer than a kilobyte goes packed, what is shorter as it is; both say the same", async () => {
  const asked: { encoding: string | null; body: BodyInit }[] = [];
  const listening: Fetch = async (input, init) => {
    const encoding = new Headers(init?.headers).get("Content-Encoding");
    asked.push({ encoding, body: init?.body as BodyInit });
    return answering(new TextEncoder().encode("{}"))(input, init);
  };
  const long = { ...request, app: "Loa ".repeat(500) };
  await exchange(request, "token", listening);
  await exchange(long, "token", listening);
  const [plain, packed] = asked;
  expect([plain?.encoding, packed?.encoding]).toEqual([null, "gzip"]);
  expect(JSON.parse(plain?.body as string)).toEqual(request);
  const bytes = new Blob([packed?.body as ArrayBuffer]);
  expect(bytes.size).toBeLessThan(200);
  const unpacked = bytes.stream().pipeThrough(new DecompressionStream("gzip"));
  expect(await new Response(unpacked).json()).toEqual(long);
});

test("it asks with its token, follows no cookie, and keeps no copy", async () => {
  let asked: RequestInit | undefined;
  await exchange(request, "loa_token", async (input, init) => {
    asked = init;
    return answering(new TextEncoder().encode("{}"))(input, init);
  });
  expect(new Headers(asked?.headers).get("Authorization")).toBe("Bearer loa_token");
  expect([asked?.method, asked?.credentials, asked?.cache]).toEqual(["POST", "omit", "no-store"]);
});
