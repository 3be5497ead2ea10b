/**
 * The rows that one step of the engine reads, as a working copy: what is put or dropped is noted,
 * and `changes()` is written to the disk in one transaction or not at all. Pure; where rows come
 * from and go to is the business of `store/transact`.
 */
import { Changes } from "../store/changes.ts";
import type {
  DocumentRow,
  Draft,
  Identity,
  OutboxItem,
  PhotoRecord,
  ScopeState,
  ShadowRow,
} from "../store/records.ts";
import type { Rows } from "../store/transact.ts";

class Table<K, V> extends Map<K, V> {
  readonly touched = new Set<K>();

  put(key: K, value: V): void {
    this.set(key, value);
    this.touched.add(key);
  }

  drop(key: K): void {
    if (this.delete(key)) this.touched.add(key);
  }

  /** Those that are written, and the keys of those that go. */
  split(): [V[], K[]] {
    const keys = [...this.touched];
    return [keys.flatMap((key) => this.get(key) ?? []), keys.filter((key) => !this.has(key))];
  }
}

const pair = (one: string, other: string): string => `${one} ${other}`;
/** Neither scopes nor ids hold a space. */
const parts = (key: string): [string, string] => key.split(" ") as [string, string];

export class Sheet {
  readonly scopes = new Table<string, ScopeState>();
  readonly outbox = new Table<number, OutboxItem>();
  readonly drafts = new Table<string, Draft>();
  readonly #shadow = new Table<string, ShadowRow>();
  readonly #documents = new Table<string, DocumentRow>();
  readonly #photos = new Table<string, PhotoRecord>();
  #identity: Identity;
  #identityTouched = false;

  constructor(rows: Rows) {
    this.#identity = rows.identity;
    for (const scope of rows.scopes) this.scopes.set(scope.name, scope);
    for (const item of rows.outbox) this.outbox.set(item.n, item);
    for (const draft of rows.drafts) this.drafts.set(draft.id, draft);
    for (const row of rows.shadow) this.#shadow.set(pair(row.scope, row.id), row);
    for (const row of rows.documents) this.#documents.set(pair(row.scope, row.id), row);
    for (const photo of rows.photos) this.#photos.set(pair(photo.activity, photo.sha256), photo);
  }

  get identity(): Identity {
    return this.#identity;
  }

  amend(identity: Partial<Identity>): void {
    this.#identity = { ...this.#identity, ...identity };
    this.#identityTouched = true;
  }

  putScope(scope: ScopeState): void {
    this.scopes.put(scope.name, scope);
  }

  /** By n; of one activity if named. */
  items(activity?: string): OutboxItem[] {
    const all = [...this.outbox.values()];
    const wanted = activity ? all.filter((item) => item.operation.activity === activity) : all;
    return wanted.sort((one, other) => one.n - other.n);
  }

  putItem(item: OutboxItem): void {
    this.outbox.put(item.n, item);
  }

  shadow(scope: string, id: string): ShadowRow | undefined {
    return this.#shadow.get(pair(scope, id));
  }

  shadows(scope: string): ShadowRow[] {
    return [...this.#shadow.values()].filter((row) => row.scope === scope);
  }

  putShadow(row: ShadowRow): void {
    this.#shadow.put(pair(row.scope, row.id), row);
  }

  dropShadow(scope: string, id: string): void {
    this.#shadow.drop(pair(scope, id));
  }

  document(scope: string, id: string): DocumentRow | undefined {
    return this.#documents.get(pair(scope, id));
  }

  documents(): DocumentRow[] {
    return [...this.#documents.values()];
  }

  putDocument(row: DocumentRow): void {
    this.#documents.put(pair(row.scope, row.id), row);
  }

  dropDocument(scope: string, id: string): void {
    this.#documents.drop(pair(scope, id));
  }

  photos(): PhotoRecord[] {
    return [...this.#photos.values()];
  }

  putPhoto(photo: PhotoRecord): void {
    this.#photos.put(pair(photo.activity, photo.sha256), photo);
  }

  changes(): Changes {
    const changes = new Changes();
    if (this.#identityTouched) changes.identity = this.#identity;
    [changes.scopes, changes.scopesGone] = this.scopes.split();
    [changes.outbox, changes.outboxGone] = this.outbox.split();
    [changes.drafts, changes.draftsGone] = this.drafts.split();
    const named = (keys: string[]) => keys.map(parts).map(([scope, id]) => ({ scope, id }));
    const [shadow, shadowGone] = this.#shadow.split();
    const [documents, documentsGone] = this.#documents.split();
    changes.shadow = shadow;
    changes.shadowGone = named(shadowGone);
    changes.documents = documents;
    changes.documentsGone = named(documentsGone);
    changes.photos = this.#photos.split()[0];
    return changes;
  }
}
