/** Whether one value fits its field: form, length, options, range. */
import { isCode } from "../../leaflets/code.ts";
import { within } from "./conditions.ts";
import type { Field, FieldType, Problem } from "./types.ts";
import { outOfRange, tooLong, wrongForm } from "./wording.ts";

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LINK = /^https?:\/\/[^\s/?#]+[^\s]*$/;
const PHONE = /^(0|\+?84)[35789]\d{8}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
/** NUL, which a database cannot keep, or half a surrogate pair, which UTF-8 cannot write. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is the control character that we look for
const UNSTORABLE = /\u0000|[\ud800-\udfff]/u;
const POSITION_BOUNDS: Record<string, number> = { lat_cdeg: 9_000, lon_cdeg: 18_000 };

type Test = (value: unknown, field: Field) => boolean;

const isText: Test = (value) => typeof value === "string" && !UNSTORABLE.test(value);
const isChoice: Test = (value, field) => !!field.options?.some((option) => option.id === value);
const matches =
  (pattern: RegExp): Test =>
  (value) =>
    typeof value === "string" && pattern.test(value);

const FORMS: Record<FieldType, Test> = {
  text: isText,
  long_text: isText,
  integer: Number.isInteger,
  money: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  date: isDate,
  time: matches(TIME),
  choice: isChoice,
  choices: (value, field) =>
    Array.isArray(value) &&
    value.every((each) => isChoice(each, field)) &&
    new Set(value).size === value.length,
  position: isPosition,
  link: matches(LINK),
  phone: (value) => typeof value === "string" && PHONE.test(value.replace(/[ .-]/g, "")),
  activity: matches(ID),
  short_code: (value) => typeof value === "string" && isCode(value),
};

/** What is wrong with a filled `value`, or null. */
export function checkValue(field: Field, value: unknown): Problem | null {
  // A type that this app is too old to know is left to the server.
  const test = FORMS[field.type] as Test | undefined;
  if (test && !test(value, field)) return wrongForm(field);
  // Code points, as the server counts: an emoji is one.
  if (field.max_length !== undefined && [...(value as string)].length > field.max_length) {
    return tooLong(field);
  }
  return within(value as number | string, field.min, field.max)
    ? null
    : outOfRange(field, field.min, field.max);
}

function isDate(value: unknown): boolean {
  const parts = typeof value === "string" ? DATE.exec(value) : null;
  if (!parts) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (year < 1 || month < 1 || month > 12) return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day >= 1 && day <= last;
}

function isPosition(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const entries = Object.entries(value);
  return (
    entries.length === 2 &&
    entries.every(([key, part]) => Number.isInteger(part) && Math.abs(part) <= (POSITION_BOUNDS[key] ?? -1))
  );
}
