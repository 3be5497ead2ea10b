/**
 * What talks to the server, and upkeep: everything that no first screen waits for. Loaded as one
 * piece when the first round begins; the worker keeps it, so it is there without a network too.
 */
export { xhr } from "../uploads/http.ts";
export { sendPhotos } from "../uploads/photos.ts";
export { ChunkSize } from "../uploads/tus.ts";
export { otherDrafts } from "./answering.ts";
export { takeAnswer } from "./apply.ts";
export {
  bringDraft,
  carryFile,
  deliverCarried,
  letGo,
  sealAll,
  writeAgain,
  writeResolution,
} from "./deeds.ts";
export { explain } from "./explain.ts";
export { exchange } from "./transport.ts";
export { dropLostScopes, dropReceivedPhotos, storageEstimate } from "./upkeep.ts";
