/**
 * The phone's disk: one IndexedDB per account, so that a shared phone never mixes two people's work.
 *
 * Every write is `strict`: with Chrome's default a battery pull lost what the screen had called
 * saved. Photos are ArrayBuffers for the same reason. A connection that the browser closed behind
 * our back (WebKit does) is opened once more and the work done again; a transaction that failed
 * left nothing, so doing it again is safe. Callers change their memory only after a write resolved.
 */
import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import type {
  DocumentRow,
  Draft,
  Identity,
  OutboxItem,
  OutboxState,
  PhotoRecord,
  ScopeState,
  ShadowRow,
} from "./records.ts";

export type PhotoSize = "thumb" | "screen";
/** A colleague's sealed file lies with the photos. */
type BytesKind = PhotoSize | "courier";

export interface Schema extends DBSchema {
  meta: { key: string; value: Identity };
  scopes: { key: string; value: ScopeState };
  shadow: { key: [string, string]; value: ShadowRow; indexes: { newest: [string, number] } };
  documents: { key: [string, string]; value: DocumentRow };
  outbox: {
    key: number;
    value: OutboxItem;
    indexes: { activity: string; operation: string; state: OutboxState };
  };
  drafts: { key: string; value: Draft };
  photos: { key: [string, string]; value: PhotoRecord };
  bytes: { key: [string, BytesKind]; value: ArrayBuffer };
}

export type StoreName = "meta" | "scopes" | "shadow" | "documents" | "outbox" | "drafts" | "photos" | "bytes";
export type Writing = IDBPTransaction<Schema, StoreName[], "readwrite">;
export type Reading = IDBPTransaction<Schema, StoreName[], "readonly">;

const VERSION = 1;

export class Database {
  #connection: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(readonly name: string) {}

  static of(account: string): Database {
    return new Database(`loa-${account}`);
  }

  read<T>(stores: StoreName[], work: (tx: Reading) => Promise<T>): Promise<T> {
    return this.#twice(async (db) => {
      const tx = db.transaction(stores, "readonly");
      return work(tx);
    });
  }

  /** Runs `work` and resolves with its result when the disk has it. Nothing stays if it throws. */
  write<T>(stores: StoreName[], work: (tx: Writing) => Promise<T>): Promise<T> {
    return this.#twice(async (db) => {
      const tx = db.transaction(stores, "readwrite", { durability: "strict" });
      try {
        const result = await work(tx);
        await tx.done;
        return result;
      } catch (error) {
        tx.done.catch(() => {});
        try {
          tx.abort();
        } catch {
          // Already over: the failed request aborted it.
        }
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    (await connection)?.close();
  }

  async destroy(): Promise<void> {
    await this.close();
    await deleteDB(this.name);
  }

  async #twice<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#open());
    } catch (error) {
      if (!lostConnection(error)) throw error;
      this.#connection = null;
      return work(await this.#open());
    }
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    if (!this.#connection) {
      const connection = this.#openAt(VERSION).catch((error: unknown) => {
        // A newer app was here and an older one is back: it leaves alone what it does not know.
        if ((error as DOMException).name !== "VersionError") throw error;
        return this.#openAt(undefined);
      });
      this.#connection = connection;
      connection.catch(() => {
        if (this.#connection === connection) this.#connection = null;
      });
    }
    return this.#connection;
  }

  #openAt(version: number | undefined): Promise<IDBPDatabase<Schema>> {
    return openDB<Schema>(this.name, version, {
      upgrade: create,
      blocking: () => void this.close(),
      terminated: () => {
        this.#connection = null;
      },
    });
  }
}

function create(db: IDBPDatabase<Schema>): void {
  db.createObjectStore("meta", { keyPath: "key" });
  db.createObjectStore("scopes", { keyPath: "name" });
  const shadow = db.createObjectStore("shadow", { keyPath: ["scope", "id"] });
  shadow.createIndex("newest", ["day", "seq"]);
  db.createObjectStore("documents", { keyPath: ["scope", "id"] });
  const outbox = db.createObjectStore("outbox", { keyPath: "n" });
  outbox.createIndex("activity", "operation.activity");
  outbox.createIndex("operation", "operation.id");
  outbox.createIndex("state", "state");
  db.createObjectStore("drafts", { keyPath: "id" });
  db.createObjectStore("photos", { keyPath: ["activity", "sha256"] });
  db.createObjectStore("bytes");
}

/** The names that browsers give to "the connection is gone", as opposed to a fault of ours. */
function lostConnection(error: unknown): boolean {
  if (!(error instanceof DOMException)) return false;
  if (error.name === "InvalidStateError" || error.name === "UnknownError") return true;
  return error.name === "AbortError" && /connection|closing|server lost/i.test(error.message);
}

/** No room: the one failure of a write that a person can do something about. */
export function isStorageFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}

/** All rows of one scope in a store keyed by [scope, id]. */
export function scopeRange(scope: string): IDBKeyRange {
  return IDBKeyRange.bound([scope], [scope, []]);
}
