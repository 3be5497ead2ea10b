/**
 * What the engine does once the network's part of the app has come: rounds, decisions, files handed
 * over, upkeep. The first screen waits for none of it; the worker keeps it, so all but the first
 * visit have it without a network too.
 */
import { captured } from "../platform/moment.ts";
import type { Changes } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import type { Memory } from "../store/memory.ts";
import type { Choice, Draft, Fields, Operation, PhotoRecord } from "../store/records.ts";
import { Gate, pageLine } from "../uploads/gate.ts";
import { sendPhotos } from "../uploads/photos.ts";
import type { Previewed } from "../uploads/previews.ts";
import { ChunkSize } from "../uploads/tus.ts";
import { type Correction, type OtherDraft, otherDrafts } from "./answering.ts";
import {
  bringDraft,
  type Carried,
  carryFile,
  deliverCarried,
  forgetUndelivered,
  letGo,
  sealAll,
  writeAgain,
  writeResolution,
} from "./deeds.ts";
import type { Engine, EngineStatus, Reason } from "./engine.ts";
import { explain } from "./explain.ts";
import { waitingPhotos } from "./report.ts";
import { draftsWait, requestOf } from "./request.ts";
import { Sender } from "./sender.ts";
import type { Outside } from "./surroundings.ts";
import { exchange } from "./transport.ts";
import { dropLostScopes, dropReceivedPhotos, storageEstimate } from "./upkeep.ts";

/** The engine's inner side, as this part needs it. */
export interface Inside {
  database: Database;
  memory: Memory;
  outside: Outside;
  /** What the disk has now. */
  take(changes: Changes): void;
  /** Second copies of photos are given up for room. */
  giveWay(): Promise<void>;
  notify(): void;
  /** What is on its way just now; what is left out stays as it was. */
  underWay(
    operations: ReadonlySet<string> | undefined,
    photo?: { sha256: string; share: number } | null,
  ): void;
  wake(): void;
}

export class Line {
  readonly sender: Sender;
  storage: EngineStatus["storage"] = null;
  readonly #inside: Inside;
  readonly #chunk = new ChunkSize();
  readonly #gate: Gate;
  /** Of which photos a preview has gone, as far as this page knows. */
  readonly #previewed: Previewed = new Map();

  constructor(inside: Inside) {
    this.#inside = inside;
    const { database, memory, outside } = inside;
    const line = outside.photoLine ?? pageLine;
    this.#gate = new Gate(line);
    this.sender = new Sender(
      {
        database,
        waiting: () => ({
          items: memory.items(),
          filesWait: this.#filesWait(),
          draftsWait: draftsWait(memory),
        }),
        ask: (operations) => this.#ask(operations),
        take: inside.take,
        files: (between) => this.#sendFiles(between),
        makeRoom: () => this.makeRoom().then(inside.giveWay),
        changed: inside.notify,
      },
      outside.around,
    );
    line.onChange(() => {
      if (this.#filesWait()) inside.wake();
      else inside.notify();
    });
  }

  // ---- trips

  /** Something is to be sent that may go now: a preview, a photo, a colleague's file. */
  #filesWait(): boolean {
    const { memory } = this.#inside;
    const mayGo = (sha256: string) => this.#gate.isOpenFor(sha256) || !this.#previewed.has(sha256);
    return waitingPhotos(memory).some(({ sha256 }) => mayGo(sha256)) || !!memory.identity.carried?.length;
  }

  /** Photos that wait for another line, by choice. */
  held(): PhotoRecord[] {
    return this.#gate.heldOf(waitingPhotos(this.#inside.memory));
  }

  heldSize(): EngineStatus["held"] {
    const held = this.held();
    return held.length ? { photos: held.length, bytes: held.reduce((sum, { size }) => sum + size, 0) } : null;
  }

  /** What waits now goes over whatever line there is. */
  async sendPhotosNow(): Promise<void> {
    this.#gate.letThrough(this.held().map(({ sha256 }) => sha256));
    await this.sender.run();
  }

  async #ask(operations: Operation[]) {
    const { memory, outside, underWay } = this.#inside;
    const request = requestOf(memory, operations, outside.app);
    if (operations.length) request.clock = captured(null);
    underWay(new Set(operations.map((operation) => operation.id)));
    try {
      return { request, reply: await exchange(request, memory.identity.token ?? "", outside.fetch) };
    } finally {
      underWay(new Set());
    }
  }

  async #sendFiles(between: () => Promise<void>): Promise<void> {
    const { database, memory, outside, take, underWay } = this.#inside;
    const { nowMs } = outside.around;
    await sendPhotos({
      database,
      http: outside.http,
      token: memory.identity.token ?? "",
      chunk: this.#chunk,
      nowMs,
      waiting: () => waitingPhotos(memory),
      mayGo: (sha256) => this.#gate.isOpenFor(sha256),
      previewed: this.#previewed,
      onChange: take,
      onProgress: (photo) => underWay(undefined, photo),
      between,
    });
    await deliverCarried(database, memory, outside.fetch, take);
  }

  // ---- deciding and handing over

  async resolve(activity: string, conflict: string, choice: Choice, fields?: Fields): Promise<void> {
    const { database, memory, take, wake } = this.#inside;
    take(await writeResolution(database, memory, activity, { conflict, choice, fields }));
    wake();
  }

  async resend(operation: string, correction: Correction): Promise<void> {
    const { database, take, wake } = this.#inside;
    take(await writeAgain(database, operation, correction));
    wake();
  }

  async dismissParked(operation: string): Promise<void> {
    const { database, take } = this.#inside;
    take(await letGo(database, operation));
  }

  otherDrafts(): OtherDraft[] {
    const { identity, documents } = this.#inside.memory;
    return otherDrafts({ identity, documents: () => [...documents.values()] });
  }

  async takeDraft(id: string): Promise<Draft> {
    const { database, take } = this.#inside;
    const { changes, result } = await bringDraft(database, id);
    take(changes);
    this.sender.drafted();
    return structuredClone(result);
  }

  courierFile(): Promise<Blob> {
    const { database, memory, outside } = this.#inside;
    return sealAll(database, memory, outside.around.nowMs());
  }

  async carry(file: Blob): Promise<Carried> {
    const { database, memory, outside, take, wake } = this.#inside;
    const { changes, result } = await carryFile(database, memory, file, outside.fetch);
    if (changes) {
      take(changes);
      wake();
    }
    return result;
  }

  async forgetUndelivered(): Promise<void> {
    const { database, take } = this.#inside;
    take(await forgetUndelivered(database));
  }

  explain(activity: string, engine: Pick<Engine, "activity" | "status">): Reason[] {
    const { memory } = this.#inside;
    const view = engine.activity(activity);
    const line = { held: this.held(), previewed: this.#previewed };
    return explain(view, memory.itemsOf(activity), memory.photosOf(activity), engine.status(), line);
  }

  // ---- upkeep

  async settle(): Promise<void> {
    const { database, outside, take, notify } = this.#inside;
    take(await dropLostScopes(database, outside.around.nowMs()));
    await this.makeRoom();
    this.storage = await storageEstimate();
    notify();
  }

  /** Room is made of photos that the province holds safely; of nothing else. */
  async makeRoom(): Promise<void> {
    const { database, memory } = this.#inside;
    await dropReceivedPhotos(database, memory.identity.durableThrough);
  }
}
