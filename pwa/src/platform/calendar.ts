/** Days and weeks of Việt Nam (UTC+7, no daylight saving), as ISO texts. Pure. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The calendar day in Việt Nam: `2026-11-20`. */
export function today(now: Date = new Date()): string {
  return new Date(now.getTime() + 7 * HOUR).toISOString().slice(0, 10);
}

/** The time of day in Việt Nam: `17:05`. */
export function timeOfDay(now: Date = new Date()): string {
  return new Date(now.getTime() + 7 * HOUR).toISOString().slice(11, 16);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** 0 Sunday … 6 Saturday. */
export function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** The week's seven days, Monday first. */
export function weekOf(day: string): string[] {
  const monday = addDays(day, -((weekday(day) + 6) % 7));
  return [0, 1, 2, 3, 4, 5, 6].map((n) => addDays(monday, n));
}

/** ISO week: its number, and the year of its Thursday. */
export function isoWeek(day: string): { year: number; week: number } {
  const thursday = weekOf(day)[3] ?? day;
  const year = Number(thursday.slice(0, 4));
  const days = (Date.parse(`${thursday}T00:00:00Z`) - Date.UTC(year, 0, 1)) / DAY;
  return { year, week: Math.floor(days / 7) + 1 };
}
