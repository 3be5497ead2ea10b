/** One exchange with the server. What came back is judged elsewhere (`reply`); nothing is tried twice. */
import { SyncError } from "../platform/trouble.ts";
import type { Reply } from "./reply.ts";
import type { SyncRequest } from "./wire.ts";

/** Long enough for 256 KB over EDGE with a stall; a phone must not wait for ever on a dead line. */
const TIMEOUT_MS = 90_000;
/** Below this packing costs more than it saves. */
const PACK_MIN_CHARACTERS = 1024;

const STRICT = new TextDecoder("utf-8", { fatal: true });

export type Fetch = typeof fetch;

/** Throws SyncError("offline") when nothing, or not all, came back. */
export async function exchange(
  request: SyncRequest,
  token: string,
  send: Fetch = (input, init) => fetch(input, init),
): Promise<Reply> {
  const text = JSON.stringify(request);
  const headers: Record<string, string> = {
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/json",
    Accept: "application/json",
  };
  const body = await packed(text, headers);
  let response: Response;
  let answered: string;
  try {
    response = await send("/api/v1/sync", {
      method: "POST",
      headers,
      body,
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // Strictly: a byte that became another must not come to stand in a report as a box.
    answered = STRICT.decode(await response.arrayBuffer());
  } catch {
    throw new SyncError("offline");
  }
  const { status, redirected, headers: told } = response;
  const mediaType = told.get("Content-Type") ?? "";
  return { status, redirected, mediaType, retryAfter: told.get("Retry-After"), text: answered };
}

async function packed(text: string, headers: Record<string, string>): Promise<string | ArrayBuffer> {
  if (text.length < PACK_MIN_CHARACTERS || typeof CompressionStream === "undefined") return text;
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  headers["Content-Encoding"] = "gzip";
  return new Response(stream).arrayBuffer();
}
