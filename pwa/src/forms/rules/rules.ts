/** What a form as a whole says: which fields are shown and needed, and what the rules find.
 *
 * A hidden field counts as missing: it is not needed, and what stands in it is neither checked nor seen
 * by conditions, rules and counts. Pure, and the same as the server's `catalogue` (shared vectors).
 */
import { holds, isFilled, within } from "./conditions.ts";
import type { Count, Field, Kind, Problem, Rule, Severity, ValuePart, Values } from "./types.ts";
import { checkValue } from "./values.ts";
import * as wording from "./wording.ts";

export interface Reading {
  /** Filled, shown and well formed: what conditions, rules and counts see. */
  values: Values;
  /** In the order of the form. */
  shown: Field[];
  /** Problems of single values by field. */
  illFormed: Record<string, Problem>;
}

/** Reads a form once; everything else works on what it returns. */
export function read(kind: Kind, fields: Values): Reading {
  const reading: Reading = { values: {}, shown: [], illFormed: {} };
  for (const field of kind.fields) {
    if (field.shown_if && !holds(field.shown_if, reading.values)) continue;
    reading.shown.push(field);
    const value = fields[field.id];
    if (!isFilled(value)) continue;
    const problem = checkValue(field, value);
    if (problem) reading.illFormed[field.id] = problem;
    else reading.values[field.id] = value;
  }
  return reading;
}

/** Whether a shown `field` must be filled before the activity is sent. */
export function isRequired(field: Field, values: Values): boolean {
  return !!field.required || (!!field.required_if && holds(field.required_if, values));
}

/** What keeps this content from standing in `status`: fields, then rules, then evidence.
 *
 * A draft, and what was returned, may have gaps. `today` is the day in Việt Nam, "2026-11-20".
 */
export function validate(
  kind: Kind,
  fields: Values,
  evidenceCount: number,
  status: string,
  today: string,
): Problem[] {
  const { values, shown, illFormed } = read(kind, fields);
  const isComplete = status === "submitted" || status === "approved";
  const problems: Problem[] = [];
  for (const field of shown) {
    const problem = illFormed[field.id];
    if (problem) problems.push(problem);
    else if (isComplete && !(field.id in values) && isRequired(field, values)) {
      problems.push(wording.missing(field));
    }
  }
  if (isComplete) problems.push(...checkRules(kind, values, "error", today));
  if (evidenceCount > kind.evidence.max) problems.push(wording.evidenceTooMany(kind.evidence.max));
  else if (isComplete && evidenceCount < kind.evidence.min) {
    problems.push(wording.evidenceMissing(kind.evidence.min));
  }
  return problems;
}

/** What somebody should look at again; never a reason to refuse. */
export function warnings(kind: Kind, fields: Values, today: string): Problem[] {
  return checkRules(kind, read(kind, fields).values, "warning", today);
}

/** What the activity adds to the annex's rows and the metrics of targets. */
export function counts(kind: Kind, fields: Values, communeId: string | null = null): Count[] {
  const { values } = read(kind, fields);
  return kind.counts.flatMap(({ code, amount: declared, when, group_key }) => {
    const amount = typeof declared === "string" ? ((values[declared] ?? 0) as number) : declared;
    if (amount < 1 || (when && !holds(when, values))) return [];
    const chosen = group_key === "commune" ? communeId : ((group_key && values[group_key]) ?? null);
    const keys = (Array.isArray(chosen) ? chosen : [chosen]) as (string | null)[];
    return keys.map((key) => ({ code, amount, group_key: key || null }));
  });
}

function checkRules(kind: Kind, values: Values, severity: Severity, today: string): Problem[] {
  const byId = new Map(kind.fields.map((field) => [field.id, field]));
  const found: Problem[] = [];
  for (const rule of kind.rules) {
    if (rule.severity !== severity || (rule.when && !holds(rule.when, values))) continue;
    // The server refuses a rule on a field that is not there.
    const problem = check(rule, values, today, (id) => byId.get(id)!);
    if (problem) found.push(rule.message ? wording.said(problem.field, problem.code, rule.message) : problem);
  }
  return found;
}

function check(rule: Rule, values: Values, today: string, field: (id: string) => Field): Problem | null {
  const number = (id: string) => (values[id] ?? 0) as number;
  const total = (ids: string[]) => ids.reduce((sum, id) => sum + number(id), 0);
  switch (rule.check) {
    case "order": {
      const [first, second] = [values[rule.first] as string, values[rule.second] as string];
      if (first === undefined || second === undefined) return null;
      if (second > first || (rule.may_be_equal && second === first)) return null;
      return wording.wrongOrder(field(rule.first), field(rule.second), rule.may_be_equal);
    }
    case "not_in_future": {
      const day = values[rule.field] as string | undefined;
      return day !== undefined && day > today ? wording.inFuture(field(rule.field)) : null;
    }
    case "sum": {
      const sum = total(rule.fields);
      const fields = rule.fields.map(field);
      if (rule.min !== undefined && sum < rule.min) return wording.sumTooSmall(fields, rule.min);
      if (rule.max !== undefined && sum > rule.max) return wording.sumTooLarge(fields, rule.max, []);
      const limit = total(rule.at_most);
      const isLimited = rule.at_most.some((id) => id in values);
      return isLimited && sum > limit ? wording.sumTooLarge(fields, limit, rule.at_most.map(field)) : null;
    }
    case "range": {
      const value = values[rule.field] as number | string | undefined;
      if (value === undefined || within(value, rule.min, rule.max)) return null;
      const say = rule.severity === "warning" ? wording.unusual : wording.outOfRange;
      return say(field(rule.field), rule.min, rule.max);
    }
    case "usual_value": {
      const [value, day] = [values[rule.value], values[rule.date]] as [number?, string?];
      const parts = rule.parts.filter((part) => number(part.quantity) > 0);
      if (value === undefined || day === undefined || parts.length === 0) return null;
      const bounds = parts.map((part) => partBounds(part, values, day));
      if (bounds.includes(null)) return null;
      const low = bounds.reduce((sum, part) => sum + (part?.[0] ?? 0), 0);
      const high = bounds.reduce((sum, part) => sum + (part?.[1] ?? 0), 0);
      const isUsual =
        low * (100 - rule.tolerance_percent) <= value * 100 &&
        value * 100 <= high * (100 + rule.tolerance_percent);
      return isUsual ? null : wording.unusualValue(field(rule.value), low, high);
    }
    case "refuse":
      return wording.said(rule.field, "refused", rule.message ?? { vi: "", en: "" });
    default:
      return null; // a check that this app is too old to know is left to the server
  }
}

function partBounds(part: ValuePart, values: Values, day: string): [number, number] | null {
  const months = values[part.months] as number | undefined;
  const rate = part.rates.filter((each) => each.from_day <= day).at(-1);
  if (months === undefined || !rate) return null;
  const units = (values[part.quantity] as number) * months;
  return [units * rate.min_vnd, units * rate.max_vnd];
}
