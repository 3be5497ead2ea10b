/**
 * What a person sees: the server's row with the phone's own operations on top, and one of five
 * words for where it is. Pure; recomputed, never stored. The phone does not merge.
 */
import type {
  ActivityRow,
  Conflict,
  Evidence,
  Fields,
  Json,
  Operation,
  OutboxItem,
  PhotoRecord,
  Problem,
  Review,
  Status,
} from "../store/records.ts";

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
  /** Where this photo is. elsewhere: made on another phone, and not yet received. */
  place: "phone" | "sending" | "received" | "damaged" | "elsewhere";
}

export interface Attention {
  kind: "parked" | "conflict";
  /** Stable slug: invalid, no_permission, too_old, appeal, bug, …, or a conflict's kind. */
  reason: string;
  problems: Problem[];
  /** The parked operation, to be sent again or let go of. */
  operation?: string;
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
  /** Set fields other than evidence. */
  sets: Record<string, Json[]>;
  evidence: EvidenceView[];
  author: { id: string; name: string } | null;
  mine: boolean;
  /** `yyyy-mm-dd`. */
  eventDate: string | null;
  /** When it was last written here (pending) or changed at the server. */
  at: string;
  review: Review | null;
  /** The activity that counts in the place of this one. */
  duplicateOf: string | null;
  conflicts: Conflict[];
  state: ItemState;
  attention: Attention | null;
  progress: Progress;
  /** There is an unsent draft on top of it. */
  hasDraft: boolean;
}

/**
 * The operations that the server's row does not show yet. One that had gone in in an earlier life of
 * the server is shown only below the version at which it had (PROTOCOL.md, 8).
 */
export function onTop(row: ActivityRow | null, items: readonly OutboxItem[]): Operation[] {
  const shown = row?.version ?? 0;
  return items
    .filter((item) => item.wentInAt === undefined || item.wentInAt > shown)
    .map((item) => item.operation);
}

/** `row` after `operations`; null if there is neither a row nor a create. */
export function applyOperations(
  row: ActivityRow | null,
  operations: readonly Operation[],
): ActivityRow | null {
  let current = row;
  for (const operation of operations) {
    if (operation.type === "create") current ??= created(operation);
    else if (current) {
      current = {
        ...patched(decided(current, operation), operation),
        status: statusAfter(current, operation),
      };
    }
  }
  return current;
}

function created(operation: Operation): ActivityRow {
  const empty: ActivityRow = {
    type: "activity",
    id: operation.activity,
    seq: 0,
    version: 0,
    kind: operation.kind,
    kind_version: operation.kind_version,
    scope: operation.scope,
    status: "draft",
    fields: {},
    evidence: [],
  };
  return patched(empty, operation);
}

/** Until the server has decided it too, the one who chose sees what was chosen. */
function decided(row: ActivityRow, { resolve }: Operation): ActivityRow {
  const conflict = resolve && row.conflicts?.find((each) => each.id === resolve.conflict);
  if (!conflict) return row;
  const conflicts = row.conflicts?.filter((each) => each !== conflict);
  if (resolve.choice !== "proposed") return { ...row, conflicts };
  const known = conflict.fields.filter(({ field }) => field !== "evidence" && !(field in (row.sets ?? {})));
  const mine = Object.fromEntries(known.map(({ field, mine }) => [field, mine]));
  return { ...row, conflicts, fields: withValues(row.fields, mine) };
}

function withValues(fields: Fields, set: Fields): Fields {
  const made = { ...fields };
  for (const [field, value] of Object.entries(set)) {
    if (value === null) delete made[field];
    else made[field] = value;
  }
  return made;
}

function patched(row: ActivityRow, { set, add, remove }: Operation): ActivityRow {
  // What only the server knows of stays where the server has it.
  const known = row.fields;
  const apart = Object.entries(set).filter(([field]) => !(field in known) && field in (row.extra ?? {}));
  const fields = withValues(known, { ...set, ...Object.fromEntries(apart.map(([field]) => [field, null])) });
  const made: ActivityRow = { ...row, fields };
  if (apart.length) made.extra = withValues(row.extra ?? {}, Object.fromEntries(apart));
  made.evidence = elements("sha256", row.evidence, add.evidence, remove.evidence);
  for (const name of new Set([...Object.keys(add), ...Object.keys(remove)])) {
    if (name === "evidence") continue;
    made.sets = { ...made.sets, [name]: elements("id", made.sets?.[name] ?? [], add[name], remove[name]) };
  }
  const date = fields.event_date;
  made.event_date = typeof date === "string" ? date : (row.event_date ?? null);
  return made;
}

