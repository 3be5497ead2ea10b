/** Conditions over the values of a form. The same language as the server's, held by shared vectors. */
import type { Condition, Values } from "./types.ts";

/** Whether something was entered: null, blank text and an empty list are nothing. */
export function isFilled(value: unknown): boolean {
  if (typeof value === "string") return value.trim() !== "";
  return value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);
}

export function holds(condition: Condition, values: Values): boolean {
  if ("all" in condition) return condition.all.every((part) => holds(part, values));
  if ("any" in condition) return condition.any.some((part) => holds(part, values));
  if ("not" in condition) return !holds(condition.not, values);
  const value = values[condition.field];
  if (condition.filled !== undefined) return isFilled(value) === condition.filled;
  if (!isFilled(value)) return false;
  if (condition.is !== undefined) return value === condition.is;
  if (condition.in) return condition.in.includes(value);
  if (condition.includes) {
    return Array.isArray(value) && condition.includes.some((each) => value.includes(each));
  }
  if (condition.at_least !== undefined) return isBetween(value, condition.at_least, undefined);
  if (condition.at_most !== undefined) return isBetween(value, undefined, condition.at_most);
  return false;
}

/** Numbers with numbers, texts with texts: dates and times are written in the order of time. */
function isBetween(value: unknown, low?: number | string, high?: number | string): boolean {
  const bound = low ?? high;
  return typeof value === typeof bound && within(value as number | string, low, high);
}

/** Whether `value` lies between the bounds, both included. */
export function within(value: number | string, low?: number | string, high?: number | string): boolean {
  return (low === undefined || value >= low) && (high === undefined || value <= high);
}
