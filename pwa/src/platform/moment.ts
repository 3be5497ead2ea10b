/**
 * What the phone's clocks say when something is captured. Evidence only: clocks of cheap phones are
 * wrong by hours or years, and nothing is ordered or refused by them.
 */
import { newId } from "./ids.ts";

const BOOT = newId();

/** Local time with its offset from UTC: `2026-11-22T07:01:09+07:00`. */
export function wallTime(date: Date = new Date()): string {
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const minutes = Math.abs(offset);
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/** The `captured` of an operation; `boot` names this life of the page, in which `monotonic_ms` runs. */
export function captured(beacon: string | null): {
  wall: string;
  monotonic_ms: number;
  boot: string;
  beacon: string | null;
} {
  return { wall: wallTime(), monotonic_ms: Math.round(performance.now()), boot: BOOT, beacon };
}
