/** The engine's working parts put together: disk, memory, views, sender, photos. See `engine.ts`. */
import { newId } from "../platform/ids.ts";
import { captured, wallTime } from "../platform/moment.ts";
import type { PreparedPhoto } from "../platform/photo.ts";
import { PhotoError, SyncError } from "../platform/trouble.ts";
import type { Changes } from "../store/changes.ts";
import { type Database, isStorageFull, type PhotoSize } from "../store/database.ts";
import { deleteDraft, putPhoto, removePhoto, saveDraft } from "../store/drafts.ts";
import { Memory } from "../store/memory.ts";
import type { Draft, Evidence, Fields, Json, PhotoSource } from "../store/records.ts";
import type { Spare } from "../store/spare.ts";
import { transact, type Wants } from "../store/transact.ts";
import { Album } from "../uploads/album.ts";
import type { Engine, EngineStatus, Notice, OtherDraft, Reason } from "./engine.ts";
import type { Line } from "./line.ts";
import { statusOf } from "./report.ts";
import { Sheet } from "./sheet.ts";
import type { Outside } from "./surroundings.ts";
import { Views } from "./views.ts";
import { blankDraft, draftOn, type Given, mayBeOld, send, sendWants, withdraw } from "./writing.ts";

const GIVEN: Given = { newId, captured };
/** Until the part of the app that did not come is asked for again. */
const AGAIN_MS = 60_000;
/** A file beyond this is no photo of a phone, and would not fit its memory. */
const FILE_MAX_BYTES = 60 * 1024 * 1024;

/** What a person can do for which the part that talks to the server is needed. */
type Deed =
  | "resolve"
  | "resend"
  | "dismissParked"
  | "takeDraft"
  | "courierFile"
  | "carry"
  | "forgetUndelivered"
  | "sendPhotosNow";

export class Phone implements Engine {
  readonly #memory = new Memory();
  readonly #views = new Views(this.#memory);
  readonly #listeners = new Set<() => void>();
  #line: Line | null = null;
  /** The piece that talks to the server has not come: a first visit whose line broke. */
  #cutShort = false;
  #closed = false;
  readonly #album: Album;
  #channel: BroadcastChannel | null = null;
  #notifying = false;
  #spare: Promise<Spare | null> | null = null;

  private constructor(
    private readonly database: Database,
    private readonly outside: Outside,
    private readonly onLogout: (keepData: boolean) => Promise<void>,
  ) {
    this.#album = new Album(database, outside.fetch);
  }

