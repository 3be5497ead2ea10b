/**
 * One photo to the server by tus 1.0: from wherever the server stands, never from the start again.
 *
 * An upload is named by its sha256, so its address needs no memory. Nothing is called received
 * before the server says that the bytes hash to their name (`Upload-Verified`).
 */
import { digestBytes } from "../platform/sha256.ts";
import { SyncError } from "../platform/trouble.ts";
import type { Http, Reply } from "./http.ts";

const UPLOADS = "/api/v1/uploads";
/** 2G in bad weather / the most that is worth sending again. Start: 2 s on 3G. */
const CHUNK_MIN_BYTES = 16 * 1024;
const CHUNK_MAX_BYTES = 1024 * 1024;
const CHUNK_FIRST_BYTES = 128 * 1024;
/** A broken chunk is lost whole (its checksum covers all of it), so a chunk should not take long. */
const CHUNK_TARGET_MS = 4_000;
/** Answers that send us back to HEAD; more than this in one go is a fault, left for another day. */
const CORRECTIONS_MAX = 5;

/** refused: the server can't read it as a photo; sending it again would not help. */
export type Delivery =
  | { end: "received"; at: string | null }
  | { end: "refused"; reason: string }
  | { end: "later" };

export interface Parcel {
  sha256: string;
  media_type: string;
  bytes: ArrayBuffer;
}

/** Learns from chunk to chunk what the line can do. */
export class ChunkSize {
  bytes = CHUNK_FIRST_BYTES;

  after(sent: number, tookMs: number): void {
    const ideal = (sent / Math.max(tookMs, 1)) * CHUNK_TARGET_MS;
    this.#set(Math.min(ideal, this.bytes * 2));
  }

  broke(): void {
    this.#set(this.bytes / 2);
  }

  #set(bytes: number): void {
    this.bytes = Math.round(Math.min(CHUNK_MAX_BYTES, Math.max(CHUNK_MIN_BYTES, bytes)));
  }
}

export interface Line {
  http: Http;
  token: string;
  chunk: ChunkSize;
  nowMs: () => number;
  /** Called with the bytes that are there or on their way. */
  onProgress: (bytes: number) => void;
  /** Called between chunks, for what is smaller and more urgent. */
  between: () => Promise<void>;
}

/** Sends what is missing. `offset` as the server last told, null if it knows no such upload. */
export async function deliver(parcel: Parcel, offset: number | null, line: Line): Promise<Delivery> {
  const size = parcel.bytes.byteLength;
  let at = offset;
  for (let corrections = 0; corrections <= CORRECTIONS_MAX; ) {
    const from = at ?? 0;
    const chunk = parcel.bytes.slice(from, Math.min(size, from + line.chunk.bytes));
    const reply = await send(parcel, at, chunk, line);
    if (reply.status === 201 || reply.status === 204) {
      at = offsetOf(reply);
      line.onProgress(at);
      if (reply.header("Upload-Verified") === "true") return { end: "received", at: serverTimeOf(reply) };
      if (at >= size) return { end: "later" };
      await line.between();
      continue;
    }
    corrections++;
    // 409: it stands elsewhere. 460: bytes changed on the way. 404, 410: it forgot.
    if (reply.status === 409 || reply.status === 460) at = await ask(parcel, line);
    else if (reply.status === 404 || reply.status === 410) at = null;
    else if (reply.status === 422) return { end: "refused", reason: slugOf(reply) };
    else throw troubleOf(reply);
    if (at === size) return { end: "later" };
  }
  return { end: "later" };
}

