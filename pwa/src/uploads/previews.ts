/**
 * A photo's thumbnail ahead of it: some 10 KB, so that whoever waits sees what is coming. The server
 * shows it as a preview and counts nothing by it (PROTOCOL.md, 12).
 */
import type { Database } from "../store/database.ts";
import type { Http } from "./http.ts";
import { troubleOf } from "./tus.ts";

/** What the server takes; a larger one is no small thing first. */
const PREVIEW_MAX_BYTES = 32 * 1024;

/** here: the server has it. none: it takes none of this photo, and need not be asked again. */
export type Previewed = Map<string, "here" | "none">;

/** Sends one. Throws SyncError when the line or the server fails; what is refused is done without. */
export async function sendPreview(
  sha256: string,
  {
    database,
    http,
    token,
    previewed,
  }: { database: Database; http: Http; token: string; previewed: Previewed },
): Promise<void> {
  const bytes = await database.read(["bytes"], (tx) => tx.objectStore("bytes").get([sha256, "thumb"]));
  if (!bytes?.byteLength || bytes.byteLength > PREVIEW_MAX_BYTES) {
    previewed.set(sha256, "none");
    return;
  }
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "image/jpeg" };
  const reply = await http("PUT", `/api/v1/evidence/${sha256}/preview`, headers, bytes);
  if (reply.status === 204) previewed.set(sha256, "here");
  else if (isItsOwnFault(reply.status)) previewed.set(sha256, "none");
  else throw troubleOf(reply);
}

/** Of this one preview; the photo behind it may be all right. 500: a fault of ours, met by it. */
function isItsOwnFault(status: number): boolean {
  return status === 500 || (status >= 400 && status < 500 && status !== 401 && status !== 429);
}
