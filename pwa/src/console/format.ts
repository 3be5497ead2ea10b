/** Dates, numbers and values as people here write them: dd/mm/yyyy, 17:30, 1.263.600, 12,5. */
import { show } from "../leaflets/code.ts";
import { currentLanguage, label, t } from "./i18n/index.ts";
import type { Field, Pair } from "./types.ts";

const ZONE = "Asia/Ho_Chi_Minh";
const whole = new Intl.NumberFormat("vi-VN");
const oneDecimal = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 1 });
const fixedDecimal = new Intl.NumberFormat("vi-VN", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

export function number(value: number): string {
  return Number.isInteger(value) ? whole.format(value) : oneDecimal.format(value);
}

/** Always one digit behind the comma, so that figures below each other line up: 6 → `6,0`. */
export function tenths(value: number): string {
  return fixedDecimal.format(value);
}

/** `2026-11-16` → `16/11/2026`. */
export function day(iso: string | null | undefined): string {
  const parts = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso ?? "");
  return parts ? `${parts[3]}/${parts[2]}/${parts[1]}` : "–";
}

/** `2026-11-16` → `16/11`. */
export function shortDay(iso: string | null | undefined): string {
  return day(iso).slice(0, 5);
}

/** A moment in Việt Nam's time: `16/11/2026 17:41`. */
export function moment(iso: string | null | undefined): string {
  if (!iso) return "–";
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: ZONE,
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  }).formatToParts(new Date(iso));
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("day")}/${of("month")}/${of("year")} ${of("hour")}:${of("minute")}`;
}

/** How long ago, in the coarsest unit that says enough: `15 giờ`, `2 ngày`. */
export function age(iso: string | null | undefined, now: number = Date.now()): string {
  if (!iso) return "";
  const minutes = Math.max(0, Math.round((now - Date.parse(iso)) / 60_000));
  const vietnamese = currentLanguage() === "vi";
  if (minutes < 60) return vietnamese ? `${minutes} phút` : `${minutes} min`;
  if (minutes < 48 * 60)
    return vietnamese ? `${Math.round(minutes / 60)} giờ` : `${Math.round(minutes / 60)} h`;
  return vietnamese ? `${Math.round(minutes / 1440)} ngày` : `${Math.round(minutes / 1440)} days`;
}

/** A field's value in words. */
export function value(field: Field, raw: unknown): string {
  if (raw === null || raw === undefined || raw === "") return "–";
  if (Array.isArray(raw)) return raw.map((one) => optionLabel(field, one)).join(", ");
  if (typeof raw === "boolean") return raw ? t("yes") : t("no");
  if (typeof raw === "number") return withUnit(field, number(raw));
  if (field.type === "date") return day(String(raw));
  if (field.type === "short_code") return show(String(raw));
  if (typeof raw === "object") return Object.values(raw).map(String).join(", ");
  return optionLabel(field, raw);
}

function optionLabel(field: Field, raw: unknown): string {
  const option = field.options?.find((one) => one.id === raw);
  return option ? label(option.label) : String(raw);
}

function withUnit(field: Field, text: string): string {
  const unit = typeof field.unit === "object" && field.unit ? label(field.unit as Pair) : field.unit;
  return unit ? `${text} ${unit}` : text;
}
