/**
 * One scope's page of the feed, put into the shadow. The cursor only moves over what this page
 * really covers; at the end the digests are compared, and a scope that differs is read again from
 * the start, silently, while its old rows stay in sight until the new pass is through. Pure.
 */
import { applyOperations } from "../outbox/view.ts";
import type { ActivityRow, DocumentRow, Operation, ScopeState, ShadowRow } from "../store/records.ts";
import { contentDigest, EMPTY, moveDigest } from "./digest.ts";
import type { Sheet } from "./sheet.ts";
import type { ScopeChanges, WireRow } from "./wire.ts";
import { mayBeOld } from "./writing.ts";

/** A feed of which nothing is known yet. */
export function newScope(name: string): ScopeState {
  return { name, seq: 0, digest: EMPTY, read: 1, rereading: false };
}

/** True if there is more to read of this scope. `cursor` is the one that the request named. */
export function applyScope(
  sheet: Sheet,
  name: string,
  page: ScopeChanges,
  cursor: number,
  applied: ReadonlyMap<string, Operation[]>,
): boolean {
  const scope = sheet.scopes.get(name);
  // A late answer to a cursor beyond ours (the scope began again meanwhile) would leave a gap.
  if (!scope || cursor > scope.seq) return !!scope;
  const pass = new Pass(sheet, scope);
  for (const row of page.rows) pass.take(row, applied.get(row.id) ?? []);
  const next: ScopeState = { ...scope, seq: Math.max(scope.seq, page.to), digest: pass.digest };
  if (pass.broken) {
    startReread(sheet, next);
    return true;
  }
  if (page.more || page.to < scope.seq) {
    sheet.putScope(next);
    return page.more;
  }
  return finish(sheet, next, page);
}

/** All pages of the scope are here: drop what the new pass did not see, compare the sums. */
function finish(sheet: Sheet, scope: ScopeState, page: ScopeChanges): boolean {
  const wasRereading = scope.rereading;
  if (wasRereading) dropUnseen(sheet, scope);
  const next: ScopeState = { ...scope, rereading: false };
  if (!page.digest || page.digest === scope.digest) {
    delete next.hopeless;
    sheet.putScope(next);
    return false;
  }
  if (wasRereading || scope.hopeless === page.digest) {
    // A whole pass did not help: a fault at the server. Trying for ever would help nobody; the
    // server sees our digest in each request.
    sheet.putScope({ ...next, hopeless: page.digest });
    return false;
  }
  startReread(sheet, next);
  return true;
}

/** The server left the scope out: nothing new, equal sums. A re-read of it is through. */
export function endReread(sheet: Sheet, name: string, cursor: number): boolean {
  const scope = sheet.scopes.get(name);
  if (!scope?.rereading || scope.seq !== cursor) return false;
  return finish(sheet, scope, { to: cursor, more: false, rows: [] });
}

export function startReread(sheet: Sheet, scope: ScopeState): void {
  sheet.putScope({ ...scope, seq: 0, digest: EMPTY, read: scope.read + 1, rereading: true });
}

function dropUnseen(sheet: Sheet, scope: ScopeState): void {
  const { name, read } = scope;
  for (const row of sheet.shadows(name)) if (row.read !== read) sheet.dropShadow(name, row.id);
  for (const row of sheet.documents())
    if (row.scope === name && row.read !== read) sheet.dropDocument(name, row.id);
}

/**
 * The scope's rows lie in another by now: they are shown on there, and counted, until they have
 * come there themselves (PROTOCOL.md, 2 and 7). Of the old scope only its new name is kept.
 */
export function followMove(sheet: Sheet, from: string, to: string, now: string): void {
  const known = sheet.scopes.get(from);
  const target = sheet.scopes.get(to);
  if (!target || target.droppedAt) sheet.putScope(newScope(to));
  if (known?.movedTo === to) return;
  for (const row of sheet.shadows(from)) {
    if (!known?.droppedAt) carry(sheet, row, to, mayBeOld(known, row));
    sheet.dropShadow(from, row.id);
  }
  for (const row of sheet.documents()) if (row.scope === from) sheet.dropDocument(from, row.id);
  sheet.putScope({ ...newScope(from), droppedAt: known?.droppedAt ?? now, movedTo: to });
}

