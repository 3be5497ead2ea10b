/**
 * What a person can do beside writing and sending, each in one transaction or one trip. Loaded with
 * the network's part, which the worker keeps: all but the first visit have it without a network.
 */

import { newId } from "../platform/ids.ts";
import { captured, wallTime } from "../platform/moment.ts";
import { SyncError } from "../platform/trouble.ts";
import type { Changes } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import type { Memory } from "../store/memory.ts";
import type { Draft } from "../store/records.ts";
import { transact, type Wants } from "../store/transact.ts";
import { type Correction, dismissParked, type Resolution, resend, resolve, takeDraft } from "./answering.ts";
import { COURIER_TYPE, isSealed, seal } from "./courier.ts";
import { Sheet } from "./sheet.ts";
import type { Fetch } from "./transport.ts";

const GIVEN = { newId, captured };
/** Photos of a round; the server takes files of 64 MiB, and a phone must hold one in memory. */
const COURIER_BYTES_MAX = 60 * 1024 * 1024;

function change<T>(
  database: Database,
  wants: Wants,
  work: (sheet: Sheet) => T,
): Promise<{ changes: Changes; result: T }> {
  return transact(database, wants, (rows) => {
    const sheet = new Sheet(rows);
    const result = work(sheet);
    return { changes: sheet.changes(), result };
  });
}

export async function writeResolution(
  database: Database,
  memory: Memory,
  activity: string,
  said: Resolution,
): Promise<Changes> {
  const scope = memory.shadow.get(activity)?.scope ?? "";
  const wants: Wants = { rows: [[scope, activity]], documents: true };
  return (await change(database, wants, (sheet) => resolve(sheet, scope, activity, said, GIVEN))).changes;
}

export async function writeAgain(
  database: Database,
  operation: string,
  correction: Correction,
): Promise<Changes> {
  return (await change(database, {}, (sheet) => resend(sheet, operation, correction, GIVEN))).changes;
}

export async function letGo(database: Database, operation: string): Promise<Changes> {
  return (await change(database, {}, (sheet) => dismissParked(sheet, operation))).changes;
}

export async function bringDraft(
  database: Database,
  documentId: string,
): Promise<{ changes: Changes; result: Draft }> {
  // A draft that is here already under this id stays.
  const id = documentId.split(":").at(-1) ?? "";
  return change(database, { documents: true, draft: id }, (sheet) =>
    takeDraft(sheet, documentId, wallTime()),
  );
}

/** All that waits, sealed for the server. Throws Error("no_key") before the first contact. */
export async function sealAll(database: Database, memory: Memory, nowMs: number): Promise<Blob> {
  const { token, device, epoch, courierKey } = memory.identity;
  if (!courierKey || !token) throw new Error("no_key");
  const waiting = memory.items().filter((item) => item.state === "waiting");
  const names = memory.allPhotos().filter((photo) => photo.state === "waiting");
  const photos: { sha256: string; size: number }[] = [];
  const bytes: ArrayBuffer[] = [];
  let total = 0;
  for (const sha256 of new Set(names.map((photo) => photo.sha256))) {
    const found = await database.read(["bytes"], (tx) => tx.objectStore("bytes").get([sha256, "screen"]));
    if (!found || total + found.byteLength > COURIER_BYTES_MAX) continue;
    total += found.byteLength;
    photos.push({ sha256, size: found.byteLength });
    bytes.push(found);
  }
  const operations = waiting.map((item) => item.operation);
  const made_at = new Date(nowMs).toISOString();
  return seal({ token, device, epoch, made_at, operations, photos }, bytes, courierKey.public_key);
}

/** What the server took of a colleague's file; `kept`: it waits on this phone for a network. */
export interface Carried {
  operations: number;
  photos: number;
  kept: boolean;
}

/** Why the file would be refused for ever; null: it may be taken another time. */
const refusalOf = (error: unknown): "refused" | "stranger" | null => {
  const trouble = error instanceof SyncError ? error.trouble : null;
  return trouble === "refused" || trouble === "stranger" ? trouble : null;
};

/** Delivers the file now, or keeps it. Throws SyncError: "refused" for what is no such file, "stranger"
 * for one of a phone that was shut out. */
export async function carryFile(
  database: Database,
  memory: Memory,
  file: Blob,
  send: Fetch,
): Promise<{ changes: Changes | null; result: Carried }> {
  const bytes = await file.arrayBuffer();
  if (!isSealed(bytes)) throw new SyncError("refused");
  try {
    const received = await post(bytes, memory.identity.token ?? "", send);
    return { changes: null, result: { ...received, kept: false } };
  } catch (error) {
    if (!(error instanceof SyncError) || refusalOf(error)) throw error;
  }
  const id = newId();
  const name = file instanceof File ? file.name : "";
  await database.write(["bytes"], (tx) => tx.objectStore("bytes").put(bytes, [id, "courier"]));
  const { changes } = await change(database, {}, (sheet) =>
    sheet.amend({ carried: [...(sheet.identity.carried ?? []), { id, size: bytes.byteLength, name }] }),
  );
  return { changes, result: { operations: 0, photos: 0, kept: true } };
}

/**
 * Sends what colleagues gave. Each goes when the server has it, or would never take it: then the
 * carrier is told, for all that was in it is still on its owner's phone.
 */
export async function deliverCarried(
  database: Database,
  memory: Memory,
  send: Fetch,
  onChange: (changes: Changes) => void,
): Promise<void> {
  for (const { id, name = "" } of memory.identity.carried ?? []) {
    const bytes = await database.read(["bytes"], (tx) => tx.objectStore("bytes").get([id, "courier"]));
    let trouble: ReturnType<typeof refusalOf> = null;
    try {
      if (bytes) await post(bytes, memory.identity.token ?? "", send);
    } catch (error) {
      trouble = refusalOf(error);
      if (!trouble) throw error;
    }
    const { changes } = await change(database, {}, (sheet) => {
      const { carried = [], undelivered = [] } = sheet.identity;
      sheet.amend({
        carried: carried.filter((each) => each.id !== id),
        undelivered: trouble ? [...undelivered, { id, name, trouble }] : undelivered,
      });
    });
    await database.write(["bytes"], (tx) => tx.objectStore("bytes").delete([id, "courier"]));
    onChange(changes);
  }
}

/** The carrier has read that these could not be delivered. */
export async function forgetUndelivered(database: Database): Promise<Changes> {
  return (await change(database, {}, (sheet) => sheet.amend({ undelivered: [] }))).changes;
}

async function post(
  bytes: ArrayBuffer,
  token: string,
  send: Fetch,
): Promise<{ operations: number; photos: number }> {
  let response: Response;
  let text: string;
  try {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": COURIER_TYPE };
    response = await send("/api/v1/courier", { method: "POST", headers, body: bytes, credentials: "omit" });
    text = await response.text();
  } catch {
    throw new SyncError("offline");
  }
  const ours = (response.headers.get("Content-Type") ?? "").includes("json");
  if (!ours) throw new SyncError(response.status >= 500 ? "server" : "portal");
  if (response.status === 200) {
    const { received } = JSON.parse(text) as { received?: { operations: number; photos: number } };
    if (received) return received;
    throw new SyncError("portal");
  }
  if (response.status === 401) throw new SyncError("signed_out");
  if (text.includes("courier-stranger")) throw new SyncError("stranger");
  throw new SyncError(response.status >= 500 || response.status === 429 ? "server" : "refused");
}
