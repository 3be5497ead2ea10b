/**
 * What lies on the phone, by store: shapes only, known to every realm.
 *
 * Three things are kept apart (PROTOCOL.md, 1.2): the *shadow* is the server's last state, the
 * *outbox* holds what this phone did and the server has not yet made durable, and what a person
 * sees is computed from both. Drafts are neither: nothing has been promised about them yet.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Fields = Record<string, Json>;

export type Status = "draft" | "submitted" | "returned" | "approved" | "rejected" | "withdrawn";
export type PhotoSource = "camera" | "gallery" | "file";

/** An element of the set field `evidence`; `sha256` is its id. */
export interface Evidence {
  sha256: string;
  size: number;
  media_type: string;
  width: number;
  height: number;
  captured?: string;
  source?: PhotoSource;
  /** A tiny picture as a data address, for whoever waits for the bytes. */
  placeholder?: string;
  /** Told by the server in its rows: the bytes are there and hash to their name. */
  verified?: boolean;
}

export interface Remark {
  text: string;
  field?: string;
  evidence?: string;
  /** Centre and radius as shares of the picture's width and height (0–1). */
  circle?: [x: number, y: number, r: number];
}

export interface Review {
  decision: "approve" | "return" | "reject";
  by: { id: string; name: string } | string;
  at: string;
  remarks: Remark[];
}

/** A change that did not go in, kept beside the activity until somebody decides. */
export interface Conflict {
  id: string;
  kind: "fields" | "amendment" | "withdrawal" | "invalid";
  /** The operation whose values are kept. */
  operation: string;
  /** Of that operation: a submission, a withdrawal, … Rows of an older server say none of these. */
  type?: string;
  by?: { id: string; name: string };
  /** Who may decide: the author of both sides, or only a reviewer. */
  resolver?: "author" | "reviewer";
  fields: { field: string; current: Json; mine: Json; was: Json }[];
  opened_at: string | null;
}

/** A row of the feed as the server sent it. */
export interface ActivityRow {
  type: "activity";
  id: string;
  seq: number;
  version: number;
  digest?: string;
  kind: string;
  kind_version: number;
  scope: string;
  unit?: string | null;
  status: Status;
  fields: Fields;
  /** Set fields other than evidence. */
  sets?: Record<string, Json[]>;
  evidence: Evidence[];
  author?: { id: string; name: string };
  event_date?: string | null;
  received_at?: string | null;
  changed_at?: string | null;
  review?: Review | null;
  /** The activity that counts in its place, once somebody has said that both tell of one event. */
  duplicate_of?: string | null;
  conflicts?: Conflict[];
  extra?: Fields;
}

/** An activity of the shadow. `read` is the pass over the scope in which it was last seen. */
export interface ShadowRow {
  scope: string;
  id: string;
  /** Day of the event, for the newest first; "" when unknown. */
  day: string;
  seq: number;
  version: number;
  read: number;
  row: ActivityRow;
}

/** Catalogue, plan, notices: small, always loaded. */
export interface DocumentRow {
  scope: string;
  id: string;
  seq: number;
  version: number;
  read: number;
  type: string;
  gone: boolean;
  body: Json;
}

/** How far one scope has been read, and what the rows read so far add up to. */
export interface ScopeState {
  name: string;
  seq: number;
  digest: string;
  /** Raised when the scope is read again from the start; rows of an older pass go at its end. */
  read: number;
  rereading: boolean;
  /** The server's digest that a full re-read did not reach: not tried again while it stays. */
  hopeless?: string;
  /** When the permission went: hidden at once, deleted after seven days. */
  droppedAt?: string;
  /** The feed that took its place when communes were merged; this one is read no more. */
  movedTo?: string;
}

export type OperationType = "create" | "edit" | "submit" | "withdraw" | "resolve";

/** Which value a conflict ends with: the one that stands, the one kept beside it, or those in `set`. */
export type Choice = "current" | "proposed" | "values";

/** Exactly what goes over the wire (PROTOCOL.md, 3); never changed once it may have been sent. */
export interface Operation {
  id: string;
  activity: string;
  type: OperationType;
  scope: string;
  kind: string;
  kind_version: number;
  base: number | null;
  incarnation: string | null;
  set: Fields;
  was: Fields;
  add: Record<string, Json[]>;
  remove: Record<string, string[]>;
  after: string | null;
  n: number;
  captured: { wall: string; monotonic_ms: number; boot: string; beacon: string | null };
  /** Of type `resolve` only. */
  resolve?: { conflict: string; choice: Choice };
  /** My parked operation in whose stead this one comes: nobody need look at that one any more. */
  instead?: string;
  /** Further ones whose content was joined with it. */
  also?: string[];
}

