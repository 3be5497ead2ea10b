/**
 * One scope's page of the feed, put into the shadow. The cursor only moves over what this page
 * really covers; at the end the digests are compared, and a scope that differs is read again from
 * the start, silently, while its old rows stay in sight until the new pass is through.
 */
import { applyOperations } from "../outbox/view.ts";
import type { Changes } from "../store/changes.ts";
import { scopeRange, type Writing } from "../store/database.ts";
import type { ActivityRow, DocumentRow, Operation, ScopeState, ShadowRow } from "../store/records.ts";
import { contentDigest, EMPTY, moveDigest } from "./digest.ts";
import type { ScopeChanges, WireRow } from "./wire.ts";

/** True if there is more to read of this scope. `cursor` is the one that the request named. */
export async function applyScope(
  tx: Writing,
  name: string,
  page: ScopeChanges,
  cursor: number,
  applied: ReadonlyMap<string, Operation[]>,
  changes: Changes,
): Promise<boolean> {
  const scope = await tx.objectStore("scopes").get(name);
  // A late answer to a cursor beyond ours (the scope began again meanwhile) would leave a gap.
  if (!scope || cursor > scope.seq) return !!scope;
  const pass = new Pass(tx, scope, changes);
  for (const row of page.rows) await pass.take(row, applied.get(row.id) ?? []);
  const next: ScopeState = { ...scope, seq: Math.max(scope.seq, page.to), digest: pass.digest };
  if (pass.broken) {
    await startReread(tx, next, changes);
    return true;
  }
  if (page.more || page.to < scope.seq) {
    await put(tx, next, changes);
    return page.more;
  }
  return finish(tx, next, page, changes);
}

/** All pages of the scope are here: drop what the new pass did not see, compare the sums. */
async function finish(
  tx: Writing,
  scope: ScopeState,
  page: ScopeChanges,
  changes: Changes,
): Promise<boolean> {
  const wasRereading = scope.rereading;
  if (wasRereading) await dropUnseen(tx, scope, changes);
  const next: ScopeState = { ...scope, rereading: false };
  if (!page.digest || page.digest === scope.digest) {
    delete next.hopeless;
    await put(tx, next, changes);
    return false;
  }
  if (wasRereading || scope.hopeless === page.digest) {
    // A whole pass did not help: a fault at the server. Trying for ever would help nobody; the
    // server sees our digest in each request.
    await put(tx, { ...next, hopeless: page.digest }, changes);
    return false;
  }
  await startReread(tx, next, changes);
  return true;
}

/** The server left the scope out: nothing new, equal sums. A re-read of it is through. */
export async function endReread(
  tx: Writing,
  name: string,
  cursor: number,
  changes: Changes,
): Promise<boolean> {
  const scope = await tx.objectStore("scopes").get(name);
  if (!scope?.rereading || scope.seq !== cursor) return false;
  return finish(tx, scope, { to: cursor, more: false, rows: [] }, changes);
}

export async function startReread(tx: Writing, scope: ScopeState, changes: Changes): Promise<void> {
  await put(tx, { ...scope, seq: 0, digest: EMPTY, read: scope.read + 1, rereading: true }, changes);
}

async function put(tx: Writing, scope: ScopeState, changes: Changes): Promise<void> {
  await tx.objectStore("scopes").put(scope);
  changes.scopes.push(scope);
}

async function dropUnseen(tx: Writing, scope: ScopeState, changes: Changes): Promise<void> {
  const unseen = (row: { read: number }): boolean => row.read !== scope.read;
  const shadow = tx.objectStore("shadow");
  for (const row of (await shadow.getAll(scopeRange(scope.name))).filter(unseen)) {
    await shadow.delete([row.scope, row.id]);
    changes.shadowGone.push({ scope: row.scope, id: row.id });
  }
  const documents = tx.objectStore("documents");
  for (const row of (await documents.getAll(scopeRange(scope.name))).filter(unseen)) {
    await documents.delete([row.scope, row.id]);
    changes.documentsGone.push({ scope: row.scope, id: row.id });
  }
}

/** The rows of one page, with the digest of the current pass moving along. */
class Pass {
  digest: string;
  /** A row without a body met nothing to stand on. */
  broken = false;

  constructor(
    private readonly tx: Writing,
    private readonly scope: ScopeState,
    private readonly changes: Changes,
  ) {
    this.digest = scope.digest;
  }

  async take(row: WireRow, applied: readonly Operation[]): Promise<void> {
    const key: [string, string] = [this.scope.name, row.id];
    const known: ShadowRow | undefined = await this.tx.objectStore("shadow").get(key);
    const document: DocumentRow | undefined = await this.tx.objectStore("documents").get(key);
    const before = known ?? document;
    const seen = before?.read === this.scope.read ? before : null;
    if (seen && seen.seq >= row.seq) return;
    const stored = await this.#store(row, key, known, applied);
    this.digest = moveDigest(this.digest, seen && seen.version >= 0 ? seen : null, stored);
  }

  /** Writes the row; returns what it adds to the digest. */
  async #store(
    row: WireRow,
    key: [string, string],
    known: ShadowRow | undefined,
    applied: readonly Operation[],
  ) {
    const { name, read } = this.scope;
    if (row.type !== "activity" || row.gone) {
      // A tombstone without a version no longer counts in the sum: -1 stands for that.
      const version = row.version ?? -1;
      const document: DocumentRow = {
        scope: name,
        id: row.id,
        seq: row.seq,
        version,
        read,
        type: row.type,
        gone: !!row.gone,
        body: row.body ?? null,
      };
      await this.tx.objectStore("documents").put(document);
      this.changes.documents.push(document);
      if (known) {
        await this.tx.objectStore("shadow").delete(key);
        this.changes.shadowGone.push({ scope: name, id: row.id });
      }
      return version >= 0 ? { id: row.id, version } : null;
    }
    const body = row.fields ? (row as unknown as ActivityRow) : ownRow(row, known, applied);
    if (!body) {
      this.broken = true;
      return null;
    }
    const day = body.event_date ?? "";
    const stored: ShadowRow = {
      scope: name,
      id: row.id,
      day,
      seq: row.seq,
      version: body.version,
      read,
      row: body,
    };
    await this.tx.objectStore("shadow").put(stored);
    this.changes.shadow.push(stored);
    return { id: row.id, version: body.version };
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
  if (!body || contentDigest(body) !== row.digest) return null;
  const { own: _own, ...told } = row;
  return { ...body, ...told, type: "activity" } as ActivityRow;
}
