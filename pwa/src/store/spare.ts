/**
 * The second copy of what exists only on this phone, outside IndexedDB: Chromium takes a database
 * whose log a power cut has torn for corrupt and deletes all of it (docs/adr/0008). It follows each
 * write after the database has it, and is let go of with it. Whatever is wrong with the copy is no
 * error: then there is one copy, as before.
 *
 * Copied: who this phone is, the outbox, drafts, photos that the province has yet to receive, and
 * the catalogue, without which no form opens before there is a network. Not the feeds: the province
 * has them. Not the sealed files of colleagues, who have them too.
 */
import { type SpareDisk, spareDisk } from "../platform/spare.ts";
import { Changes } from "./changes.ts";
import { Database } from "./database.ts";
import type { DocumentRow, Draft, Identity, OutboxItem, PhotoRecord, ScopeState } from "./records.ts";
import { type Entries, line, readLogs, wholeLog } from "./spare_log.ts";

/** Two tabs write one copy. */
const LOCK = "loa-spare";
/** A save does not wait longer for its second copy; the copy goes on by itself. */
const PATIENCE_MS = 2_000;
const LOG_MAX = 256 * 1024;
/** No digest of anything that was read: all feeds begin anew. */
const EMPTY = "0".repeat(16);
const FORMS = new Set(["catalogue", "plan"]);
const OWN_FILES = new Set(["a", "b", "forms"]);

const thumbOf = (sha256: string): string => `${sha256}.thumb`;
const isOurs = ({ state }: PhotoRecord): boolean => state === "draft" || state === "waiting";

export class Spare {
  #line: Promise<void> = Promise.resolve();
  #identity = "";
  #names = new Set<string>();
  #length = 0;
  #isBehind = true;

  private constructor(
    private readonly database: Database,
    private readonly disk: SpareDisk,
    private readonly account: string,
  ) {}

  /** Null where the browser has no place for a second copy. Follows from here on. */
  static begin(database: Database, disk: SpareDisk | null = spareDisk()): Spare | null {
    return disk && new Spare(database, disk, accountOf(database));
  }

  /** Resolves when the copy has `changes`, or cannot have them, or takes too long. */
  follow(changes = new Changes()): Promise<void> {
    const text = this.#isBehind ? "" : this.#textOf(changes);
    const photos = changes.photos.filter((photo) => isOurs(photo) && !this.#names.has(photo.sha256));
    const isLess = changes.photosGone.length > 0 || changes.photos.some((photo) => !isOurs(photo));
    const isOther = isLess || changes.documents.some((row) => FORMS.has(row.type));
    if (!this.#isBehind && !text && !photos.length && !isOther) return this.#line;
    this.#length += text.length;
    const whole = this.#isBehind || isOther || this.#length > LOG_MAX;
    this.#isBehind = false;
    return this.#next(() => (whole ? this.#copy() : this.#add(text, photos)));
  }

  /** A photo that the database has no room for is worth more than the second copy of another. */
  makeRoom(): Promise<void> {
    return this.#next(async () => {
      const photos = [...this.#names].filter((name) => !OWN_FILES.has(name));
      await this.disk.drop(this.account, photos);
      this.#names = new Set();
    });
  }

  /** Resolves when nothing is being written. */
  rest(): Promise<void> {
    return this.#line;
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#line
      .then(() => alone(work))
      .catch(() => {
        this.#isBehind = true;
      });
    this.#line = done;
    let timer: ReturnType<typeof setTimeout>;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    return Promise.race([done, late]).finally(() => clearTimeout(timer));
  }

  #textOf(changes: Changes): string {
    const lines: string[] = [];
    if (changes.identity) {
      const identity = lasting(changes.identity);
      const text = JSON.stringify(identity);
      if (text !== this.#identity) lines.push(line("identity", identity));
      this.#identity = text;
    }
    // As the database is written: what goes, then what comes
    for (const n of changes.outboxGone) lines.push(line(`outbox ${n}`, null));
    for (const item of changes.outbox) lines.push(line(`outbox ${item.n}`, item));
    for (const id of changes.draftsGone) lines.push(line(`draft ${id}`, null));
    for (const draft of changes.drafts) lines.push(line(`draft ${draft.id}`, draft));
    for (const photo of changes.photos) if (isOurs(photo)) lines.push(line(photoKey(photo), photo));
    return lines.join("");
  }

  async #add(text: string, photos: PhotoRecord[]): Promise<void> {
    if (text) await this.disk.append(this.account, text);
    for (const { sha256 } of photos) await this.#putPhoto(sha256);
  }

