/**
 * One exchange with the server, and a word for each way in which it can fail. What is done about
 * a failure is the sender's business; here nothing is tried twice.
 */
import { SyncError } from "../platform/trouble.ts";
import { readAnswer, type SyncAnswer, type SyncRequest } from "./wire.ts";

/** Long enough for 256 KB over EDGE with a stall; a phone must not wait for ever on a dead line. */
const TIMEOUT_MS = 90_000;
/** Below this packing costs more than it saves. */
const PACK_MIN_CHARACTERS = 1024;

export type Fetch = typeof fetch;

export async function exchange(
  request: SyncRequest,
  token: string,
  send: Fetch = (input, init) => fetch(input, init),
): Promise<SyncAnswer> {
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
    answered = await response.text();
  } catch {
    throw new SyncError("offline");
  }
  if (response.status === 200 && !response.redirected) {
    const answer = readAnswer(answered);
    if (answer) return answer;
    throw new SyncError("portal");
  }
  throw refusal(response, answered);
}

async function packed(text: string, headers: Record<string, string>): Promise<string | ArrayBuffer> {
  if (text.length < PACK_MIN_CHARACTERS || typeof CompressionStream === "undefined") return text;
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  headers["Content-Encoding"] = "gzip";
  return new Response(stream).arrayBuffer();
}

function refusal(response: Response, text: string): SyncError {
  const wait = Number(response.headers.get("Retry-After"));
  const retryAfterS = Number.isFinite(wait) && wait > 0 ? wait : null;
  const status = response.status;
  // Portals answer 3xx, 401, 403 or 511 with a page: only our own problems may end a sign-in.
  const ours = (response.headers.get("Content-Type") ?? "").includes("json");
  if (status >= 500 && status !== 511) return new SyncError("server", retryAfterS);
  if (!ours) return new SyncError(status === 413 ? "too_large" : "portal", retryAfterS);
  if (status === 401) return new SyncError("signed_out");
  if (status === 413) return new SyncError("too_large");
  if (status === 429) return new SyncError("server", retryAfterS);
  if (status === 426 || /too.old/.test(text)) return new SyncError("too_old");
  return new SyncError("refused", retryAfterS);
}
