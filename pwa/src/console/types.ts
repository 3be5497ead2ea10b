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
  conflicts: unknown[];
  unit: string;
  unit_name: string | null;
  province_name: string | null;
  history?: HistoryEntry[];
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