  /** All of it anew, from what the database says now. */
  async #copy(): Promise<void> {
    const held = await heldBy(this.database);
    if (!held) return;
    const { logs, names } = await this.disk.read(this.account);
    const { entries, next, number } = readLogs(logs);
    this.#names = new Set(names);
    if (held.forms.length && entries.get("forms") !== held.entries.get("forms")) {
      const bytes = new TextEncoder().encode(JSON.stringify(held.forms)).buffer as ArrayBuffer;
      await this.disk.put(this.account, "forms", bytes);
    }
    const text = wholeLog(number, held.entries);
    await this.disk.replace(this.account, next, text);
    this.#length = 0;
    this.#identity = JSON.stringify(held.entries.get("identity"));
    for (const sha256 of held.photos) await this.#putPhoto(sha256);
    const wanted = new Set([...held.photos].flatMap((sha256) => [sha256, thumbOf(sha256)]));
    const free = [...this.#names].filter((name) => !OWN_FILES.has(name) && !wanted.has(name));
    if (free.length) await this.disk.drop(this.account, free);
    for (const name of free) this.#names.delete(name);
  }

  async #putPhoto(sha256: string): Promise<void> {
    if (this.#names.has(sha256) && this.#names.has(thumbOf(sha256))) return;
    const [screen, thumb] = await this.database.read(["bytes"], (tx) => {
      const store = tx.objectStore("bytes");
      return Promise.all([store.get([sha256, "screen"]), store.get([sha256, "thumb"])]);
    });
    if (!screen || !thumb) return;
    try {
      await this.disk.put(this.account, thumbOf(sha256), thumb);
      await this.disk.put(this.account, sha256, screen);
      this.#names.add(sha256).add(thumbOf(sha256));
    } catch {
      // No room for it twice; what was written of it is found too short.
    }
  }
}

/**
 * Its account signed out of this phone. What it left behind can only wait, without the token, for
 * its owner to enrol again, in the database and in the copy; else nothing stays.
 */
export async function leave(database: Database, keepData: boolean, disk = spareDisk()): Promise<void> {
  if (keepData) {
    await database.write(["meta"], async (tx) => {
      const identity = await tx.objectStore("meta").get("identity");
      if (identity) await tx.objectStore("meta").put({ ...identity, token: null });
    });
    await Spare.begin(database, disk)?.follow();
    await database.close();
  } else {
    await database.destroy();
    await alone(async () => disk?.destroy(accountOf(database))).catch(() => {});
  }
}

/**
 * Puts the copy of `account` (null: of whoever was signed in here) into a database that the browser
 * has lost. Returns the account; null if there is nothing to put back or nothing was lost. The
 * phone is an older copy of itself by now, so it begins a new epoch and reads every feed anew.
 */
export async function restore(account: string | null, disk = spareDisk()): Promise<string | null> {
  if (!disk) return null;
  return alone(async () => {
    for (const each of account === null ? await disk.accounts() : [account]) {
      const { logs } = await disk.read(each);
      const { entries } = readLogs(logs);
      const identity = entries.get("identity") as Identity | undefined;
      if (!identity || (account === null && !identity.token)) continue;
      if (await fill(Database.of(each), disk, each, entries, identity)) return each;
    }
    return null;
  });
}

