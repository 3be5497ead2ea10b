/** The request and the answer of `POST /api/v1/sync` (PROTOCOL.md, 4), and telling an answer from a portal. */
import type { OutcomeRow } from "../outbox/settle.ts";
import type { ActivityRow, Draft, Json, Operation, Unit } from "../store/records.ts";

export const PROTOCOL = 1;
/** Rows in one answer: a minute on a bad link, and each page that arrived is kept. */
export const ROWS_MAX = 500;

export interface SyncRequest {
  protocol: number;
  device: string;
  formerly?: string;
  epoch: number;
  last_n: number;
  app: string;
  catalogue: string | null;
  unsent: { operations: number; photos: number; oldest_at: string | null };
  incarnation: string | null;
  cursors: Record<string, number>;
  digests: Record<string, string>;
  operations: Operation[];
  max_rows: number;
  /** The clocks at the sending: beside those of each operation they tell when it was made. */
  clock?: Omit<Operation["captured"], "beacon">;
  /** Copies of what is being written here; null: there is none any more. */
  drafts?: { id: string; changed_at: string; body: Draft | null }[];
  /** Documents of other devices' drafts that go on here. */
  taken?: string[];
  /** Id of the key for sealed files that is known here; null: none, please tell. */
  courier_key: string | null;
}

/** A row as it comes: an activity, whole or (`own`) without its body; a document; or gone. */
export interface WireRow extends Partial<Omit<ActivityRow, "type">> {
  type: string;
  id: string;
  seq: number;
  version?: number;
  own?: boolean;
  gone?: boolean;
  moved_to?: string;
  body?: Json;
}

export interface ScopeChanges {
  to: number;
  more: boolean;
  digest?: string;
  rows: WireRow[];
  redirect_to?: string;
}

export interface SyncAnswer {
  incarnation: string;
  server_time: string;
  beacon: string | null;
  outcomes: OutcomeRow[];
  changes: Record<string, ScopeChanges>;
  grants?: { added?: (string | Unit)[]; dropped?: string[]; moved?: Record<string, string>; units?: Unit[] };
  durable_through: string | null;
  oldest_protocol?: number;
  retry_after_s?: number;
  /** The access ended: operations and photos are still taken until then, nothing is told. */
  escrow?: { until: string };
  courier_key?: { id: string; public_key: string };
}

/** The parsed body if it is an answer of ours; null for anything else that came with a 200. */
export function readAnswer(text: string): SyncAnswer | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const answer = value as Partial<SyncAnswer> | null;
  const ours =
    typeof answer === "object" &&
    typeof answer?.incarnation === "string" &&
    typeof answer.server_time === "string" &&
    Array.isArray(answer.outcomes) &&
    typeof answer.changes === "object" &&
    answer.changes !== null &&
    !Array.isArray(answer.changes);
  return ours ? (answer as SyncAnswer) : null;
}
