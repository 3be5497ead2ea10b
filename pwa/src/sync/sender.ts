/**
 * When to talk to the server and what to do when it does not work. One sender over all tabs, by a
 * Web Lock; records before photos; after a failure a growing, jittered wait. A failure never
 * removes anything: it only decides when to try again, and with how much at once.
 */
import { BATCH_MAX, chooseBatch, nextTurn } from "../outbox/batch.ts";
import { SyncError, type Trouble } from "../platform/trouble.ts";
import type { OutboxItem } from "../store/records.ts";

/**
 * Decisions of the province should show while one looks, without a tap; the trip costs half a
 * kilobyte. Spread by a fifth either way, so that a commune's phones do not ask in step.
 */
const POLL_MS = 300_000;
/** Looking up from another app and back, or a line that comes and goes, is no reason to ask again. */
const NEWS_FRESH_MS = 15_000;
const LOCK = "loa-sync";
/** A photo that the server has but has not yet looked at. */
const PHOTOS_LATER_MS = 30_000;
/** Far more pages than a commune has; a server that always says "more" must not drain a battery. */
const TRIPS_MAX = 200;

export interface Work {
  items(): readonly OutboxItem[];
  /** One trip with these operations; says if another is worth it now, and how long the server asks to wait. */
  trip(operations: ReturnType<typeof chooseBatch>): Promise<{ more: boolean; retryAfterS: number }>;
  /** Sends photos; calls `between` after each chunk. */
  photos(between: () => Promise<void>): Promise<void>;
  photosWait(): boolean;
  /** Something a screen may show has changed. */
  changed(): void;
}

export interface Surroundings {
  nowMs(): number;
  random(): number;
  later(ms: number, work: () => void): () => void;
  visible(): boolean;
  /** False only where the phone knows that it has no network. */
  online(): boolean;
  locks: Pick<LockManager, "request"> | null;
}

export class Sender {
  syncing = false;
  paused: "signed_out" | "too_old" | null = null;
  trouble: Trouble | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #failures = 0;
  /** Phone's time of the last round that went well. */
  #heardMs = Number.NEGATIVE_INFINITY;
  /** Before the next try after a failure, in ms. */
  #wait = 0;
  #batch = BATCH_MAX;
  #rotation = 0;
  #stopTimer: () => void = () => {};
  #stopped = false;

  constructor(
    private readonly work: Work,
    private readonly around: Surroundings,
  ) {}

  /** Starts a round, or makes the one under way look again. Resolves when it is over, well or not. */
  run(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#again = true;
    this.#running ??= this.#round().finally(() => {
      this.#running = null;
      this.#plan();
    });
    return this.#running;
  }

  /** The line or somebody's eyes came or went. Asks if that may bring news; else plans anew. */
  look(): void {
    const age = this.around.nowMs() - this.#heardMs;
    const isFresh = !this.#failures && age >= 0 && age < NEWS_FRESH_MS;
    if (!isFresh && (this.around.visible() || !this.#isIdle())) void this.run();
    else if (!this.#running) this.#plan();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopTimer();
    await this.#running;
  }

  async #round(): Promise<void> {
    const { locks } = this.around;
    if (!locks) return this.#work();
    // Another tab is at it: it hears of new work by the channel, and this tab looks again later.
    await locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (lock) await this.#work();
    });
  }

  async #work(): Promise<void> {
    this.syncing = true;
    this.work.changed();
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        await this.#records();
        if (!this.#stopped && this.work.photosWait()) await this.work.photos(() => this.#between());
      }
      this.#succeeded();
      this.#heardMs = this.around.nowMs();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.syncing = false;
      this.work.changed();
    }
  }

  async #records(): Promise<void> {
    let more = true;
    for (let trips = 0; trips < TRIPS_MAX && !this.#stopped; trips++) {
      const operations = chooseBatch(this.work.items(), this.around.nowMs(), this.#batch, this.#rotation);
      if (!more && !operations.length) return;
      const answer = await this.work.trip(operations);
      more = answer.more;
      this.#succeeded();
      this.#batch = Math.min(BATCH_MAX, this.#batch * 2);
      if (answer.retryAfterS > 0) throw new SyncError("server", answer.retryAfterS);
    }
  }

  /** New records do not wait for a photo to end. */
  async #between(): Promise<void> {
    if (this.#stopped) throw new SyncError("offline");
    if (!this.#again) return;
    this.#again = false;
    await this.#records();
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#wait = 0;
    this.trouble = null;
    this.paused = null;
  }

  #failed(error: unknown): void {
    const trouble = error instanceof SyncError ? error : new SyncError("refused");
    if (!(error instanceof SyncError)) console.error(error);
    this.#failures++;
    this.#rotation++;
    this.trouble = trouble.trouble;
    if (trouble.trouble === "signed_out" || trouble.trouble === "too_old") this.paused = trouble.trouble;
    else this.#batch = Math.max(1, Math.floor(this.#batch / 2));
    this.#wait = backoffMs(this.#failures, trouble.retryAfterS, this.around.random());
  }

  #isIdle(): boolean {
    return nextTurn(this.work.items()) === null && !this.work.photosWait();
  }

  /** With nothing to send, only a phone that somebody looks at asks; `look` begins it again. */
  #plan(): void {
    this.#stopTimer();
    if (this.#stopped || this.paused || (this.#isIdle() && !this.around.visible())) return;
    const turn = nextTurn(this.work.items());
    const poll = POLL_MS * (0.8 + 0.4 * this.around.random());
    let wait = turn === null ? poll : Math.min(poll, Math.max(1_000, turn - this.around.nowMs()));
    if (this.work.photosWait()) wait = Math.min(wait, PHOTOS_LATER_MS);
    this.#stopTimer = this.around.later(this.#wait || wait, () => {
      const inVain = this.#isIdle() && !(this.around.visible() && this.around.online());
      if (inVain) this.#plan();
      else void this.run();
    });
  }
}

/** Wait before the next try: doubling from 2 s to 5 min, anywhere in the upper half (jitter). */
export function backoffMs(failures: number, retryAfterS: number | null, random: number): number {
  const most = Math.min(300_000, 2_000 * 2 ** Math.max(0, failures - 1));
  return Math.max((retryAfterS ?? 0) * 1000 * (1 + random / 4), most * (0.5 + random / 2));
}

/** The page's own clock, timer and locks. */
export function pageSurroundings(): Surroundings {
  return {
    nowMs: () => Date.now(),
    random: () => Math.random(),
    later: (ms, work) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    visible: () => typeof document === "undefined" || document.visibilityState === "visible",
    online: () => globalThis.navigator?.onLine ?? true,
    locks: globalThis.navigator?.locks ?? null,
  };
}
