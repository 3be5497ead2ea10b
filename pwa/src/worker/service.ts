/// <reference lib="webworker" />
/**
 * The service worker: keeps the field app's files, so that it opens with no network, and passes a
 * wake-up on. No queue and no API here: the page's engine sends. It never takes over by itself
 * (skipWaiting): a page keeps the files it began with.
 *
 * `ignoreVary`: an answer with a Vary header would otherwise never be found again (F17).
 */
declare const self: ServiceWorkerGlobalScope;

/** Both filled in by the build: the list as JSON, and a hash of all files' content. */
const files = JSON.parse("__LOA_PRECACHE__") as string[];
const name = "loa-__LOA_BUILD__";

self.addEventListener("install", (event) => {
  const fresh = files.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const tidy = async (): Promise<void> => {
    for (const key of await caches.keys())
      if (key.startsWith("loa-") && key !== name) await caches.delete(key);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // The console, the API and the public way of the QR codes always go to the network.
  if (request.method !== "GET" || url.origin !== location.origin || !files.includes(url.pathname)) return;
  event.respondWith(kept(request, url.pathname));
});

async function kept(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(name);
  return (await cache.match(path, { ignoreVary: true, ignoreSearch: true })) ?? fetch(request);
}

/** Background Sync: the network is back; whoever has the app open sends. */
self.addEventListener("sync", (event) => {
  const wake = async (): Promise<void> => {
    for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage("sync");
  };
  (event as ExtendableEvent).waitUntil(wake());
});

export {};
