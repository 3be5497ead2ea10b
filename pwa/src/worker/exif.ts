/**
 * When a photo says it was taken: EXIF's DateTimeOriginal, and nothing else of its metadata. The
 * picture is drawn anew, so place, maker and the rest never leave the phone.
 */

const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME_ORIGINAL = 0x9011;
const EXIF_FOLDER = 0x8769;

/** `yyyy-mm-ddThh:mm:ss` with the offset if the photo names one; null when it does not say. */
export function takenAt(bytes: ArrayBuffer): string | null {
  try {
    return read(new DataView(bytes));
  } catch {
    // Cut short or written by a careless program: as good as none.
    return null;
  }
}

function read(view: DataView): string | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 4 < view.byteLength; ) {
    const marker = view.getUint16(at);
    const length = view.getUint16(at + 2);
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return fromTiff(view, at + 10);
    if (marker < 0xff00 || marker === 0xffda) return null;
    at += 2 + length;
  }
  return null;
}

function fromTiff(view: DataView, start: number): string | null {
  const little = view.getUint16(start) === 0x4949;
  const folder = find(view, start, view.getUint32(start + 4, little), EXIF_FOLDER, little);
  if (folder === null) return null;
  const exif = view.getUint32(folder + 8, little);
  const date = text(view, start, find(view, start, exif, DATE_TIME_ORIGINAL, little), little);
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(date);
  if (!match) return null;
  const offset = text(view, start, find(view, start, exif, OFFSET_TIME_ORIGINAL, little), little);
  const zone = /^[+-]\d\d:\d\d$/.test(offset) ? offset : "";
  return `${match[1]}-${match[2]}-${match[3]}T${match[4]}${zone}`;
}

/** Where the entry with `tag` lies in the folder at `offset`. */
function find(view: DataView, start: number, offset: number, tag: number, little: boolean): number | null {
  const count = view.getUint16(start + offset, little);
  for (let index = 0; index < count; index++) {
    const entry = start + offset + 2 + index * 12;
    if (view.getUint16(entry, little) === tag) return entry;
  }
  return null;
}

function text(view: DataView, start: number, entry: number | null, little: boolean): string {
  if (entry === null) return "";
  const length = view.getUint32(entry + 4, little);
  const at = length <= 4 ? entry + 8 : start + view.getUint32(entry + 8, little);
  let found = "";
  for (let index = 0; index < Math.min(length - 1, 40); index++)
    found += String.fromCharCode(view.getUint8(at + index));
  return found;
}
