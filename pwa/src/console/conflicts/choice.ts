/**
 * What a reviewer picks where two people wrote different things: side by side, field by field. Pure.
 *
 * Not here: how a value looks (`format`), and sending the decision (`Conflicts.svelte`).
 */
import type { Conflict, FieldConflict } from "../types.ts";

export type Side = "current" | "proposed" | "typed";

/** What is sent: one side as a whole, or a value for each field. */
export interface Choice {
  choice: "current" | "proposed" | "values";
  set?: Record<string, unknown>;
}

/** Elements of a set field that came and went, such as photos. */
export interface Elements {
  add: Record<string, unknown>[];
  remove: string[];
}

/** A set's proposal says what came and what went; any other value is the value itself. */
export function elementsOf(row: FieldConflict): Elements | null {
  const mine = row.mine as Partial<Elements> | null;
  const isSet = typeof mine === "object" && Array.isArray(mine?.add) && Array.isArray(mine.remove);
  return isSet ? (mine as Elements) : null;
}

/** Rows that can be typed into: a set is taken or left as a whole. */
export function plainRows(conflict: Conflict): FieldConflict[] {
  return conflict.fields.filter((row) => elementsOf(row) === null);
}

/**
 * The picks as one choice: all of one side is that side, anything else names each value. `sides`
 * tells by field what was picked; what nobody picked stays as it is.
 */
export function choiceOf(
  conflict: Conflict,
  sides: Readonly<Record<string, Side>>,
  typed: Readonly<Record<string, unknown>>,
): Choice {
  const picked = conflict.fields.map((row) => sides[row.field] ?? "current");
  if (picked.every((side) => side === "proposed")) return { choice: "proposed" };
  if (picked.every((side) => side === "current")) return { choice: "current" };
  const set: Record<string, unknown> = {};
  for (const row of plainRows(conflict)) {
    const side = sides[row.field] ?? "current";
    set[row.field] =
      side === "typed" ? (typed[row.field] ?? null) : row[side === "proposed" ? "mine" : "current"];
  }
  return { choice: "values", set };
}

/** The sentence that says what happened, as a key of the catalogue. */
export function sentenceOf(
  conflict: Conflict,
): "amendment" | "amendmentWithdraw" | "withdraw" | "afterWithdraw" | "invalid" | "fields" {
  const withdraws = conflict.type === "withdraw";
  if (conflict.kind === "amendment") return withdraws ? "amendmentWithdraw" : "amendment";
  if (conflict.kind === "withdrawal") return withdraws ? "withdraw" : "afterWithdraw";
  return conflict.kind;
}
