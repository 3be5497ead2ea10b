/**
 * The phone's engine as the screens see it: everything they may ask or do, and nothing of how.
 *
 *     const engine = await openEngine();          // null: this phone is not enrolled
 *     engine ??= await enrol(code, "Máy của tôi"); // throws EnrolError with a reason
 *     const stop = engine.subscribe(() => { list = engine.activities(); });
 *
 *     const draft = await engine.newDraft("loudspeaker_broadcast", engine.units[0].scope);
 *     draft.fields.title = "…"; await engine.saveDraft(draft);   // resolves when it is on the disk
 *     await engine.addPhoto(draft.id, file, "camera");           // returns the draft with the photo
 *     await engine.send(draft.id);                               // into the outbox; goes when it can
 *
 * Getters and `activities()` are snapshots, cheap to call, new objects after each change; listeners
 * are called once per change, never in the middle of one. Writing calls resolve only when the data
 * is on the disk. No call waits for the network, but `enrol`, `syncNow` and `photoUrl` of a photo
 * that is not on the phone. A draft's id is its activity's id.
 *
 * Deliberately not here: forms, rules, words. The server alone merges; this shows its row with the
 * phone's own pending edits on top.
 */
import type {
  Account,
  Conflict,
  Draft,
  Evidence,
  Fields,
  Json,
  PhotoSource,
  Problem,
  Review,
  Status,
  Unit,
} from "../store/records.ts";

export type { Account, Conflict, Draft, Evidence, Fields, Json, PhotoSource, Problem, Review, Status, Unit };

/**
 * Where an activity is, as words that are never mixed:
 * saved – on this phone only; sending – under way; partly – the server has the record, photos are
 * missing; received – the server has all of it; attention – kept, but its author must look.
 */
export type ItemState = "saved" | "sending" | "partly" | "received" | "attention";

export interface Progress {
  photos: number;
  photosReceived: number;
  bytes: number;
  bytesReceived: number;
  /** The photo under way (1-based) and its share sent (0–1); null when none is. */
  current: { photo: number; share: number } | null;
}

export interface EvidenceView extends Evidence {
  /** Where this photo is. `elsewhere`: made on another phone, or no longer kept here. */
  place: "phone" | "sending" | "received" | "damaged" | "elsewhere";
}

export interface Attention {
  kind: "parked" | "conflict";
  /** Stable slug of the server: invalid, no_permission, too_old, appeal, bug, … or a conflict's kind. */
  reason: string;
  problems: Problem[];
}

export interface ActivityView {
  id: string;
  kind: string;
  kindVersion: number;
  scope: string;
  /** With own pending submits and withdrawals already in it. */
  status: Status;
  /** The server's version; null when it has not told of the activity yet. */
  version: number | null;
  fields: Fields;
  evidence: EvidenceView[];
  author: { id: string; name: string } | null;
  mine: boolean;
  eventDate: string | null;
  /** When it was written on this phone (pending) or reached the server. */
  at: string;
  review: Review | null;
  conflicts: Conflict[];
  state: ItemState;
  attention: Attention | null;
  progress: Progress;
  /** There is an unsent draft on top of it. */
  hasDraft: boolean;
}

export type Paused = "signed_out" | "too_old" | null;

export interface EngineStatus {
  online: boolean;
  syncing: boolean;
  /** Why nothing is sent though there is a network. */
  paused: Paused;
  /** Phone's time of the last answer of the server. */
  lastContact: string | null;
  /** What last went wrong with the network, in a word for the doctor: offline, portal, server, … */
  trouble: string | null;
  waiting: { activities: number; operations: number; photos: number; bytes: number; attention: number };
  /** Bytes; null where the browser does not tell. */
  storage: { used: number; quota: number } | null;
  /** Server's clock less the phone's, in ms; null before the first contact. */
  clockOffsetMs: number | null;
  /** All activities are in memory; before that the newest 60 are. */
  loaded: boolean;
}

export interface Engine {
  readonly account: Account;
  readonly units: readonly Unit[];
  /** Body of the feed's catalogue (contract: GET /api/v1/catalogue); null before the first sync. */
  readonly catalogue: Json | null;
  readonly plan: Json | null;
  /** Any other document of the feed by its type (notices, progress, …), newest first. */
  documents(type: string): { id: string; body: Json }[];

  subscribe(listener: () => void): () => void;

  /** Newest first. Mine and my commune's. */
  activities(): readonly ActivityView[];
  activity(id: string): ActivityView | null;

  drafts(): readonly Draft[];
  draft(id: string): Draft | null;
  newDraft(kind: string, scope: string, fields?: Fields): Promise<Draft>;
  saveDraft(draft: Draft): Promise<void>;
  deleteDraft(id: string): Promise<void>;
  /** A draft on top of an activity: to correct a returned, parked, conflicting or sent one. */
  editFrom(activityId: string): Promise<Draft>;

  /** Scales, stamps, hashes and stores; `stamp` are the lines burned in below the time. */
  addPhoto(draftId: string, file: Blob, source: PhotoSource, stamp?: string[]): Promise<Draft>;
  removePhoto(draftId: string, sha256: string): Promise<Draft>;
  /** An object address to show, or null when the bytes are neither here nor to be had now. */
  photoUrl(sha256: string, size: "thumb" | "screen"): Promise<string | null>;

  /** Makes the operations, puts them into the outbox, drops the draft, starts a sync. */
  send(draftId: string): Promise<void>;
  withdraw(activityId: string): Promise<void>;

  /** Resolves when the round is over, well or not; see status(). */
  syncNow(): Promise<void>;
  status(): EngineStatus;
  /**
   * Ends the sign-in on this phone. With unsent work the data stays sealed under its account until
   * it is enrolled again; otherwise it is deleted. Resolves with what was left.
   */
  logout(): Promise<{ operations: number; photos: number }>;
}

export class EnrolError extends Error {
  /** offline, portal, code (unknown, used or ended), storage, or a problem slug of the server. */
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** A photo that was refused; the record never is. */
export class PhotoError extends Error {
  constructor(readonly reason: "unreadable" | "storage_full" | "too_large") {
    super(reason);
  }
}

export async function openEngine(): Promise<Engine | null> {
  throw new Error("not built yet");
}

export async function enrol(_code: string, _deviceName: string): Promise<Engine> {
  throw new Error("not built yet");
}
