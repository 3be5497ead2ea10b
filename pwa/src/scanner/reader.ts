/** Reads QR codes from pictures: by the browser where it can, else by zxing in WebAssembly.
 *
 * Debian's and most desktop browsers have no detector, and some have one that knows no QR codes; only
 * what the browser itself says it reads is believed. Not here: cameras and screens (`Scanner.svelte`).
 */
import { isKept, mayFetchUnasked, READER_BYTES, readerBytes } from "./wasm.ts";

export { READER_BYTES };
export type Picture = HTMLVideoElement | ImageBitmap;
/** The text of the first code in a picture, or null. */
export type Read = (picture: Picture) => Promise<string | null>;

interface Detector {
  detect(source: Picture): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats?(): Promise<string[]>;
}

/** Longer sides bring nothing at arm's length, and cost a slow phone its second look. */
const VIDEO_SIDE_MAX = 960;
/** A photo may hold the code small, somewhere. */
const PHOTO_SIDE_MAX = 2_400;

/** Whether this browser reads QR codes by itself. */
export async function readsByItself(): Promise<boolean> {
  const Native = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const formats = await Native?.getSupportedFormats?.().catch((): string[] => []);
  return !!formats?.includes("qr_code");
}

/** Where the reader of this phone comes from: the browser, our kept file, or still the server. */
export async function readerPlace(): Promise<"browser" | "kept" | "missing"> {
  if (await readsByItself()) return "browser";
  return (await isKept()) ? "kept" : "missing";
}

/** Fetch what scanning will need without a network; `asked`: somebody pressed the button. */
export async function keepReader(asked = false): Promise<void> {
  if ((asked || mayFetchUnasked()) && (await readerPlace()) === "missing") await readerBytes();
}

/** A reader, ready. Throws where the file is needed and cannot be had now. */
export async function openReader(): Promise<Read> {
  if (await readsByItself()) {
    const Native = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector as DetectorClass;
    const detector = new Native({ formats: ["qr_code"] });
    return async (picture) => (await detector.detect(picture))[0]?.rawValue ?? null;
  }
  const [bytes, { prepareZXingModule, readBarcodes }] = await Promise.all([
    readerBytes(),
    import("zxing-wasm/reader"),
  ]);
  // With the bytes at hand the library asks nobody for its file
  await prepareZXingModule({ overrides: { wasmBinary: bytes }, fireImmediately: true });
  const canvas = document.createElement("canvas");
  return async (picture) => {
    const [code] = await readBarcodes(pixels(picture, canvas), {
      formats: ["QRCode"],
      tryHarder: true,
      maxNumberOfSymbols: 1,
    });
    return code?.text || null;
  };
}

function pixels(picture: Picture, canvas: HTMLCanvasElement): ImageData {
  const isVideo = picture instanceof HTMLVideoElement;
  const [width, height] = isVideo
    ? [picture.videoWidth, picture.videoHeight]
    : [picture.width, picture.height];
  const scale = Math.min(1, (isVideo ? VIDEO_SIDE_MAX : PHOTO_SIDE_MAX) / Math.max(width, height, 1));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
