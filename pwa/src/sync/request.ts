/** What the phone tells the server of itself in each request. Pure. */
import type { Memory } from "../store/memory.ts";
import type { Draft, Operation } from "../store/records.ts";
import { waitingPhotos } from "./report.ts";
import { PROTOCOL, ROWS_MAX, type SyncRequest } from "./wire.ts";

/** Copies of drafts in one request, and how large each may be. */
const DRAFTS_MAX = 20;
const DRAFT_BYTES_MAX = 64_000;
const encoder = new TextEncoder();

export function requestOf(memory: Memory, operations: Operation[], app: string): SyncRequest {
  const { device, formerly, epoch, lastN, incarnation, taken, courierKey } = memory.identity;
  const drafts = draftsDue(memory);
  const scopes = [...memory.scopes.values()].filter((scope) => !scope.droppedAt);
  const catalogue = [...memory.documents.values()].find((document) => document.type === "catalogue");
  const items = memory.items();
  return {
    protocol: PROTOCOL,
    device,
    ...(formerly ? { formerly } : {}),
    epoch,
    last_n: lastN,
    app,
    catalogue: (catalogue?.body as { version?: string } | undefined)?.version ?? null,
    unsent: {
      operations: items.filter((item) => item.state === "waiting").length,
      photos: waitingPhotos(memory).length,
      oldest_at: items[0]?.operation.captured.wall ?? null,
    },
    incarnation,
    cursors: Object.fromEntries(scopes.map((scope) => [scope.name, scope.seq])),
    // A sum of half a pass says nothing.
    digests: Object.fromEntries(scopes.filter((s) => !s.rereading).map((s) => [s.name, s.digest])),
    operations,
    max_rows: ROWS_MAX,
    ...(drafts.length ? { drafts } : {}),
    ...(taken?.length ? { taken: taken.slice(0, DRAFTS_MAX) } : {}),
    courier_key: courierKey?.id ?? null,
  };
}

/** What the server's copies of the drafts lack; who may hand over only has none kept. */
function draftsDue({ identity, drafts, documents }: Memory): NonNullable<SyncRequest["drafts"]> {
  if (identity.escrow) return [];
  const known = identity.backedUp ?? {};
  const gone = Object.keys(known).filter((id) => !drafts.has(id));
  const copies = new Map(
    [...documents.values()].flatMap(({ id, type, gone: isGone, body }) => {
      const copy = type === "draft" && !isGone ? (body as { changed_at?: string } | null) : null;
      return copy?.changed_at ? [[id, Date.parse(copy.changed_at)] as const] : [];
    }),
  );
  // A request that came late may have put an older state of it in the place of what was told since.
  const isStale = (draft: Draft) =>
    (copies.get(`draft:${identity.device}:${draft.id}`) ?? Number.NaN) < Date.parse(draft.changedAt);
  const changed = [...drafts.values()].filter(
    (draft) => known[draft.id] !== draft.changedAt || isStale(draft),
  );
  return [
    ...gone.map((id) => ({ id, changed_at: known[id]!, body: null })),
    ...changed
      .filter((draft) => encoder.encode(JSON.stringify(draft)).length < DRAFT_BYTES_MAX)
      .map((draft) => ({ id: draft.id, changed_at: draft.changedAt, body: draft })),
  ].slice(0, DRAFTS_MAX);
}

export function draftsWait(memory: Memory): boolean {
  return !!memory.identity.taken?.length || draftsDue(memory).length > 0;
}
