/** What the console makes of answers that break off. */
import { afterEach, expect, it, vi } from "vitest";
import { download, Problem } from "./api.ts";

afterEach(() => vi.unstubAllGlobals());

it("takes a file that breaks off in the middle for no file", async () => {
  const broken = new ReadableStream({
    start(stream) {
      stream.enqueue(new TextEncoder().encode("PK"));
      stream.error(new TypeError("network error"));
    },
  });
  vi.stubGlobal("fetch", async () => new Response(broken));
  const trouble = await download("POST", "print-runs/sheets", {}).catch((error: unknown) => error);
  expect(trouble).toBeInstanceOf(Problem);
  expect((trouble as Problem).type).toBe("network");
});