/** A set after a patch: one element for each key. */
function elements<T>(key: string, held: readonly T[], add: Json[] = [], remove: string[] = []): T[] {
  const of = (element: unknown): string => (element as Record<string, string>)[key] ?? "";
  const out = new Set([...remove, ...add.map(of)]);
  return [...held.filter((element) => !out.has(of(element))), ...(add as unknown as T[])];
}

function statusAfter(row: ActivityRow, operation: Operation): Status {
  if (operation.type === "submit") return "submitted";
  if (operation.type === "withdraw") return "withdrawn";
  const { resolve } = operation;
  const conflict = resolve && row.conflicts?.find((each) => each.id === resolve.conflict);
  if (resolve?.choice === "proposed" && conflict?.type === "withdraw") return "withdrawn";
  return row.status;
}

/** What is under way just now: operations in a request, a photo on the line. */
export interface UnderWay {
  operations: ReadonlySet<string>;
  photo: { sha256: string; share: number } | null;
}

export interface Seen {
  row: ActivityRow | null;
  /** The activity's items that are waiting, told or parked, by n. */
  items: readonly OutboxItem[];
  /** The activity's photos that this phone knows of. */
  photos: readonly PhotoRecord[];
  account: { id: string; name: string };
  underWay: UnderWay;
  hasDraft: boolean;
}

export function viewOf(seen: Seen): ActivityView | null {
  const operations = onTop(seen.row, seen.items);
  const row = applyOperations(seen.row, operations);
  if (!row) return null;
  const evidence = row.evidence.map((photo) => placed(photo, seen));
  const attention = attentionOf(row, seen.items);
  const progress = progressOf(evidence, seen.underWay);
  const author = row.author ?? seen.account;
  return {
    id: row.id,
    kind: row.kind,
    kindVersion: row.kind_version,
    scope: row.scope,
    status: row.status,
    version: seen.row?.version ?? null,
    fields: row.fields,
    sets: row.sets ?? {},
    evidence,
    author,
    mine: author.id === seen.account.id,
    eventDate: row.event_date ?? null,
    at: operations.at(-1)?.captured.wall ?? row.changed_at ?? row.received_at ?? "",
    review: row.review ?? null,
    duplicateOf: row.duplicate_of ?? null,
    conflicts: row.conflicts ?? [],
    state: attention ? "attention" : stateOf(seen, evidence),
    attention,
    progress,
    hasDraft: seen.hasDraft,
  };
}

function placed(photo: Evidence, { photos, underWay }: Seen): EvidenceView {
  const record = photos.find((each) => each.sha256 === photo.sha256);
  let place: EvidenceView["place"] = "elsewhere";
  if (photo.verified || record?.state === "received") place = "received";
  else if (underWay.photo?.sha256 === photo.sha256) place = "sending";
  else if (record) place = record.state === "damaged" ? "damaged" : "phone";
  return { ...photo, place };
}

/** A parked operation, or a conflict that the author may decide: not one that waits for a reviewer. */
function attentionOf(row: ActivityRow, items: readonly OutboxItem[]): Attention | null {
  const parked = items.find((item) => item.state === "parked");
  if (parked) {
    const { reason = "bug", problems = [], operation } = parked;
    return { kind: "parked", reason, problems, operation: operation.id };
  }
  const conflict = row.conflicts?.find((each) => each.kind !== "amendment" && each.resolver !== "reviewer");
  return conflict ? { kind: "conflict", reason: conflict.kind, problems: [] } : null;
}

function stateOf({ items, underWay }: Seen, evidence: readonly EvidenceView[]): ItemState {
  if (items.some((item) => underWay.operations.has(item.operation.id))) return "sending";
  if (items.some((item) => item.state === "waiting")) return "saved";
  if (evidence.some((photo) => photo.place === "sending")) return "sending";
  return evidence.every((photo) => photo.place === "received") ? "received" : "partly";
}

function progressOf(evidence: readonly EvidenceView[], underWay: UnderWay): Progress {
  const received = evidence.filter((photo) => photo.place === "received");
  const at = evidence.findIndex((photo) => photo.place === "sending");
  const share = at >= 0 ? (underWay.photo?.share ?? 0) : 0;
  const sum = (photos: readonly Evidence[]): number => photos.reduce((bytes, photo) => bytes + photo.size, 0);
  return {
    photos: evidence.length,
    photosReceived: received.length,
    bytes: sum(evidence),
    bytesReceived: sum(received) + Math.round(share * (evidence[at]?.size ?? 0)),
    current: at >= 0 ? { photo: at + 1, share } : null,
  };
}