/** Creation with the first chunk, or the next chunk. */
async function send(parcel: Parcel, offset: number | null, chunk: ArrayBuffer, line: Line): Promise<Reply> {
  const headers: Record<string, string> = {
    ...base(line),
    "Content-Type": "application/offset+octet-stream",
    "Upload-Checksum": `sha256 ${base64(await digestBytes(chunk))}`,
  };
  if (offset === null) {
    headers["Upload-Length"] = String(parcel.bytes.byteLength);
    headers["Upload-Metadata"] = metadata({ sha256: parcel.sha256, type: parcel.media_type });
  } else {
    headers["Upload-Offset"] = String(offset);
  }
  const began = line.nowMs();
  const sent = (bytes: number): void => line.onProgress((offset ?? 0) + Math.min(bytes, chunk.byteLength));
  try {
    const reply = await (offset === null
      ? line.http("POST", UPLOADS, headers, chunk, sent)
      : line.http("PATCH", `${UPLOADS}/${parcel.sha256}`, headers, chunk, sent));
    line.chunk.after(chunk.byteLength, line.nowMs() - began);
    return checked(reply);
  } catch (error) {
    line.chunk.broke();
    throw error;
  }
}

/** Where the server stands: an offset, or null if it knows no such upload. */
async function ask(parcel: Parcel, line: Line): Promise<number | null> {
  const reply = checked(await line.http("HEAD", `${UPLOADS}/${parcel.sha256}`, base(line), null));
  if (reply.status === 404 || reply.status === 410) return null;
  if (reply.status !== 200) throw troubleOf(reply);
  return offsetOf(reply);
}

export interface Holdings {
  /** The server's time of this answer, as `serverTimeOf` reads it. */
  at: string | null;
  have: string[];
  offsets: Record<string, number>;
  send: string[];
  refused: Record<string, { reason?: string }>;
  /** Whose preview is there; null: this server takes none. */
  previews: string[] | null;
}

/** One trip for many photos: which are there, and how far the others are. */
export async function askHoldings(sha256: string[], http: Http, token: string): Promise<Holdings> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const reply = await http("POST", "/api/v1/evidence/have", headers, JSON.stringify({ sha256 }));
  if (reply.status !== 200) throw troubleOf(reply);
  try {
    const found = JSON.parse(reply.text) as Partial<Holdings> & { partial?: Record<string, number> };
    if (!Array.isArray(found.have)) throw new SyncError("portal");
    return {
      at: serverTimeOf(reply),
      have: found.have,
      offsets: found.partial ?? {},
      send: found.send ?? [],
      refused: found.refused ?? {},
      previews: found.previews ?? null,
    };
  } catch {
    throw new SyncError("portal");
  }
}

function base(line: Line): Record<string, string> {
  return { Authorization: `Bearer ${line.token}`, "Tus-Resumable": "1.0.0" };
}

/** Core, Tus-Resumable: it is in every answer of a tus server, and in no portal's. */
function checked(reply: Reply): Reply {
  if (!reply.header("Tus-Resumable")) throw troubleOf(reply);
  return reply;
}

export function troubleOf(reply: Reply): SyncError {
  const ours = (reply.header("Content-Type") ?? "").includes("json");
  const wait = Number(reply.header("Retry-After")) || null;
  if (reply.status === 401 && ours) return new SyncError("signed_out");
  if (reply.status >= 500 || reply.status === 429) return new SyncError("server", wait);
  return new SyncError(ours ? "refused" : "portal", wait);
}

function offsetOf(reply: Reply): number {
  const offset = Number(reply.header("Upload-Offset") ?? Number.NaN);
  if (!Number.isInteger(offset) || offset < 0) throw new SyncError("portal");
  return offset;
}

/**
 * The server's own clock: the phone's may have been set since they last compared. Null for none: a
 * photo without it is never taken for one that a backup holds.
 */
function serverTimeOf(reply: Reply): string | null {
  const ms = Date.parse(reply.header("Date") ?? "");
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

function slugOf(reply: Reply): string {
  try {
    const problem = JSON.parse(reply.text) as { reason?: string; type?: string };
    return problem.reason ?? problem.type ?? "photo-refused";
  } catch {
    return "photo-refused";
  }
}

function metadata(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${btoa(value)}`)
    .join(",");
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
