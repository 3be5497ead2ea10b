/** Periods of a plan's year, as the API names them: 2026, 2026-Q4, 2026-11, 2026-W47. */
import { isoWeek as isoWeekOf, today } from "../../platform/calendar.ts";

/** This ISO week in Việt Nam, as a period. */
export function isoWeek(now: Date): string {
  const { year, week } = isoWeekOf(today(now));
  return `${year}-W${String(week).padStart(2, "0")}`;
}

/** First and last day of a period, ISO, both inclusive. */
export function bounds(period: string): { from: string; to: string } {
  const [year = "", part = ""] = period.split("-");
  const iso = (time: number) => new Date(time).toISOString().slice(0, 10);
  const y = Number(year);
  if (part.startsWith("W")) {
    const fourth = new Date(Date.UTC(y, 0, 4));
    const monday =
      fourth.getTime() -
      ((fourth.getUTCDay() || 7) - 1) * 86_400_000 +
      (Number(part.slice(1)) - 1) * 7 * 86_400_000;
    return { from: iso(monday), to: iso(monday + 6 * 86_400_000) };
  }
  const months: [number, number] = part.startsWith("Q")
    ? [Number(part.slice(1)) * 3 - 3, Number(part.slice(1)) * 3]
    : part
      ? [Number(part) - 1, Number(part)]
      : [0, 12];
  return { from: iso(Date.UTC(y, months[0], 1)), to: iso(Date.UTC(y, months[1], 0)) };
}
