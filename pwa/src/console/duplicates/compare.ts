/** Two activities field by field, in the form's order: what is the same and what is not. Pure. */
import type { Activity, Field, Kind } from "../types.ts";

export interface Row {
  field: Field;
  first: unknown;
  second: unknown;
  same: boolean;
}

/** Fields that either side has; photos are shown, not compared. */
export function compare(first: Activity, second: Activity, kind: Kind | undefined): Row[] {
  const fields = kind?.fields ?? [];
  const known = new Set(fields.map((field) => field.id));
  const unknown = Object.keys({ ...first.fields, ...second.fields })
    .filter((id) => !known.has(id))
    .map((id) => ({ id, type: "text", label: { vi: id, en: id } }));
  return [...fields, ...unknown]
    .filter((field) => field.id !== "evidence")
    .map((field) => ({ field, first: first.fields[field.id], second: second.fields[field.id] }))
    .filter((row) => isThere(row.first) || isThere(row.second))
    .map((row) => ({
      ...row,
      same: JSON.stringify(row.first ?? null) === JSON.stringify(row.second ?? null),
    }));
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** Photos that both activities show, by their hash. */
export function sharedPhotos(first: Activity, second: Activity): Set<string> {
  const others = new Set(second.evidence.map((one) => one.sha256));
  return new Set(first.evidence.map((one) => one.sha256).filter((sha256) => others.has(sha256)));
}
