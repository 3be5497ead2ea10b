import { expect, test } from "vitest";
import { takenAt } from "./exif.ts";
import { fitted, withoutProfile } from "./scale.ts";

test("a photo keeps its shape and is never enlarged", () => {
  expect(fitted({ width: 4000, height: 3000 }, 1600)).toEqual({ width: 1600, height: 1200 });
  expect(fitted({ width: 3000, height: 4000 }, 1600)).toEqual({ width: 1200, height: 1600 });
  expect(fitted({ width: 800, height: 600 }, 1600)).toEqual({ width: 800, height: 600 });
  expect(fitted({ width: 5000, height: 1 }, 1600)).toEqual({ width: 1600, height: 1 });
});

/** A JPEG's head with one EXIF block: date and offset of the shutter, in either order of bytes. */
function jpeg(date: string, offset: string, little: boolean): ArrayBuffer {
  const bytes = new Uint8Array(200);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xffd8);
  view.setUint16(2, 0xffe1);
  view.setUint16(4, 190);
  bytes.set(new TextEncoder().encode("Exif\0\0"), 6);
  const tiff = 12;
  const short = (at: number, value: number): void => view.setUint16(tiff + at, value, little);
  const long = (at: number, value: number): void => view.setUint32(tiff + at, value, little);
  view.setUint16(tiff, little ? 0x4949 : 0x4d4d);
  short(2, 42);
  long(4, 8);
  const entry = (at: number, tag: number, type: number, count: number, value: number): void => {
    short(at, tag);
    short(at + 2, type);
    long(at + 4, count);
    long(at + 8, value);
  };
  short(8, 1);
  entry(10, 0x8769, 4, 1, 30);
  short(30, 2);
  entry(32, 0x9003, 2, 20, 100);
  entry(44, 0x9011, 2, 7, 130);
  bytes.set(new TextEncoder().encode(`${date}\0`), tiff + 100);
  bytes.set(new TextEncoder().encode(`${offset}\0`), tiff + 130);
  return bytes.buffer;
}

test("the moment of the shutter is read from EXIF, whichever way its bytes lie", () => {
  for (const little of [true, false]) {
    expect(takenAt(jpeg("2026:11:20 17:02:11", "+07:00", little))).toBe("2026-11-20T17:02:11+07:00");
  }
  expect(takenAt(jpeg("2026:11:20 17:02:11", "      ", true))).toBe("2026-11-20T17:02:11");
});

test("a file that says nothing, lies or is cut short has no moment", () => {
  expect(takenAt(jpeg("    :  :     :  :  ", "+07:00", true))).toBeNull();
  expect(takenAt(new ArrayBuffer(0))).toBeNull();
  expect(takenAt(new TextEncoder().encode("<html>").buffer as ArrayBuffer)).toBeNull();
  const whole = jpeg("2026:11:20 17:02:11", "+07:00", true);
  for (let length = 0; length < 120; length++) expect(takenAt(whole.slice(0, length))).toBeNull();
});

test("a placeholder travels without its colour profile", () => {
  const chunk = (name: string, size: number): number[] => [
    ...new TextEncoder().encode(name),
    ...[size, 0, 0, 0],
    ...Array<number>(size + (size % 2)).fill(7),
  ];
  const text = (word: string): number[] => [...new TextEncoder().encode(word)];
  const body = [...text("WEBP"), ...chunk("VP8X", 10), ...chunk("ICCP", 101), ...chunk("VP8 ", 30)];
  const bare = withoutProfile(Uint8Array.from([...text("RIFF"), body.length, 0, 0, 0, ...body]));
  expect([...bare]).toEqual([...text("RIFF"), 42, 0, 0, 0, ...text("WEBP"), ...chunk("VP8 ", 30)]);
  const other = Uint8Array.from([0xff, 0xd8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(withoutProfile(other)).toBe(other);
});