  static async open(
    database: Database,
    outside: Outside,
    onLogout: (keepData: boolean) => Promise<void>,
  ): Promise<Phone | null> {
    const phone = new Phone(database, outside, onLogout);
    if (!(await phone.#memory.open(database))) return null;
    if (!phone.#memory.identity.token) return null;
    phone.#listen();
    return phone;
  }

  // ---- what is there

  get account() {
    return this.#memory.identity.account;
  }

  get units() {
    const { identity, scopes } = this.#memory;
    return identity.units.filter(({ scope }) => scopes.has(scope) && !scopes.get(scope)!.droppedAt);
  }

  get catalogue(): Json | null {
    return this.documents("catalogue")[0]?.body ?? null;
  }

  get plan(): Json | null {
    return this.documents("plan")[0]?.body ?? null;
  }

  documents(type: string): { id: string; body: Json }[] {
    return this.#views.documents(type);
  }

  activities() {
    return this.#views.list();
  }

  activity(id: string) {
    return this.#views.get(id);
  }

  drafts(): readonly Draft[] {
    return this.#views.drafts();
  }

  draft(id: string): Draft | null {
    return this.#views.draft(id);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // ---- writing

  async newDraft(kind: string, scope: string, fields: Fields = {}): Promise<Draft> {
    const draft = blankDraft(newId(), kind, scope, fields, this.catalogue, wallTime());
    await this.saveDraft(draft);
    return structuredClone(draft);
  }

  async saveDraft(draft: Draft): Promise<void> {
    await this.#take(await saveDraft(this.database, { ...plain(draft), changedAt: wallTime() }));
    this.#line?.sender.drafted();
  }

  async deleteDraft(id: string): Promise<void> {
    await this.#take(await deleteDraft(this.database, id));
  }

  async editFrom(activityId: string): Promise<Draft> {
    const existing = this.draft(activityId);
    if (existing) return existing;
    const { identity, scopes, shadow } = this.#memory;
    const known = shadow.get(activityId);
    const incarnation = mayBeOld(scopes.get(known?.scope ?? ""), known) ? null : identity.incarnation;
    const draft = draftOn(known?.row ?? null, this.#memory.itemsOf(activityId), incarnation, wallTime());
    if (!draft) throw new Error(`no activity ${activityId}`);
    await this.#take(await saveDraft(this.database, draft));
    return structuredClone(draft);
  }

  async addPhoto(draftId: string, file: Blob, source: PhotoSource, stamp: string[] = []): Promise<Draft> {
    if (file.size > FILE_MAX_BYTES) throw new PhotoError("too_large");
    const now = wallTime();
    let photo: PreparedPhoto;
    try {
      photo = await this.outside.prepare({ file, lines: stamp, captured: source === "camera" ? now : null });
    } catch {
      throw new PhotoError("unreadable");
    }
    const { sha256, width, height, placeholder } = photo;
    const about = { sha256, size: photo.bytes.byteLength, media_type: "image/jpeg", width, height };
    const evidence: Evidence = { ...about, source, placeholder };
    if (photo.captured) evidence.captured = photo.captured;
    const { draft, changes } = await this.#withRoom(() =>
      putPhoto(this.database, draftId, evidence, { screen: photo.bytes, thumb: photo.thumb }, now),
    );
    await this.#take(changes);
    return structuredClone(draft);
  }

  async removePhoto(draftId: string, sha256: string): Promise<Draft> {
    const { draft, changes } = await removePhoto(this.database, draftId, sha256, wallTime());
    await this.#take(changes);
    return structuredClone(draft);
  }

  /** Room for a photo is made of photos that the province holds safely; of nothing else. */
  async #withRoom<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!isStorageFull(error)) throw error;
      await this.#reach()
        .then((line) => line.makeRoom())
        .catch(() => {});
      await (await this.#spare)?.makeRoom();
      return write().catch((again: unknown) => {
        throw isStorageFull(again) ? new PhotoError("storage_full") : again;
      });
    }
  }

  async send(draftId: string): Promise<void> {
    await this.#write(sendWants(draftId), (sheet) => send(sheet, draftId, GIVEN));
    this.#wake();
  }

  async withdraw(activityId: string): Promise<void> {
    const row = this.#memory.shadow.get(activityId)?.row ?? null;
    const view = draftOn(row, this.#memory.itemsOf(activityId), null, "");
    if (!view) throw new Error(`no activity ${activityId}`);
    const about = row ?? { ...view, type: "activity" as const, seq: 0, version: 0, status: "draft" as const };
    const wants: Wants = { rows: [[about.scope, about.id]], draft: about.id };
    await this.#write(wants, (sheet) => withdraw(sheet, about, GIVEN));
    this.#wake();
  }

  async #write(wants: Wants, work: (sheet: Sheet) => void): Promise<void> {
    const { changes } = await transact(this.database, wants, (rows) => {
      const sheet = new Sheet(rows);
      work(sheet);
      return { changes: sheet.changes() };
    });
    await this.#take(changes);
  }

  // ---- deciding and handing over, with the part that comes after the first screen

  readonly resolve = this.#later("resolve");
  readonly resend = this.#later("resend");
  readonly dismissParked = this.#later("dismissParked");
  readonly takeDraft = this.#later("takeDraft");
  readonly courierFile = this.#later("courierFile");
  readonly carry = this.#later("carry");
  readonly forgetUndelivered = this.#later("forgetUndelivered");
  readonly sendPhotosNow = this.#later("sendPhotosNow");

  #later<K extends Deed>(deed: K): Line[K] {
    const reach = async (...said: never[]) => {
      const line = await this.#reach();
      return (line[deed] as (...said: never[]) => unknown)(...said);
    };
    return reach as Line[K];
  }

  notices(): Notice[] {
    return this.documents("notice") as Notice[];
  }

  otherDrafts(): OtherDraft[] {
    return this.#line?.otherDrafts() ?? [];
  }

  explain(activity: string): Reason[] {
    return this.#line?.explain(activity, this) ?? [];
  }

  // ---- photos to look at

  photoUrl(sha256: string, size: PhotoSize): Promise<string | null> {
    return this.#album.url(sha256, size, this.#memory.identity.token ?? "");
  }

  // ---- the network

  async syncNow(): Promise<void> {
    await (await this.#reach().catch(() => null))?.sender.run();
  }

  /** The network is back, or the app came into sight or left it. */
  look(): void {
    if (this.#line) this.#line.sender.look();
    else void this.syncNow();
  }

  /** The part that comes after the first screen. Throws SyncError when a first visit lost its line. */
  async #reach(): Promise<Line> {
    const { database, outside } = this;
    try {
      const { Line } = await import("./network.ts");
      this.#cutShort = false;
      if (this.#closed) throw new Error("closed");
      this.#line ??= new Line({
        database,
        outside,
        memory: this.#memory,
        take: (changes) => void this.#take(changes),
        giveWay: async () => (await this.#spare)?.makeRoom(),
        notify: () => this.#notify(),
        underWay: (operations, photo) => {
          this.#views.mark(operations, photo);
          this.#notify();
        },
        wake: () => this.#wake(),
      });
      return this.#line;
    } catch {
      if (!this.#closed && !this.#cutShort) {
        this.#cutShort = true;
        this.#notify();
        outside.around.later(AGAIN_MS, () => {
          this.#cutShort = false;
          void this.syncNow();
        });
      }
      throw new SyncError("offline");
    }
  }

  /** All of this phone's activities, and what is done once in a while. After the first screen. */
  async settle(): Promise<void> {
    await this.#memory.readRest(this.database);
    this.#views.reset();
    this.#notify();
    void this.#copy();
    await (await this.#reach()).settle();
  }

  /** Sends soon, in this tab or the one that has the lock; the worker wakes us when the network is back. */
  #wake(): void {
    void this.syncNow();
    this.#channel?.postMessage("wake");
    const worker = globalThis.navigator?.serviceWorker;
    void worker?.ready.then((found) => {
      const background = (found as { sync?: { register(tag: string): Promise<void> } }).sync;
      return background?.register("loa-sync").catch(() => {});
    });
  }

  status(): EngineStatus {
    const online = globalThis.navigator?.onLine ?? true;
    return statusOf(this.#memory, this.#line, online, this.#cutShort);
  }

  async logout(): Promise<{ operations: number; photos: number }> {
    const left = {
      operations: this.#memory.items().length + this.#memory.drafts.size,
      photos: this.#memory.allPhotos().filter((photo) => photo.state !== "received").length,
    };
    this.#album.forget();
    await this.close();
    await this.onLogout(left.operations + left.photos > 0);
    return left;
  }

  async close(): Promise<void> {
    this.#channel?.close();
    this.#channel = null;
    this.#closed = true;
    await this.#line?.sender.stop();
    await (await this.#spare)?.rest();
    this.#listeners.clear();
    await this.database.close();
  }

  // ---- keeping everybody informed

  /** Shown at once; resolves when it lies in two places. */
  #take(changes: Changes): Promise<void> {
    this.#channel?.postMessage(changes);
    this.#follow(changes);
    return this.#copy(changes);
  }

  async #copy(changes?: Changes): Promise<void> {
    if (this.#closed) return;
    const { database, outside } = this;
    this.#spare ??= import("../store/spare.ts").then(
      ({ Spare }) => Spare.begin(database, outside.spareDisk),
      () => {
        this.#spare = null;
        return null;
      },
    );
    await (await this.#spare)?.follow(changes);
  }

  #follow(changes: Changes): void {
    this.#memory.merge(changes);
    this.#views.follow(changes);
    this.#notify();
  }

  #notify(): void {
    if (this.#notifying) return;
    this.#notifying = true;
    queueMicrotask(() => {
      this.#notifying = false;
      for (const listener of this.#listeners) listener();
    });
  }

  #listen(): void {
    if (typeof BroadcastChannel === "undefined") return;
    this.#channel = new BroadcastChannel(this.database.name);
    this.#channel.onmessage = ({ data }: MessageEvent<Changes | "wake">) => {
      if (data === "wake") void this.syncNow();
      else this.#follow(data);
    };
  }
}

/** Screens hand over proxies of their own; the disk takes plain data only. */
function plain(draft: Draft): Draft {
  return JSON.parse(JSON.stringify(draft)) as Draft;
}
