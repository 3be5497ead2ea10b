/** What a person is told about a value: the server's own sentences, compared by the shared vectors. */
import type { Bound, Field, Problem, Text } from "./types.ts";

type Language = keyof Text;

const PICKED = ["choice", "choices", "boolean", "date", "time", "activity"];
const FORMS: Record<string, [string, string]> = {
  text: ["là chữ", "be text"],
  long_text: ["là chữ", "be text"],
  integer: ["là số nguyên", "be a whole number"],
  money: ["là số tiền chẵn đồng", "be a whole amount in đồng"],
  boolean: ["là có hoặc không", "be yes or no"],
  date: ["là ngày có thật", "be a real date"],
  time: ["là giờ từ 00:00 đến 23:59", "be a time from 00:00 to 23:59"],
  choice: ["được chọn trong danh sách", "be chosen from the list"],
  choices: ["được chọn trong danh sách, mỗi mục một lần", "be chosen from the list, each once"],
  position: ["là vị trí trên bản đồ", "be a position on the map"],
  link: ["là địa chỉ bắt đầu bằng http:// hoặc https://", "be an http or https address"],
  phone: ["là số di động 10 chữ số", "be a mobile number of 10 digits"],
  activity: ["là một hoạt động đã ghi", "be a recorded activity"],
  short_code: ["đúng 9 ký tự in cạnh mã QR", "be the 9 characters printed by the QR code"],
};

function problem(field: string, code: string, vi: string, en: string): Problem {
  return { field, code, vi, en };
}

/** 1.263.600 in Vietnamese, 1,263,600 in English. */
export function numberText(value: number, language: Language): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, language === "vi" ? "." : ",");
}

/** A bound as people write it: 20/11/2026, 17:30, 1.500. */
export function valueText(value: Bound, field: Field, language: Language): string {
  if (typeof value === "number") return numberText(value, language);
  return field.type === "date" ? value.split("-").reverse().join("/") : value;
}

/** The label inside a sentence: "Thời lượng" to "thời lượng", but "BHXH" stays. */
export function inner(label: string): string {
  const isCapital = (letter: string) => letter !== letter.toLowerCase();
  const [first = "", second = ""] = label;
  return isCapital(first) && isCapital(second) ? label : first.toLowerCase() + label.slice(first.length);
}

export function missing(field: Field): Problem {
  const verb = PICKED.includes(field.type) ? "chọn" : "nhập";
  return problem(
    field.id,
    "required",
    `Anh/chị chưa ${verb} ${inner(field.label.vi)}`,
    `Missing: ${inner(field.label.en)}`,
  );
}

export function wrongForm(field: Field): Problem {
  const [vi, en] = FORMS[field.type] ?? ["", ""];
  return problem(field.id, "wrong_form", `${field.label.vi} phải ${vi}`, `${field.label.en} must ${en}`);
}

export function tooLong(field: Field): Problem {
  const limit = field.max_length ?? 0;
  return problem(
    field.id,
    "too_long",
    `${field.label.vi} dài quá ${numberText(limit, "vi")} ký tự, anh/chị rút gọn giúp`,
    `${field.label.en} is longer than ${numberText(limit, "en")} characters`,
  );
}

export function outOfRange(field: Field, low?: Bound, high?: Bound): Problem {
  return problem(
    field.id,
    "out_of_range",
    `${field.label.vi} phải ${bounds(field, "vi", low, high)}`,
    `${field.label.en} must be ${bounds(field, "en", low, high)}`,
  );
}

export function unusual(field: Field, low?: Bound, high?: Bound): Problem {
  return problem(
    field.id,
    "unusual",
    `${field.label.vi} thường ${bounds(field, "vi", low, high)}, anh/chị xem lại giúp`,
    `${field.label.en} is usually ${bounds(field, "en", low, high)}; please check`,
  );
}

