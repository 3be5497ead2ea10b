/** The real page around the engine: network, clock, worker, and what wakes the sender up. */
import { type PhotoJob, type PreparedPhoto, preparePhoto } from "../platform/photo.ts";
import type { SpareDisk } from "../platform/spare.ts";
import type { PhotoLine } from "../uploads/gate.ts";
import type { Http } from "../uploads/http.ts";
import type { Phone } from "./phone.ts";
import type { Fetch } from "./transport.ts";

/** Told to the server, so that an office sees which phones are behind. */
export const APP = "0.1.0";

/** Clock, chance, timer, eyes, line and locks; tests give their own. */
export interface Surroundings {
  nowMs(): number;
  random(): number;
  later(ms: number, work: () => void): () => void;
  visible(): boolean;
  online(): boolean;
  locks: Pick<LockManager, "request"> | null;
}

/** What the engine takes from the outside; tests give their own. */
export interface Outside {
  fetch: Fetch;
  http: Http;
  around: Surroundings;
  prepare: (job: PhotoJob) => Promise<PreparedPhoto>;
  app: string;
  /** What the photos' line costs; undefined: as the browser tells. */
  photoLine?: PhotoLine;
  /** Where the second copy lies; undefined: where the browser keeps such files, if it does. */
  spareDisk?: SpareDisk;
}

function pageSurroundings(): Surroundings {
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

export function pageOutside(): Outside {
  return {
    fetch: (input, init) => fetch(input, init),
    http: async (...request) => (await import("./network.ts")).xhr(...request),
    around: pageSurroundings(),
    prepare: preparePhoto,
    app: APP,
  };
}

/** Starts the first round after the first paint; then at each sign that the line may be better. */
export function wakeWithPage(phone: Phone): () => void {
  const wake = (): void => void phone.syncNow();
  const look = (): void => phone.look();
  const told = ({ data }: MessageEvent): void => {
    if (data === "sync") wake();
  };
  const worker = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  addEventListener("online", look);
  document.addEventListener("visibilitychange", look);
  worker?.addEventListener("message", told);
  // After the first paint, but soon: a busy phone must not keep work waiting.
  const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200));
  idle(
    () =>
      void phone
        .settle()
        .catch(() => {})
        .then(wake),
    { timeout: 1_000 },
  );
  return () => {
    removeEventListener("online", look);
    document.removeEventListener("visibilitychange", look);
    worker?.removeEventListener("message", told);
  };
}
