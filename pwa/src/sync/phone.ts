/** The engine's working parts put together: disk, memory, views, sender, photos. See `engine.ts`. */
import { newId } from "../platform/ids.ts";
import { wallTime } from "../platform/moment.ts";
import type { PhotoJob, PreparedPhoto } from "../platform/photo.ts";
import { PhotoError, SyncError } from "../platform/trouble.ts";
import type { Changes } from "../store/changes.ts";
import { type Database, isStorageFull, type PhotoSize } from "../store/database.ts";
import { deleteDraft, putPhoto, removePhoto, saveDraft } from "../store/drafts.ts";
import { Memory } from "../store/memory.ts";
import type { Choice, Draft, Evidence, Fields, Json, Operation, PhotoSource } from "../store/records.ts";
import { Album } from "../uploads/album.ts";
import type { Http } from "../uploads/http.ts";
import type { ChunkSize } from "../uploads/tus.ts";
import type { Carried, Engine, EngineStatus, Notice, OtherDraft, Reason } from "./engine.ts";
import { draftOn, sendDraft, withdraw } from "./enqueue.ts";
import { requestOf, waitingOf, waitingPhotos } from "./report.ts";
import { Sender, type Surroundings } from "./sender.ts";
import type { Fetch } from "./transport.ts";
import { Views } from "./views.ts";

/** What the engine takes from the outside; tests give their own. */
export interface Outside {
  fetch: Fetch;
  http: Http;
  around: Surroundings;
  prepare: (job: PhotoJob) => Promise<PreparedPhoto>;
  app: string;
}

/** A file beyond this is no photo of a phone, and would not fit its memory. */
const FILE_MAX_BYTES = 60 * 1024 * 1024;

type Network = typeof import("./network.ts");
let loaded: Network | null = null;

/** A first visit may lose its line before this piece has come; then there is no network to use it on. */
async function network(): Promise<Network> {
  try {
    loaded = await import("./network.ts");
    return loaded;
  } catch {
    throw new SyncError("offline");
  }
}

export class Phone implements Engine {
  readonly #memory = new Memory();
  readonly #views = new Views(this.#memory);
  readonly #listeners = new Set<() => void>();
  readonly #sender: Sender;
  #chunk: ChunkSize | null = null;
  readonly #album: Album;
  #channel: BroadcastChannel | null = null;
  #storage: EngineStatus["storage"] = null;
  #notifying = false;