/**
 * One row stands in for itself in the scope where it lies by now; it counts in the sum there too. One of
 * an earlier life of the server stays so: its number is -1.
 */
export function carry(sheet: Sheet, row: ShadowRow, named: string, old: boolean): void {
  let to = named;
  // What it came to may have been merged away as well, and be read to its end already.
  for (let moves = 0; moves < 10; moves++) to = sheet.scopes.get(to)?.movedTo ?? to;
  const scope = sheet.scopes.get(to);
  const known = sheet.shadow(to, row.id) ?? sheet.document(to, row.id);
  if (!scope || scope.droppedAt || known?.read === scope.read) return;
  const seq = old ? -1 : 0;
  sheet.putShadow({ ...row, scope: to, seq, read: scope.read, row: { ...row.row, scope: to, seq } });
  sheet.putScope({ ...scope, digest: moveDigest(scope.digest, null, row) });
}

/** The rows of one page, with the digest of the current pass moving along. */
class Pass {
  digest: string;
  /** A row without a body met nothing to stand on. */
  broken = false;
  readonly #sheet: Sheet;
  readonly #scope: ScopeState;

  constructor(sheet: Sheet, scope: ScopeState) {
    this.#sheet = sheet;
    this.#scope = scope;
    this.digest = scope.digest;
  }

  take(row: WireRow, applied: readonly Operation[]): void {
    const { name, read } = this.#scope;
    const known = this.#sheet.shadow(name, row.id);
    const before = known ?? this.#sheet.document(name, row.id);
    const seen = before?.read === read ? before : null;
    if (seen && seen.seq >= row.seq) return;
    const stored = this.#store(row, known, applied);
    this.digest = moveDigest(this.digest, seen && seen.version >= 0 ? seen : null, stored);
  }

  /** Writes the row; returns what it adds to the digest. */
  #store(row: WireRow, known: ShadowRow | undefined, applied: readonly Operation[]) {
    const { name, read } = this.#scope;
    const { id, seq } = row;
    if (row.type !== "activity" || row.gone) {
      // A tombstone without a version no longer counts in the sum: -1 stands for that.
      const version = row.gone ? -1 : (row.version ?? -1);
      const about = { scope: name, id, seq, version, read, type: row.type };
      const document: DocumentRow = { ...about, gone: !!row.gone, body: row.body ?? null };
      this.#sheet.putDocument(document);
      if (known) this.#sheet.dropShadow(name, id);
      if (known && row.moved_to) carry(this.#sheet, known, row.moved_to, mayBeOld(this.#scope, known));
      return version >= 0 ? { id, version } : null;
    }
    // Nothing to stand on: what another life of the server told, what only stands in for it.
    const base = known?.read === read && known.seq > 0 ? known : undefined;
    const body = row.fields ? (row as unknown as ActivityRow) : ownRow(row, base, applied);
    if (!body) {
      this.broken = true;
      return null;
    }
    const { version, event_date: day } = body;
    this.#sheet.putShadow({ scope: name, id, day: day ?? "", seq, version, read, row: body });
    return { id, version };
  }
}

/**
 * The server repeats no body of what this phone just sent: it is the shadow with those operations.
 * The digest proves it; null if it does not, and the scope is read again.
 */
function ownRow(
  row: WireRow,
  known: ShadowRow | undefined,
  applied: readonly Operation[],
): ActivityRow | null {
  const body = applyOperations(known?.row ?? null, applied);
  // The server's row has nothing beside its fields, and the digest would not show what this one has.
  if (!body || Object.keys(body.extra ?? {}).length || contentDigest(body) !== row.digest) return null;
  const { own: _own, ...told } = row;
  return { ...body, ...told, type: "activity" } as ActivityRow;
}
