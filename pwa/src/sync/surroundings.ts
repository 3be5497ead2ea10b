/** The real page around the engine: network, clock, worker, and what wakes the sender up. */
import { preparePhoto } from "../platform/photo.ts";
import { xhr } from "../uploads/http.ts";
import type { Outside, Phone } from "./phone.ts";
import { pageSurroundings } from "./sender.ts";

/** Told to the server, so that an office sees which phones are behind. */
const APP = "0.1.0";

export function pageOutside(): Outside {
  return {
    fetch: (input, init) => fetch(input, init),
    http: xhr,
    around: pageSurroundings(),
    prepare: preparePhoto,
    app: APP,
  };
}

/** Starts the first round after the first paint; then at each sign that the line may be better. */
export function wakeWithPage(phone: Phone): () => void {
  const wake = (): void => void phone.syncNow();
  const seen = (): void => {
    if (document.visibilityState === "visible") wake();
  };
  const told = ({ data }: MessageEvent): void => {
    if (data === "sync") wake();
  };
  const worker = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", seen);
  worker?.addEventListener("message", told);
  const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200));
  idle(() => void phone.settle());
  setTimeout(wake, 0);
  return () => {
    removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", seen);
    worker?.removeEventListener("message", told);
  };
}

/** Only the built app has a worker; a development server changes its files all the time. */
export function keepWorker(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  void navigator.serviceWorker.register("/sw.js").catch(() => {});
}
