/** The real page around the engine: network, clock, worker, and what wakes the sender up. */
import { preparePhoto } from "../platform/photo.ts";
import type { Outside, Phone } from "./phone.ts";
import { pageSurroundings } from "./sender.ts";

/** Told to the server, so that an office sees which phones are behind. */
export const APP = "0.1.0";

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