/** "từ 1 đến 240 phút", "từ 1 phút trở lên", "nhiều nhất 240 phút". */
function bounds(field: Field, language: Language, low?: Bound, high?: Bound): string {
  const unit = field.unit ? ` ${field.unit[language]}` : "";
  const first = low === undefined ? "" : valueText(low, field, language);
  const last = high === undefined ? "" : valueText(high, field, language);
  const vi = language === "vi";
  if (low !== undefined && high !== undefined) {
    return vi ? `từ ${first} đến ${last}${unit}` : `from ${first} to ${last}${unit}`;
  }
  if (low !== undefined) return vi ? `từ ${first}${unit} trở lên` : `${first}${unit} or more`;
  if (field.type === "date" || field.type === "time") {
    return vi ? `không sau ${last}` : `no later than ${last}`;
  }
  return vi ? `nhiều nhất ${last}${unit}` : `${last}${unit} at most`;
}

export function inFuture(field: Field): Problem {
  return problem(
    field.id,
    "in_future",
    `${field.label.vi} chưa đến, anh/chị chọn hôm nay hoặc ngày trước đó`,
    `${field.label.en} is still to come; choose today or an earlier day`,
  );
}

export function wrongOrder(first: Field, second: Field, mayBeEqual: boolean): Problem {
  const vi = mayBeEqual ? "không được trước" : "phải sau";
  const en = mayBeEqual ? "must not be before" : "must be after";
  return problem(
    second.id,
    "wrong_order",
    `${second.label.vi} ${vi} ${inner(first.label.vi)}`,
    `${second.label.en} ${en} ${inner(first.label.en)}`,
  );
}

export function sumTooSmall(fields: Field[], low: number): Problem {
  return problem(
    fields[0]?.id ?? "",
    "sum_too_small",
    `${together(fields, "vi")} phải từ ${numberText(low, "vi")} trở lên`,
    `${together(fields, "en")} must be ${numberText(low, "en")} or more`,
  );
}

/** `limits`: the fields that made the limit, if it was not a plain number. */
export function sumTooLarge(fields: Field[], limit: number, limits: Field[]): Problem {
  const name = (language: Language) => (limits.length ? `${inner(together(limits, language))} ` : "");
  return problem(
    fields[0]?.id ?? "",
    "sum_too_large",
    `${together(fields, "vi")} không được lớn hơn ${name("vi")}(${numberText(limit, "vi")})`,
    `${together(fields, "en")} must not be more than ${name("en")}(${numberText(limit, "en")})`,
  );
}

function together(fields: Field[], language: Language): string {
  const labels = fields.map((field) => field.label[language]);
  if (labels.length === 1) return labels[0] ?? "";
  const rest = labels.map(inner);
  const [total, last] = language === "vi" ? ["Tổng", "và"] : ["The sum of", "and"];
  return `${total} ${rest.slice(0, -1).join(", ")} ${last} ${rest.at(-1)}`;
}

export function unusualValue(field: Field, low: number, high: number): Problem {
  return problem(
    field.id,
    "unusual_value",
    `${field.label.vi} thường từ ${numberText(low, "vi")} đến ${numberText(high, "vi")} đồng ` +
      "với số lượng và số tháng này, anh/chị xem lại giúp",
    `${field.label.en} is usually from ${numberText(low, "en")} to ${numberText(high, "en")} đồng ` +
      "for this quantity and months; please check",
  );
}

export function said(field: string, code: string, message: Text): Problem {
  return problem(field, code, message.vi, message.en);
}

export function evidenceMissing(needed: number): Problem {
  return problem(
    "evidence",
    "evidence_missing",
    `Cần ít nhất ${needed} ảnh minh chứng`,
    `At least ${needed} ${needed === 1 ? "photo" : "photos"} needed as evidence`,
  );
}

export function evidenceTooMany(limit: number): Problem {
  return problem(
    "evidence",
    "evidence_too_many",
    `Nhiều nhất ${limit} minh chứng, anh/chị bỏ bớt giúp`,
    `${limit} pieces of evidence at most`,
  );
}
