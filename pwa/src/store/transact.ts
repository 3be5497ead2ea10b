/**
 * One step of the engine as one transaction: what it needs is read, the step calculates, and all
 * that it changed is written, strictly. The step is synchronous: nothing comes between. Killed
 * before its end, nothing has happened.
 */
import type { Changes } from "./changes.ts";
import { type Database, scopeRange, type Writing } from "./database.ts";
import type {
  DocumentRow,
  Draft,
  Identity,
  OutboxItem,
  PhotoRecord,
  ScopeState,
  ShadowRow,
} from "./records.ts";

/** What a step reads beside identity, scopes and outbox, which are always there. */
export interface Wants {
  /** Rows by [scope, id], of the shadow and of the documents. */
  rows?: [string, string][];
  /** All rows of these scopes. */
  scopes?: string[];
  documents?: boolean;
  photos?: boolean;
  draft?: string;
}

/** Plain data: what lies on the disk, or as much of it as a step needs. */
export interface Rows {
  identity: Identity;
  scopes: ScopeState[];
  /** All of them: waiting, told, parked and kept. */
  outbox: OutboxItem[];
  shadow: ShadowRow[];
  documents: DocumentRow[];
  drafts: Draft[];
  photos: PhotoRecord[];
}

/** `work` gets the rows and returns what changed; resolves with its result when the disk has it. */
export function transact<T extends { changes: Changes }>(
  database: Database,
  wants: Wants | ((found: Rows) => Wants),
  work: (found: Rows) => T,
): Promise<T> {
  return database.write(
    ["meta", "scopes", "shadow", "documents", "outbox", "drafts", "photos"],
    async (tx) => {
      const [identity, scopes, outbox] = await Promise.all([
        tx.objectStore("meta").get("identity"),
        tx.objectStore("scopes").getAll(),
        tx.objectStore("outbox").getAll(),
      ]);
      if (!identity) throw new Error("no identity");
      const found: Rows = { identity, scopes, outbox, shadow: [], documents: [], drafts: [], photos: [] };
      await fill(tx, found, typeof wants === "function" ? wants(found) : wants);
      const done = work(found);
      await put(tx, done.changes);
      return done;
    },
  );
}

async function fill(tx: Writing, found: Rows, wants: Wants): Promise<void> {
  const shadow = tx.objectStore("shadow");
  const documents = tx.objectStore("documents");
  const whole = new Set(wants.scopes);
  const single = (wants.rows ?? []).filter(([scope]) => !whole.has(scope));
  const [rows, all, some, photos, draft] = await Promise.all([
    Promise.all(single.map((key) => Promise.all([shadow.get(key), documents.get(key)]))),
    Promise.all(
      [...whole].map((name) =>
        Promise.all([shadow.getAll(scopeRange(name)), documents.getAll(scopeRange(name))]),
      ),
    ),
    wants.documents ? documents.getAll() : [],
    wants.photos ? tx.objectStore("photos").getAll() : [],
    wants.draft ? tx.objectStore("drafts").get(wants.draft) : undefined,
  ]);
  found.shadow = [...rows.flatMap(([row]) => row ?? []), ...all.flatMap(([each]) => each)];
  found.documents = [...rows.flatMap(([, row]) => row ?? []), ...all.flatMap(([, each]) => each), ...some];
  found.photos = photos;
  if (draft) found.drafts = [draft];
}

/** Asked for at once: the transaction ends when all of them have. */
async function put(tx: Writing, changes: Changes): Promise<void> {
  const scopes = tx.objectStore("scopes");
  const outbox = tx.objectStore("outbox");
  const drafts = tx.objectStore("drafts");
  const shadow = tx.objectStore("shadow");
  const documents = tx.objectStore("documents");
  const photos = tx.objectStore("photos");
  await Promise.all<unknown>([
    changes.identity && tx.objectStore("meta").put(changes.identity),
    ...changes.scopes.map((scope) => scopes.put(scope)),
    ...changes.scopesGone.map((name) => scopes.delete(name)),
    ...changes.outboxGone.map((n) => outbox.delete(n)),
    ...changes.outbox.map((item) => outbox.put(item)),
    ...changes.draftsGone.map((id) => drafts.delete(id)),
    ...changes.drafts.map((draft) => drafts.put(draft)),
    ...changes.shadowGone.map(({ scope, id }) => shadow.delete([scope, id])),
    ...changes.shadow.map((row) => shadow.put(row)),
    ...changes.documentsGone.map(({ scope, id }) => documents.delete([scope, id])),
    ...changes.documents.map((row) => documents.put(row)),
    ...changes.photos.map((photo) => photos.put(photo)),
  ]);
}
