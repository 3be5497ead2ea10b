/// <reference lib="webworker" />
export {};
declare const self: ServiceWorkerGlobalScope;
const files: string[] = JSON.parse("__LOA_PRECACHE__");
self.addEventListener("install", (event) => event.waitUntil(caches.open("loa-__LOA_BUILD__").then((cache) => cache.addAll(files))));