export interface Problem {
  field: string | null;
  code: string;
  vi: string;
  en: string;
  /** Places to choose from, where a commune was split (`area_choice`). */
  options?: { scope: string; name: string }[];
}

/**
 * waiting: not yet acknowledged. told: acknowledged, but the row with it in it has not come: it stays
 * on top of what the phone shows. parked: the server keeps it and says why it does not apply; the
 * author decides. kept: acknowledged and seen, held until a backup of the server holds it.
 */
export type OutboxState = "waiting" | "told" | "parked" | "kept";

export interface OutboxItem {
  /** Order of making; the key. */
  n: number;
  operation: Operation;
  state: OutboxState;
  tries: number;
  /** Not before this moment of the phone's clock (ms); a retry waits. */
  notBefore: number;
  reason?: string;
  problems?: Problem[];
  /** The server's time of the answer that acknowledged it. */
  acknowledgedAt?: string;
  /** Was parked, and its author did something about it: kept for a restored server alone. */
  answered?: true;
  /**
   * The activity's version with this change in it, as the outcome told it; 0 for a conflict. On a
   * waiting item: in an earlier life of the server.
   */
  wentInAt?: number;
}

export interface Origin {
  base: number | null;
  /** The life of the server in which `base` was told. */
  incarnation?: string | null;
  status: Status;
  fields: Fields;
  evidence: string[];
}

/** What is being written; its id is the activity's. Nothing of it has been sent. */
export interface Draft {
  id: string;
  kind: string;
  kind_version: number;
  scope: string;
  fields: Fields;
  evidence: Evidence[];
  /** What the activity said when the pen was taken up; null for a new one. */
  origin: Origin | null;
  startedAt: string;
  changedAt: string;
}

/** draft: of an unsent draft. waiting: to be sent. damaged: the disk lost it, or the server can't read it. */
export type PhotoState = "draft" | "waiting" | "received" | "damaged";

/**
 * A photo of an activity. Its bytes lie apart (store `bytes`, by sha256 and size), so that a list
 * is read without them; as ArrayBuffer, not Blob: Blobs did not outlive a power cut.
 */
export interface PhotoRecord {
  activity: string;
  sha256: string;
  size: number;
  media_type: string;
  state: PhotoState;
  /** Why it is `damaged`: "disk", or the server's reason for refusing it. */
  reason?: string;
  addedAt: string;
  /** The server's time when it said that it has the photo. */
  receivedAt?: string;
}

/** One row each in the store `meta`, keyed by `key`. */
export interface Identity {
  key: "identity";
  device: string;
  /** Which device this phone was before it was enrolled again: its numbers go on. */
  formerly?: string;
  token: string | null;
  account: Account;
  /** Places that the account may report from, as told at enrolment. */
  units: Unit[];
  epoch: number;
  lastN: number;
  incarnation: string | null;
  beacon: string | null;
  durableThrough: string | null;
  /** The server's time less the phone's, in ms, at the last contact. */
  clockOffsetMs: number | null;
  lastContact: string | null;
  /** The access ended; until then this phone may hand over what it holds, and read nothing. */
  escrow?: { until: string };
  /** Of each draft that the server holds a copy of: when it had been changed. */
  backedUp?: Record<string, string>;
  /** Documents of other devices' drafts that were taken over here; told until the server knows. */
  taken?: string[];
  courierKey?: { id: string; public_key: string };
  /** Colleagues' sealed files that wait here to be delivered (store `bytes`, size "courier"). */
  carried?: { id: string; size: number; name?: string }[];
  /** Those of them that the server would not take; told until somebody has read it. */
  undelivered?: { id: string; name: string; trouble: "refused" | "stranger" }[];
}

export interface Account {
  id: string;
  name: string;
  role?: string;
  unit?: { id: string; name: string };
  [key: string]: Json | undefined;
}

/** A place that the account may report from. */
export interface Unit {
  scope: string;
  id: string;
  name: string;
  full_name?: string;
  province?: string | null;
}
