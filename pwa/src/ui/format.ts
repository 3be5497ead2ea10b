/** Figures and moments as people here write them: 1,4 MB, 16/11, 17:02. */
import { currentLanguage, t } from "../i18n/index.ts";
import { timeOfDay, today, weekday } from "../platform/calendar.ts";

/** 512 KB, 1,4 MB: one decimal from a megabyte on, with the comma of Vietnamese. */
export function bytes(count: number): string {
  const comma = (text: string) => (currentLanguage() === "vi" ? text.replace(".", ",") : text);
  if (count < 1000 * 1000) return `${Math.max(1, Math.round(count / 1000))}\u00a0KB`;
  if (count < 1e9) return `${comma((count / 1e6).toFixed(1))}\u00a0MB`;
  return `${comma((count / 1e9).toFixed(1))}\u00a0GB`;
}

/** `2026-11-16` → `16/11/2026`. */
export function day(iso: string | null | undefined): string {
  return iso ? iso.slice(0, 10).split("-").reverse().join("/") : "";
}

/** `2026-11-16` → `16/11`. */
export function shortDay(iso: string | null | undefined): string {
  return day(iso).slice(0, 5);
}

/** `Thứ Hai 16/11`. */
export function longDay(iso: string): string {
  return `${t(`day.${weekday(iso)}` as "day.0")} ${shortDay(iso)}`;
}

/** `Thứ Hai 16/11/2026`. */
export function fullDay(iso: string): string {
  return `${t(`day.${weekday(iso)}` as "day.0")} ${day(iso)}`;
}

/** A moment in Việt Nam: `19/11, 09:40`. */
export function moment(iso: string): string {
  const at = new Date(iso);
  return `${shortDay(today(at))}, ${timeOfDay(at)}`;
}

/** `vừa xong`, `5 phút trước`, `3 giờ trước`, else the moment. */
export function ago(iso: string, now: number = Date.now()): string {
  const minutes = Math.round((now - Date.parse(iso)) / 60_000);
  if (minutes < 1) return t("time.now");
  if (minutes < 60) return t("time.minutes", { n: minutes });
  if (minutes < 24 * 60) return t("time.hours", { n: Math.round(minutes / 60) });
  return moment(iso);
}