async function fill(
  database: Database,
  disk: SpareDisk,
  account: string,
  entries: Entries,
  identity: Identity,
): Promise<boolean> {
  const of = <T>(kind: string): T[] =>
    [...entries].filter(([key]) => key.startsWith(`${kind} `)).map(([, value]) => value as T);
  const items = of<OutboxItem>("outbox");
  const scopes = (entries.get("scopes") ?? []) as ScopeState[];
  const forms = await formsOf(disk, account);
  const photos: PhotoRecord[] = [];
  const bytes: [string, "screen" | "thumb", ArrayBuffer][] = [];
  for (const photo of of<PhotoRecord>("photo")) {
    const screen = await disk.bytes(account, photo.sha256).catch(() => null);
    const thumb = await disk.bytes(account, thumbOf(photo.sha256)).catch(() => screen);
    const isWhole = screen?.byteLength === photo.size;
    photos.push(isWhole ? photo : { ...photo, state: "damaged", reason: "disk" });
    if (isWhole && screen) bytes.push([photo.sha256, "screen", screen]);
    if (isWhole && thumb) bytes.push([photo.sha256, "thumb", thumb]);
  }
  const lastN = Math.max(identity.lastN, ...items.map((item) => item.n));
  const begun = { ...identity, epoch: identity.epoch + 1, lastN };
  const filled = await database.write(
    ["meta", "scopes", "documents", "outbox", "drafts", "photos", "bytes"],
    async (tx) => {
      if (await tx.objectStore("meta").get("identity")) return false;
      await Promise.all<unknown>([
        tx.objectStore("meta").put(begun),
        ...scopes.map((scope) => tx.objectStore("scopes").put(scope)),
        ...forms.map((form) => tx.objectStore("documents").put(form)),
        ...items.map((item) => tx.objectStore("outbox").put(item)),
        ...of<Draft>("draft").map((draft) => tx.objectStore("drafts").put(draft)),
        ...photos.map((photo) => tx.objectStore("photos").put(photo)),
        ...bytes.map(([sha256, size, each]) => tx.objectStore("bytes").put(each, [sha256, size])),
      ]);
      return true;
    },
  );
  await database.close();
  return filled;
}

/** The catalogue as it was: of a pass that is over, so that the feed's own takes its place. */
async function formsOf(disk: SpareDisk, account: string): Promise<DocumentRow[]> {
  try {
    return JSON.parse(new TextDecoder().decode(await disk.bytes(account, "forms"))) as DocumentRow[];
  } catch {
    return [];
  }
}

interface Held {
  entries: Entries;
  photos: Set<string>;
  forms: DocumentRow[];
}

/** What the database holds that the copy is to hold; null if nobody is enrolled in it. */
function heldBy(database: Database): Promise<Held | null> {
  return database.read(["meta", "scopes", "documents", "outbox", "drafts", "photos"], async (tx) => {
    const [identity, scopes, documents, items, drafts, photos] = await Promise.all([
      tx.objectStore("meta").get("identity"),
      tx.objectStore("scopes").getAll(),
      tx.objectStore("documents").getAll(),
      tx.objectStore("outbox").getAll(),
      tx.objectStore("drafts").getAll(),
      tx.objectStore("photos").getAll(),
    ]);
    if (!identity) return null;
    const ours = photos.filter(isOurs);
    const forms = documents.filter((row) => FORMS.has(row.type) && !row.gone);
    const entries: Entries = new Map<string, unknown>([
      ["identity", lasting(identity)],
      ["scopes", scopes.map(fromTheStart)],
      ["forms", forms.map((row) => `${row.id} ${row.version}`).join()],
    ]);
    for (const item of items) entries.set(`outbox ${item.n}`, item);
    for (const draft of drafts) entries.set(`draft ${draft.id}`, draft);
    for (const photo of ours) entries.set(photoKey(photo), photo);
    const past = forms.map((row) => ({ ...row, seq: 0, read: 0 }));
    return { entries, photos: new Set(ours.map((photo) => photo.sha256)), forms: past };
  });
}

/** Without what every contact changes. */
function lasting(identity: Identity): Identity {
  const { carried: _with_colleagues, ...rest } = identity;
  return { ...rest, beacon: null, clockOffsetMs: null, lastContact: null };
}

/** Read anew; what the copy put there of it goes at the end of the pass if it is not met. */
function fromTheStart(scope: ScopeState): ScopeState {
  const { hopeless: _of_another_pass, ...rest } = scope;
  return { ...rest, seq: 0, digest: EMPTY, read: 1, rereading: true };
}

function photoKey({ activity, sha256 }: PhotoRecord): string {
  return `photo ${activity} ${sha256}`;
}

function accountOf(database: Database): string {
  return database.name.replace(/^loa-/, "");
}

function alone<T>(work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks ? (locks.request(LOCK, work) as Promise<T>) : work();
}
