/**
 * A photo made fit to be sent: at most 1600 px, upright, stamped, without metadata. The same code
 * runs in the worker and, on phones without OffscreenCanvas, in the page: canvases are arguments.
 */
import { hashBytes } from "../platform/sha256.ts";
import { takenAt } from "./exif.ts";

/** Enough to read a poster in the picture; some 200 KB. */
export const PHOTO_SIDE_MAX_PX = 1600;
const PHOTO_QUALITY = 0.8;
const THUMB_SIDE_MAX_PX = 320;
const THUMB_QUALITY = 0.7;
const PLACEHOLDER_SIDE_MAX_PX = 16;
/** EXIF stands in the first segments. */
const EXIF_BYTES_MAX = 128 * 1024;

export interface PhotoJob {
  file: Blob;
  /** Burned in below the time: commune, kind. */
  lines: string[];
  /** `yyyy-mm-ddThh:mm:ss±hh:mm` of the shutter, where the app itself knows it; else EXIF is asked. */
  captured: string | null;
}

export interface PreparedPhoto {
  bytes: ArrayBuffer;
  thumb: ArrayBuffer;
  sha256: string;
  width: number;
  height: number;
  captured: string | null;
  /** A data address of some 150 bytes. */
  placeholder: string;
}

type Context = CanvasImageSmoothing &
  CanvasRect &
  CanvasText &
  CanvasTextDrawingStyles &
  CanvasFillStrokeStyles &
  CanvasDrawImage;

/** What both kinds of canvas can do. */
export interface Canvas {
  context: Context;
  image: CanvasImageSource;
  encode(type: string, quality: number): Promise<Blob>;
}

export async function scale(
  job: PhotoJob,
  canvasOf: (width: number, height: number) => Canvas,
): Promise<PreparedPhoto> {
  const captured = job.captured ?? takenAt(await job.file.slice(0, EXIF_BYTES_MAX).arrayBuffer());
  const bitmap = await createImageBitmap(job.file, { imageOrientation: "from-image" });
  const drawn = (source: CanvasImageSource, from: Size, sideMax: number): { canvas: Canvas; size: Size } => {
    const size = fitted(from, sideMax);
    const canvas = canvasOf(size.width, size.height);
    canvas.context.imageSmoothingQuality = "high";
    canvas.context.fillStyle = "#fff";
    canvas.context.fillRect(0, 0, size.width, size.height);
    canvas.context.drawImage(source, 0, 0, size.width, size.height);
    return { canvas, size };
  };
  const photo = drawn(bitmap, bitmap, PHOTO_SIDE_MAX_PX);
  bitmap.close();
  stamp(photo.canvas.context, photo.size, [...(captured ? [readable(captured)] : []), ...job.lines]);
  const bytes = await (await photo.canvas.encode("image/jpeg", PHOTO_QUALITY)).arrayBuffer();
  const thumb = drawn(photo.canvas.image, photo.size, THUMB_SIDE_MAX_PX);
  const tiny = drawn(thumb.canvas.image, thumb.size, PLACEHOLDER_SIDE_MAX_PX);
  return {
    bytes,
    thumb: await (await thumb.canvas.encode("image/jpeg", THUMB_QUALITY)).arrayBuffer(),
    sha256: await hashBytes(bytes),
    ...photo.size,
    captured,
    placeholder: await dataAddress(await tiny.canvas.encode("image/webp", 0.3)),
  };
}

interface Size {
  width: number;
  height: number;
}

export function fitted({ width, height }: Size, sideMax: number): Size {
  const factor = Math.min(1, sideMax / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** White on a dark band at the foot, as the stamp cameras that people know do it. */
function stamp(context: Context, size: Size, lines: string[]): void {
  if (!lines.length) return;
  const letter = Math.max(14, Math.round(Math.max(size.width, size.height) / 45));
  const step = Math.round(letter * 1.35);
  const band = step * lines.length + Math.round(letter * 0.7);
  context.fillStyle = "rgb(15 27 45 / 0.62)";
  context.fillRect(0, size.height - band, size.width, band);
  context.font = `600 ${letter}px system-ui, sans-serif`;
  context.textBaseline = "top";
  context.fillStyle = "#fff";
  lines.forEach((line, index) => {
    const top = size.height - band + Math.round(letter * 0.45) + index * step;
    context.fillText(line.normalize("NFC"), letter * 0.7, top, size.width - letter * 1.4);
  });
}

/** `2026-11-20T17:02:11+07:00` as people write it: `20/11/2026 17:02`. */
function readable(moment: string): string {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(moment) ?? [];
  return year ? `${day}/${month}/${year} ${time}` : moment;
}

async function dataAddress(blob: Blob): Promise<string> {
  const bytes = withoutProfile(new Uint8Array(await blob.arrayBuffer()));
  return `data:${blob.type};base64,${btoa(String.fromCharCode(...bytes))}`;
}

/**
 * A WebP of its picture chunk alone: browsers add a colour profile of 456 bytes to one of 50, and a
 * placeholder travels in every operation. Other formats are left as they are.
 */
export function withoutProfile(file: Uint8Array): Uint8Array {
  const name = (at: number): string => String.fromCharCode(...file.subarray(at, at + 4));
  if (name(0) !== "RIFF" || name(8) !== "WEBP") return file;
  const view = new DataView(file.buffer, file.byteOffset);
  for (let at = 12; at + 8 <= file.length; ) {
    const end = at + 8 + view.getUint32(at + 4, true);
    const padded = Math.min(file.length, end + (end % 2));
    if (name(at) === "VP8 " || name(at) === "VP8L") {
      const bare = new Uint8Array([...file.subarray(0, 12), ...file.subarray(at, padded)]);
      new DataView(bare.buffer).setUint32(4, bare.length - 8, true);
      return bare;
    }
    at = padded;
  }
  return file;
}
