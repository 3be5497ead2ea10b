/** The page's side of making a photo fit to be sent: in the worker where it can, else right here. */
import type { Canvas, PhotoJob, PreparedPhoto } from "../worker/scale.ts";

export type { PhotoJob, PreparedPhoto };

/** Memory of a decoded picture (50 MB) is not held longer than a series of shots needs. */
const IDLE_MS = 30_000;

let worker: Worker | null = null;
let idle: ReturnType<typeof setTimeout> | undefined;
let count = 0;

/** Rejects when the file is no picture that this phone can read. */
export async function preparePhoto(job: PhotoJob): Promise<PreparedPhoto> {
  if (typeof OffscreenCanvas !== "undefined") {
    try {
      return await inWorker(job);
    } catch {
      // An old WebKit has the class but not its context; the page's own canvas decides.
    }
  }
  const { scale } = await import("../worker/scale.ts");
  return scale(job, canvasOf);
}

function inWorker(job: PhotoJob): Promise<PreparedPhoto> {
  worker ??= new Worker(new URL("../worker/photo.ts", import.meta.url), { type: "module" });
  const using = worker;
  const id = ++count;
  clearTimeout(idle);
  return new Promise<PreparedPhoto>((resolve, reject) => {
    const answered = ({
      data,
    }: MessageEvent<{ id: number; photo?: PreparedPhoto; error?: string }>): void => {
      if (data.id !== id) return;
      using.removeEventListener("message", answered);
      if (data.photo) resolve(data.photo);
      else reject(new Error(data.error));
    };
    using.addEventListener("message", answered);
    using.addEventListener("error", () => reject(new Error("worker")), { once: true });
    using.postMessage({ id, job });
  }).finally(() => {
    clearTimeout(idle);
    idle = setTimeout(() => {
      worker?.terminate();
      worker = null;
    }, IDLE_MS);
  });
}

function canvasOf(width: number, height: number): Canvas {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  return {
    context,
    image: canvas,
    encode: (type, quality) =>
      new Promise((resolve, reject) =>
        canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("not encoded"))), type, quality),
      ),
  };
}
