/**
 * The text of the second copy: one record a line, each with its own sum, so that a torn or zeroed
 * piece costs what it hit and nothing else. The last record of a key counts; null takes it away.
 * Pure. Not here: what is copied (`spare`).
 */
import type { LogName } from "../platform/spare.ts";

export type Entries = Map<string, unknown>;

/** A new line before it too: after a torn end it does not become part of the tear. */
export function line(key: string, value: unknown): string {
  const text = JSON.stringify([key, value]);
  return `\n${sum(text)} ${text}\n`;
}

/** A whole log: nothing of it counts until its end is there. */
export function wholeLog(number: number, entries: Entries): string {
  const lines = [...entries].map(([key, value]) => line(key, value));
  return `${line(`log ${number}`, null).trimStart()}${lines.join("")}${line("whole", number)}`;
}

/** What both logs say together; which one the next whole log is written to, and its number. */
export function readLogs(logs: readonly string[]): { entries: Entries; next: LogName; number: number } {
  const read = logs.map((text, at) => ({ ...readLog(text), name: (at === 0 ? "a" : "b") as LogName }));
  read.sort((one, other) => one.number - other.number);
  const entries: Entries = new Map();
  let latest: LogName = "b";
  let number = 0;
  for (const log of read) {
    number = Math.max(number, log.number);
    if (!log.isWhole) continue;
    entries.clear();
    latest = log.name;
    for (const [key, value] of log.records) {
      if (value === null) entries.delete(key);
      else entries.set(key, value);
    }
  }
  return { entries, next: latest === "a" ? "b" : "a", number: number + 1 };
}

function readLog(text: string): { number: number; isWhole: boolean; records: [string, unknown][] } {
  const records: [string, unknown][] = [];
  let number = -1;
  let isWhole = false;
  for (const each of text.split("\n")) {
    const record = checked(each);
    if (!record) continue;
    const [key, value] = record;
    if (key.startsWith("log ")) number = Number(key.slice(4));
    else if (key === "whole") isWhole = value === number;
    else records.push(record);
  }
  return { number, isWhole, records };
}

function checked(text: string): [string, unknown] | null {
  const body = text.slice(9);
  if (!body || text.slice(0, 8) !== sum(body)) return null;
  try {
    return JSON.parse(body) as [string, unknown];
  } catch {
    return null;
  }
}

/** CRC-32 over the characters' bytes, eight hexadecimal digits. */
function sum(text: string): string {
  let crc = -1;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ -1) >>> 0).toString(16).padStart(8, "0");
}