  private constructor(
    private readonly database: Database,
    private readonly outside: Outside,
    private readonly onLogout: (keepData: boolean) => Promise<void>,
  ) {
    this.#album = new Album(database, outside.fetch);
    this.#sender = new Sender(
      {
        items: () => this.#memory.items(),
        trip: (operations) => this.#trip(operations),
        photos: (between) => this.#sendPhotos(between),
        photosWait: () => waitingPhotos(this.#memory).length > 0,
        changed: () => this.#notify(),
      },
      outside.around,
    );
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
    return this.#memory.identity.units.filter((unit) => {
      const scope = this.#memory.scopes.get(unit.scope);
      return scope && !scope.droppedAt;
    });
  }

  get catalogue(): Json | null {
    return this.documents("catalogue")[0]?.body ?? null;
  }

  get plan(): Json | null {
    return this.documents("plan")[0]?.body ?? null;
  }

  documents(type: string): { id: string; body: Json }[] {
    return [...this.#memory.documents.values()]
      .filter((document) => document.type === type && !document.gone)
      .sort((one, other) => other.seq - one.seq)
      .map(({ id, body }) => ({ id, body }));
  }

  activities() {
    return this.#views.list();
  }

  activity(id: string) {
    return this.#views.get(id);
  }

  drafts(): readonly Draft[] {
    return [...this.#memory.drafts.values()].sort((one, other) => (one.changedAt < other.changedAt ? 1 : -1));
  }

  draft(id: string): Draft | null {
    const draft = this.#memory.drafts.get(id);
    return draft ? structuredClone(draft) : null;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // ---- writing

  async newDraft(kind: string, scope: string, fields: Fields = {}): Promise<Draft> {
    const now = wallTime();
    const body = this.catalogue as { kinds?: { id: string; version: number }[] } | null;
    const kind_version = body?.kinds?.find((each) => each.id === kind)?.version ?? 1;
    const times = { startedAt: now, changedAt: now };
    const draft: Draft = {
      id: newId(),
      kind,
      kind_version,
      scope,
      fields,
      evidence: [],
      origin: null,
      ...times,
    };
    await this.saveDraft(draft);
    return structuredClone(draft);
  }

  async saveDraft(draft: Draft): Promise<void> {
    this.#take(await saveDraft(this.database, { ...plain(draft), changedAt: wallTime() }));
  }

  async deleteDraft(id: string): Promise<void> {
    this.#take(await deleteDraft(this.database, id));
  }

  async editFrom(activityId: string): Promise<Draft> {
    const existing = this.draft(activityId);
    if (existing) return existing;
    const row = this.#memory.shadow.get(activityId)?.row ?? null;
    const items = this.#memory.itemsOf(activityId);
    const draft = draftOn(row, items, this.#memory.identity.incarnation, wallTime());
    if (!draft) throw new Error(`no activity ${activityId}`);
    this.#take(await saveDraft(this.database, draft));
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
    this.#take(changes);
    return structuredClone(draft);
  }

  async removePhoto(draftId: string, sha256: string): Promise<Draft> {
    const { draft, changes } = await removePhoto(this.database, draftId, sha256, wallTime());
    this.#take(changes);
    return structuredClone(draft);
  }

  /** Room for a photo is made of photos that the province holds safely; of nothing else. */
  async #withRoom<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!isStorageFull(error)) throw error;
      const { dropReceivedPhotos } = await network();
      await dropReceivedPhotos(this.database, this.#memory.identity.durableThrough);
      return write().catch((again: unknown) => {
        throw isStorageFull(again) ? new PhotoError("storage_full") : again;
      });
    }
  }

  async send(draftId: string): Promise<void> {
    this.#take(await sendDraft(this.database, draftId, newId));
    this.#wake();
  }

  async withdraw(activityId: string): Promise<void> {
    const row = this.#memory.shadow.get(activityId)?.row ?? null;
    const view = draftOn(row, this.#memory.itemsOf(activityId), null, "");
    if (!view) throw new Error(`no activity ${activityId}`);
    const about = row ?? { ...view, type: "activity" as const, seq: 0, version: 0, status: "draft" as const };
    this.#take(await withdraw(this.database, about, newId));
    this.#wake();
  }

  // ---- deciding and handing over

  async resolve(activity: string, conflict: string, choice: Choice, fields?: Fields): Promise<void> {
    const { writeResolution } = await network();
    const said = { conflict, choice, fields };
    this.#take(await writeResolution(this.database, this.#memory, activity, said));
    this.#wake();
  }

  async resend(operation: string, correction: { scope?: string; set?: Fields }): Promise<void> {
    this.#take(await (await network()).writeAgain(this.database, operation, correction));
    this.#wake();
  }

  async dismissParked(operation: string): Promise<void> {
    this.#take(await (await network()).letGo(this.database, operation));
  }

  notices(): Notice[] {
    return this.documents("notice") as Notice[];
  }

  otherDrafts(): OtherDraft[] {
    const { identity, documents } = this.#memory;
    return loaded?.otherDrafts({ identity, documents: () => [...documents.values()] }) ?? [];
  }

  async takeDraft(id: string): Promise<Draft> {
    const { changes, result } = await (await network()).bringDraft(this.database, id);
    this.#take(changes);
    return structuredClone(result);
  }

  async courierFile(): Promise<Blob> {
    return (await network()).sealAll(this.database, this.#memory, this.outside.around.nowMs());
  }

  async carry(file: Blob): Promise<Carried> {
    const { carryFile } = await network();
    const { changes, result } = await carryFile(this.database, this.#memory, file, this.outside.fetch);
    if (changes) this.#take(changes);
    return result;
  }

  explain(activity: string): Reason[] {
    const items = this.#memory.itemsOf(activity);
    const photos = this.#memory.photosOf(activity);
    return loaded?.explain(this.activity(activity), items, photos, this.status()) ?? [];
  }

  // ---- photos to look at

  photoUrl(sha256: string, size: PhotoSize): Promise<string | null> {
    return this.#album.url(sha256, size, this.#memory.identity.token ?? "");
  }

  // ---- the network

  syncNow(): Promise<void> {
    return this.#sender.run();
  }

  /** The network is back, or the app came into sight or left it. */
  look(): void {
    this.#sender.look();
  }

  /** All of this phone's activities, and what is done once in a while. After the first screen. */
  async settle(): Promise<void> {
    await this.#memory.readRest(this.database);
    this.#views.reset();
    this.#notify();
    const { dropLostScopes, dropReceivedPhotos, storageEstimate } = await network();
    this.#take(await dropLostScopes(this.database, this.outside.around.nowMs()));
    await dropReceivedPhotos(this.database, this.#memory.identity.durableThrough);
    this.#storage = await storageEstimate();
    this.#notify();
  }

  async #trip(operations: Operation[]): Promise<{ more: boolean; retryAfterS: number }> {
    const { exchange, takeAnswer } = await network();
    const request = requestOf(this.#memory, operations, this.outside.app);
    this.#underWay(new Set(operations.map((operation) => operation.id)));
    try {
      const answer = await exchange(request, this.#memory.identity.token ?? "", this.outside.fetch);
      const nowMs = this.outside.around.nowMs();
      const { changes, more } = await takeAnswer(this.database, request, answer, { nowMs, newId });
      this.#take(changes);
      return { more, retryAfterS: answer.retry_after_s ?? 0 };
    } finally {
      this.#underWay(new Set());
    }
  }

  async #sendPhotos(between: () => Promise<void>): Promise<void> {
    const { ChunkSize, sendPhotos } = await network();
    const { nowMs } = this.outside.around;
    this.#chunk ??= new ChunkSize();
    return sendPhotos({
      database: this.database,
      http: this.outside.http,
      token: this.#memory.identity.token ?? "",
      chunk: this.#chunk,
      nowMs,
      serverTime: () => new Date(nowMs() + (this.#memory.identity.clockOffsetMs ?? 0)).toISOString(),
      waiting: () => waitingPhotos(this.#memory),
      onChange: (changes) => this.#take(changes),
      onProgress: (photo) => this.#underWay(this.#views.underWay.operations, photo),
      between,
    });
  }

  /** Sends soon, in this tab or the one that has the lock; the worker wakes us when the network is back. */
  #wake(): void {
    void this.#sender.run();
    this.#channel?.postMessage("wake");
    const worker = globalThis.navigator?.serviceWorker;
    void worker?.ready.then((found) => {
      const background = (found as { sync?: { register(tag: string): Promise<void> } }).sync;
      return background?.register("loa-sync").catch(() => {});
    });
  }

  status(): EngineStatus {
    const { lastContact, clockOffsetMs, escrow = null, carried = [] } = this.#memory.identity;
    return {
      online: globalThis.navigator?.onLine ?? true,
      syncing: this.#sender.syncing,
      paused: this.#sender.paused,
      lastContact,
      trouble: this.#sender.trouble,
      waiting: waitingOf(this.#memory),
      storage: this.#storage,
      clockOffsetMs,
      loaded: this.#memory.loaded,
      escrow,
      carried: carried.length,
    };
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
    await this.#sender.stop();
    this.#listeners.clear();
    await this.database.close();
  }

  // ---- keeping everybody informed

  #take(changes: Changes): void {
    this.#channel?.postMessage(changes);
    this.#follow(changes);
  }

  #follow(changes: Changes): void {
    this.#memory.merge(changes);
    this.#views.follow(changes);
    this.#notify();
  }

  #underWay(operations: ReadonlySet<string>, photo = this.#views.underWay.photo): void {
    const before = this.#views.underWay;
    this.#views.underWay = { operations, photo };
    for (const item of this.#memory.outbox.values()) {
      const { id, activity } = item.operation;
      if (operations.has(id) || before.operations.has(id)) this.#views.touch(activity);
    }
    for (const { sha256, activity } of this.#memory.allPhotos()) {
      if (sha256 === photo?.sha256 || sha256 === before.photo?.sha256) this.#views.touch(activity);
    }
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
      if (data === "wake") void this.#sender.run();
      else this.#follow(data);
    };
  }
}

/** Screens hand over proxies of their own; the disk takes plain data only. */
function plain(draft: Draft): Draft {
  return JSON.parse(JSON.stringify(draft)) as Draft;
}
