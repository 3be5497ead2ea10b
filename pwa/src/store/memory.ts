/**
 * The phone's data in memory, following the disk: read at opening, then moved by `Changes` only.
 * The newest 60 activities come first, so that the first screen waits for no more than it shows.
 */
import type { Changes } from "./changes.ts";
import type { Database } from "./database.ts";
import type {
  DocumentRow,
  Draft,
  Identity,
  OutboxItem,
  PhotoRecord,
  ScopeState,
  ShadowRow,
} from "./records.ts";

/** A screen shows fewer; the rest is read when the phone has nothing better to do. */
export const FIRST_ROWS = 60;

export class Memory {
  identity!: Identity;
  readonly scopes = new Map<string, ScopeState>();
  readonly shadow = new Map<string, ShadowRow>();
  readonly documents = new Map<string, DocumentRow>();
  /** By n; waiting, told and parked only. */
  readonly outbox = new Map<number, OutboxItem>();
  readonly drafts = new Map<string, Draft>();
  /** By activity, then by sha256. */
  readonly photos = new Map<string, Map<string, PhotoRecord>>();
  loaded = false;

  /** All but the older activities. False if nobody is enrolled in this database. */
  async open(database: Database): Promise<boolean> {
    return database.read(
      ["meta", "scopes", "shadow", "documents", "outbox", "drafts", "photos"],
      async (tx) => {
        const states = tx.objectStore("outbox").index("state");
        const [identity, scopes, documents, waiting, told, parked, drafts, photos] = await Promise.all([
          tx.objectStore("meta").get("identity"),
          tx.objectStore("scopes").getAll(),
          tx.objectStore("documents").getAll(),
          states.getAll("waiting"),
          states.getAll("told"),
          states.getAll("parked"),
          tx.objectStore("drafts").getAll(),
          tx.objectStore("photos").getAll(),
        ]);
        if (!identity) return false;
        this.identity = identity;
        for (const scope of scopes) this.scopes.set(scope.name, scope);
        for (const document of documents) this.documents.set(rowKey(document), document);
        for (const item of [...waiting, ...told, ...parked]) this.outbox.set(item.n, item);
        for (const draft of drafts) this.drafts.set(draft.id, draft);
        for (const photo of photos) this.#putPhoto(photo);
        let cursor = await tx.objectStore("shadow").index("newest").openCursor(null, "prev");
        for (let count = 0; cursor && count < FIRST_ROWS; count++) {
          this.shadow.set(cursor.value.id, cursor.value);
          cursor = await cursor.continue();
        }
        this.loaded = cursor === null;
        await this.#pendingRows(tx);
        return true;
      },
    );
  }

  /** Rows below pending work, however old. */
  async #pendingRows(tx: Parameters<Parameters<Database["read"]>[1]>[0]): Promise<void> {
    const items = [...this.outbox.values()].map((item) => item.operation);
    const missing = items.filter((operation) => !this.shadow.has(operation.activity));
    for (const { scope, activity } of missing) {
      const row = await tx.objectStore("shadow").get([scope, activity]);
      if (row) this.shadow.set(row.id, row);
    }
  }

  /** The older activities. What changed meanwhile is newer than what this reads. */
  async readRest(database: Database): Promise<void> {
    if (this.loaded) return;
    const rows = await database.read(["shadow"], (tx) => tx.objectStore("shadow").getAll());
    for (const row of rows) {
      const known = this.shadow.get(row.id);
      if (!known || known.seq < row.seq) this.shadow.set(row.id, row);
    }
    this.loaded = true;
  }

  merge(changes: Changes): void {
    if (changes.identity) this.identity = changes.identity;
    for (const scope of changes.scopes) this.scopes.set(scope.name, scope);
    for (const name of changes.scopesGone) this.scopes.delete(name);
    for (const { scope, id } of changes.shadowGone) {
      if (this.shadow.get(id)?.scope === scope) this.shadow.delete(id);
    }
    for (const row of changes.shadow) this.shadow.set(row.id, row);
    for (const document of changes.documentsGone) this.documents.delete(rowKey(document));
    for (const document of changes.documents) this.documents.set(rowKey(document), document);
    for (const n of changes.outboxGone) this.outbox.delete(n);
    for (const item of changes.outbox) {
      if (item.state === "kept") this.outbox.delete(item.n);
      else this.outbox.set(item.n, item);
    }
    for (const id of changes.draftsGone) this.drafts.delete(id);
    for (const draft of changes.drafts) this.drafts.set(draft.id, draft);
    for (const { activity, sha256 } of changes.photosGone) this.photos.get(activity)?.delete(sha256);
    for (const photo of changes.photos) this.#putPhoto(photo);
  }

  itemsOf(activity: string): OutboxItem[] {
    return this.items().filter((item) => item.operation.activity === activity);
  }

  /** Waiting, told and parked, by n. */
  items(): OutboxItem[] {
    return [...this.outbox.values()].sort((one, other) => one.n - other.n);
  }

  photosOf(activity: string): PhotoRecord[] {
    return [...(this.photos.get(activity)?.values() ?? [])];
  }

  allPhotos(): PhotoRecord[] {
    return [...this.photos.values()].flatMap((each) => [...each.values()]);
  }

  #putPhoto(photo: PhotoRecord): void {
    const known = this.photos.get(photo.activity);
    if (known) known.set(photo.sha256, photo);
    else this.photos.set(photo.activity, new Map([[photo.sha256, photo]]));
  }
}

function rowKey({ scope, id }: { scope: string; id: string }): string {
  return `${scope} ${id}`;
}
