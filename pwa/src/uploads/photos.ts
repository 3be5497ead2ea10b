/**
 * The photos that wait: asked for in one trip, their previews first, then one photo after the other,
 * checked on the disk, sent from where the server stands. Records go before all of it; between two
 * previews or chunks they get their turn again.
 */
import { hashBytes } from "../platform/sha256.ts";
import { Changes } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import type { PhotoRecord, PhotoState } from "../store/records.ts";
import type { Http } from "./http.ts";
import { type Previewed, sendPreview } from "./previews.ts";
import { askHoldings, type ChunkSize, deliver, type Holdings } from "./tus.ts";

/** Photos asked for in one trip; the server takes up to 500. */
const ASKED_MAX = 200;

export interface Sending {
  database: Database;
  http: Http;
  token: string;
  chunk: ChunkSize;
  nowMs: () => number;
  waiting: () => PhotoRecord[];
  /** Whether the photo itself may go over this line. */
  mayGo: (sha256: string) => boolean;
  previewed: Previewed;
  onChange: (changes: Changes) => void;
  onProgress: (photo: { sha256: string; share: number } | null) => void;
  between: () => Promise<void>;
}

interface End {
  state: PhotoState;
  reason?: string;
  /** The server's time of the receipt. */
  at?: string | null;
}

/** Sends until nothing waits that may go. Throws SyncError when the line or the server fails. */
export async function sendPhotos(sending: Sending): Promise<void> {
  const known = new Map<string, Holdings>();
  const tried = new Set<string>();
  for (;;) {
    await announce(sending, known);
    const next = names(sending).find(
      (sha256) => known.has(sha256) && !tried.has(sha256) && sending.mayGo(sha256),
    );
    if (!next) return;
    tried.add(next);
    await sendOne(sending, next, known.get(next)!);
  }
}

const names = (sending: Sending): string[] => [...new Set(sending.waiting().map((photo) => photo.sha256))];

/** Asks for those not yet asked for, and sends the previews of those that are to be sent. */
async function announce(sending: Sending, known: Map<string, Holdings>): Promise<void> {
  for (;;) {
    const fresh = names(sending).filter((sha256) => !known.has(sha256));
    const next = fresh.slice(0, ASKED_MAX);
    if (!next.length) return;
    const holdings = await askHoldings(next, sending.http, sending.token);
    for (const sha256 of next) known.set(sha256, holdings);
    await takeHoldings(sending, holdings);
    for (const sha256 of names(sending).filter((each) => next.includes(each))) {
      if (holdings.previews?.includes(sha256)) sending.previewed.set(sha256, "here");
      else if (!holdings.previews) sending.previewed.set(sha256, "none");
      if (sending.previewed.has(sha256)) continue;
      await sendPreview(sha256, sending);
      await sending.between();
    }
  }
}

async function takeHoldings(sending: Sending, holdings: Holdings): Promise<void> {
  for (const sha256 of holdings.have) await mark(sending, sha256, { state: "received", at: holdings.at });
  for (const [sha256, { reason }] of Object.entries(holdings.refused)) {
    await mark(sending, sha256, { state: "damaged", reason: reason ?? "refused" });
  }
}

async function sendOne(sending: Sending, sha256: string, holdings: Holdings): Promise<void> {
  const photo = sending.waiting().find((each) => each.sha256 === sha256);
  if (!photo) return;
  const bytes = await sending.database.read(["bytes"], (tx) =>
    tx.objectStore("bytes").get([sha256, "screen"]),
  );
  // A disk may give back other bytes than it got (F5): better to say so than to send them.
  if (!bytes || (await hashBytes(bytes)) !== sha256) {
    return mark(sending, sha256, { state: "damaged", reason: "disk" });
  }
  const share = (sent: number): void => sending.onProgress({ sha256, share: sent / bytes.byteLength });
  share(holdings.offsets[sha256] ?? 0);
  try {
    const parcel = { sha256, media_type: photo.media_type, bytes };
    const delivery = await deliver(parcel, holdings.offsets[sha256] ?? null, {
      ...sending,
      onProgress: share,
    });
    const { end } = delivery;
    if (end === "received") await mark(sending, sha256, { state: "received", at: delivery.at });
    if (end === "refused") await mark(sending, sha256, { state: "damaged", reason: delivery.reason });
  } finally {
    sending.onProgress(null);
  }
}

/** The same photo may show two activities; it is sent once and received for both. */
async function mark(sending: Sending, sha256: string, end: End): Promise<void> {
  const changes = new Changes();
  const named = sending.waiting().filter((photo) => photo.sha256 === sha256);
  await sending.database.write(["photos"], async (tx) => {
    for (const { activity } of named) {
      const photo = await tx.objectStore("photos").get([activity, sha256]);
      if (!photo) continue;
      const marked: PhotoRecord = { ...photo, state: end.state };
      if (end.reason) marked.reason = end.reason;
      if (end.at) marked.receivedAt = end.at;
      await tx.objectStore("photos").put(marked);
      changes.photos.push(marked);
    }
  });
  sending.onChange(changes);
}
