/**
 * Does what the machine says (`machine`): holds its state, performs its effects one after the other,
 * and brings back what came of them as events. It decides nothing.
 */
import { newId } from "../platform/ids.ts";
import { SyncError, type Trouble } from "../platform/trouble.ts";
import type { Changes } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import type { Operation } from "../store/records.ts";
import { transact } from "../store/transact.ts";
import { type Around, type Effect, type Event, resting, step } from "./machine.ts";
import type { Reply } from "./reply.ts";
import type { Round } from "./round.ts";
import type { Surroundings } from "./surroundings.ts";
import { answerWants } from "./taking.ts";
import type { SyncAnswer, SyncRequest } from "./wire.ts";

const LOCK = "loa-sync";

export interface Work {
  database: Database;
  /** What waits just now. */
  waiting(): Pick<Around, "items" | "filesWait" | "draftsWait">;
  /** One trip. Throws SyncError when nothing came back. */
  ask(operations: Operation[]): Promise<{ request: SyncRequest; reply: Reply }>;
  /** The disk has these; memory and the other tabs follow. */
  take(changes: Changes): void;
  /** Sends photos, then colleagues' files; calls `between` after each chunk. */
  files(between: () => Promise<void>): Promise<void>;
  /** There was no room on the disk: caches and what the province holds safely may go. */
  makeRoom(): Promise<void>;
  /** Something a screen may show has changed. */
  changed(): void;
}

export class Sender {
  #state: Round = resting();
  #running: { over: Promise<void>; end: () => void } | null = null;
  #stopTimer: () => void = () => {};
  #unlock: () => void = () => {};
  #nextChunk: { go: () => void; halt: (error: SyncError) => void } | null = null;
  #writing: Promise<unknown> = Promise.resolve();
  readonly #work: Work;
  readonly #around: Surroundings;

  constructor(work: Work, around: Surroundings) {
    this.#work = work;
    this.#around = around;
  }

  get state(): Readonly<Round> {
    return this.#state;
  }

  get syncing(): boolean {
    return ["asking", "taking", "files"].includes(this.#state.phase);
  }

  /** Starts a round, or makes the one under way look again. Resolves when it is over, well or not. */
  run(): Promise<void> {
    if (this.#state.phase === "stopped") return Promise.resolve();
    if (!this.#running) {
      let end = (): void => {};
      const over = new Promise<void>((resolve) => {
        end = resolve;
      });
      this.#running = { over, end };
    }
    const { over } = this.#running;
    this.#step({ type: "wake" });
    return over;
  }

  look(): void {
    this.#step({ type: "look" });
  }

  drafted(): void {
    this.#step({ type: "drafted" });
  }

  async stop(): Promise<void> {
    this.#step({ type: "stop" });
    await this.#writing.catch(() => {});
  }

  #step(event: Event): void {
    const { state, effects } = step(this.#state, event, this.#now());
    this.#state = state;
    for (const effect of effects) this.#do(effect);
  }

  #now(): Around {
    const { nowMs, random, visible, online } = this.#around;
    const moment = { nowMs: nowMs(), random: random(), visible: visible(), online: online() };
    return { ...moment, ...this.#work.waiting() };
  }

  #do(effect: Effect): void {
    switch (effect.do) {
      case "lock":
        this.#lock();
        break;
      case "unlock":
        this.#unlock();
        break;
      case "request":
        this.#ask(effect.operations);
        break;
      case "read":
        this.#read(effect.request, effect.answer);
        break;
      case "files":
        this.#sendFiles();
        break;
      case "next_chunk":
        this.#nextChunk?.go();
        break;
      case "halt_files":
        this.#nextChunk?.halt(new SyncError("offline"));
        break;
      case "make_room":
        void this.#work.makeRoom().catch(() => {});
        break;
      case "wait":
        this.#wait(effect.ms);
        break;
      case "end":
        this.#running?.end();
        this.#running = null;
        break;
      case "notify":
        this.#work.changed();
        break;
    }
  }

  #lock(): void {
    const { locks } = this.#around;
    if (!locks) {
      this.#step({ type: "lock", held: true });
      return;
    }
    const hold = async (lock: Lock | null): Promise<void> => {
      if (!lock) {
        this.#step({ type: "lock", held: false });
        return;
      }
      const held = new Promise<void>((release) => {
        this.#unlock = release;
      });
      this.#step({ type: "lock", held: true });
      await held;
      this.#unlock = () => {};
    };
    locks.request(LOCK, { ifAvailable: true }, hold).catch(() => this.#step({ type: "lock", held: false }));
  }

  #ask(operations: Operation[]): void {
    this.#work.ask(operations).then(
      ({ request, reply }) => this.#step({ type: "reply", request, reply }),
      (error) => this.#fail(error),
    );
  }

  /** The machine's step and what it commits are one transaction with what was read for it. */
  #read(request: SyncRequest, answer: SyncAnswer): void {
    const wants = (rows: Parameters<typeof answerWants>[2]) => answerWants(request, answer, rows);
    const written = transact(this.#work.database, wants, (rows) => {
      const event: Event = { type: "answer", request, answer, rows, newId };
      const { effects } = step(this.#state, event, this.#now());
      const [commit] = effects;
      if (commit?.do !== "commit") throw new Error("an answer is committed");
      return commit;
    });
    this.#writing = written;
    written.then(
      ({ changes, then }) => {
        this.#work.take(changes);
        this.#step(then);
      },
      (error) => this.#fail(error, "storage"),
    );
  }

  #sendFiles(): void {
    const between = (): Promise<void> =>
      new Promise((go, halt) => {
        this.#nextChunk = { go, halt };
        this.#step({ type: "chunk" });
      });
    this.#work.files(between).then(
      () => this.#step({ type: "files_sent" }),
      (error) => this.#fail(error),
    );
  }

  #wait(ms: number | null): void {
    this.#stopTimer();
    this.#stopTimer = () => {};
    if (ms !== null) this.#stopTimer = this.#around.later(ms, () => this.#step({ type: "timer" }));
  }

  #fail(error: unknown, otherwise: Trouble = "refused"): void {
    const known = error instanceof SyncError;
    if (!known) console.error(error);
    const kind = known ? error.trouble : otherwise;
    this.#step({ type: "trouble", kind, retryAfterS: known ? error.retryAfterS : null });
  }
}
