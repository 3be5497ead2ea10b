/** The shapes that the console reads from the API; the field names are the contract's. */

export interface Pair {
  vi: string;
  en: string;
}

export interface Option {
  id: string;
  label: Pair;
}

export interface Field {
  id: string;
  type: string;
  label: Pair;
  unit?: Pair | string | null;
  options?: Option[];
}

export interface Kind {
  id: string;
  labels: Pair;
  rows: string[];
  sections: { id: string; labels?: Pair; label?: Pair; fields: string[] }[];
  fields: Field[];
}

export interface Catalogue {
  version: string;
  kinds: Kind[];
}

export interface EvidenceElement {
  sha256: string;
  size: number;
  media_type: string;
  width: number;
  height: number;
  captured?: string | { wall?: string } | null;
  source?: string;
  verified: boolean;
}

export interface Remark {
  text: string;
  field?: string;
  evidence?: string;
  circle?: [number, number, number];
}

export interface Review {
  decision: string;
  by: { id: string; name: string } | string;
  at: string;
  remarks: Remark[];
}

export type Status = "draft" | "submitted" | "returned" | "approved" | "rejected" | "withdrawn";

export interface Activity {
  id: string;
  version: number;
  digest: string;
  kind: string;
  scope: string;
  status: Status;
  fields: Record<string, unknown>;
  evidence: EvidenceElement[];
  author: { id: string; name: string };
  event_date: string | null;
  received_at: string;
  submitted_at?: string | null;
  review: Review | null;
  conflicts: Conflict[];
  duplicate_of?: string | null;
  /** In the queue: what the activity waits for. */
  needs?: ("decision" | "conflict" | "amendment" | "duplicate")[];
  unit: string;
  unit_name: string | null;
  province_name: string | null;
  history?: HistoryEntry[];
  /** When its phone made it, with bounds that no wrong clock can move; only of one activity. */
  captured?: { likely: string; earliest: string | null; latest: string } | null;
}

/** A field on both sides of a conflict. Of a set, `mine` is `{add: [element], remove: [id]}`. */
export interface FieldConflict {
  field: string;
  current: unknown;
  mine: unknown;
  was: unknown;
}

/** A change that did not go in, kept beside the activity until somebody decides. */
export interface Conflict {
  id: string;
  kind: "fields" | "amendment" | "withdrawal" | "invalid";
  operation: string;
  /** Whose change it is. */
  by: { id: string; name: string };
  resolver: "author" | "reviewer";
  /** What kind of operation it was: an edit, a submission, a withdrawal. */
  type: string;
  fields: FieldConflict[];
  opened_at: string;
}

/** What is wrong with a value, or what to choose from, as the server says it. */
export interface Told extends Pair {
  field: string | null;
  code: string;
  options?: { scope: string; name: string }[];
}

/** An operation that the server keeps whole without applying it. */
export interface Parked {
  id: string;
  reason: string;
  words: Pair;
  todo: Pair;
  /** Null where what was sent could not be read. */
  activity: string | null;
  kind: string | null;
  author: { id: string; name: string };
  received_at: string;
  operation: {
    type?: string;
    scope?: string;
    set?: Record<string, unknown>;
    was?: Record<string, unknown>;
    add?: Record<string, Record<string, unknown>[]>;
    remove?: Record<string, string[]>;
  } | null;
  problems?: Told[] | null;
}

/** Two activities that may tell of one event, the earlier one first. */
export interface Duplicate {
  id: string;
  /** Why the machine thinks so. */
  words?: Pair | null;
  found_at: string;
  activities: [Activity, Activity];
}

/** An enrolled phone, as its administrator sees it. */
export interface Phone {
  id: string;
  name: string;
  account: { id: string; name: string };
  app: string | null;
  created_at: string;
  last_seen_at: string | null;
  revoked_at: string | null;
  /** What it last told that it still holds. */
  unsent: { operations: number; photos: number; oldest_at: string | null } | null;
  /** What it told of that never came. */
  losses: { operations: number; photos: number; told_at: string | null }[];
  /** Restored from an older copy, or cloned. */
  forks?: number;
  /** Revoked, but what was done before is still taken until then. */
  escrow?: { until: string } | null;
}

export interface HistoryEntry {
  at: string;
  what: string;
  version: number;
  by?: { id: string; name: string };
  account?: { id: string; name: string };
  detail?: { remarks?: Remark[] } | null;
}

export interface Session {
  account: {
    id: string;
    name: string;
    role: string;
    unit?: { id: string; name: string; full_name: string } | null;
  };
  csrf_token: string;
}

export interface Figure {
  done: number;
  sent: number;
  approved: number;
}

export interface TargetProgress extends Figure {
  id: string;
  label?: string;
  unit?: string;
  min: number | null;
  max: number | null;
  required?: number | null;
  /** Commune-weeks that reach the line: of the whole period (`total`), of weeks begun by today (`due`). */
  cells?: (Figure & { total: number; due: number }) | null;
}

export interface RowProgress extends Figure {
  code: string;
  name: string;
  unit: string | null;
  targets: TargetProgress[];
}

export interface Progress {
  plan: string | { id: string; title?: string };
  rows: RowProgress[];
}
