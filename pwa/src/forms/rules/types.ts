/** A kind of activity as GET /api/v1/catalogue tells it. A missing key means null, false or empty. */

export interface Text {
  vi: string;
  en: string;
}

export type FieldType =
  | "text"
  | "long_text"
  | "integer"
  | "money"
  | "boolean"
  | "date"
  | "time"
  | "choice"
  | "choices"
  | "position"
  | "link"
  | "phone"
  | "activity"
  | "short_code";

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | {
      field: string;
      is?: unknown;
      in?: unknown[];
      includes?: unknown[];
      filled?: boolean;
      at_least?: number | string;
      at_most?: number | string;
    };

export type Bound = number | string;

export interface Option {
  id: string;
  label: Text;
}

export interface Field {
  id: string;
  type: FieldType;
  label: Text;
  required?: boolean;
  required_if?: Condition;
  shown_if?: Condition;
  options?: Option[];
  min?: Bound;
  max?: Bound;
  unit?: Text;
  max_length?: number;
  group?: string;
  help?: Text;
  /** Filled in when a form is opened: a value, or "today" for a date. */
  default?: unknown;
  /** Values offered as one tap. */
  suggestions?: Bound[];
}

export interface Section {
  id: string;
  label: Text;
  /** Closed until somebody wants it. */
  folded: boolean;
  fields: string[];
}

export interface Rate {
  from_day: string;
  min_vnd: number;
  max_vnd: number;
}

export interface ValuePart {
  quantity: string;
  months: string;
  rates: Rate[];
}

export type Check =
  | { check: "order"; first: string; second: string; may_be_equal: boolean }
  | { check: "not_in_future" | "refuse"; field: string }
  | { check: "sum"; fields: string[]; min?: number; max?: number; at_most: string[] }
  | { check: "range"; field: string; min?: Bound; max?: Bound }
  | { check: "usual_value"; value: string; date: string; tolerance_percent: number; parts: ValuePart[] };

export type Severity = "error" | "warning";

export type Rule = Check & {
  id: string;
  severity: Severity;
  when?: Condition;
  message?: Text;
  fields_checked: string[];
};

export interface CountRule {
  code: string;
  amount: number | string;
  when?: Condition;
  group_key?: string;
  distinct: boolean;
}

export interface Kind {
  id: string;
  version: number;
  order: number;
  labels: Text;
  short: Text;
  rows: string[];
  sections: Section[];
  fields: Field[];
  groups: string[][];
  rules: Rule[];
  counts: CountRule[];
  evidence: { min: number; max: number };
  columns: string[];
  /** Fields copied when somebody records the same again. */
  repeated: string[];
  example: Values;
}

export type Values = Record<string, unknown>;

export interface Problem extends Text {
  field: string;
  code: string;
}

export interface Count {
  code: string;
  amount: number;
  group_key: string | null;
}
