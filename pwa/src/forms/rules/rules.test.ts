/** The shared vectors, run by the phone. tests/server/catalogue/test_rules.py runs the same. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Count, counts, type Kind, type Problem, type Values, validate, warnings } from "./index.ts";

/** Read, not imported: the vectors hold half a surrogate pair, which bundlers refuse. */
const vectors = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../tests/vectors/${name}.json`, import.meta.url), "utf-8"));

interface Case {
  name: string;
  kind: string;
  fields: Values;
  status?: string;
  today?: string;
  evidence?: number;
  commune?: string;
  problems: Partial<Problem>[];
  warnings?: Partial<Problem>[];
  counts?: Count[];
}

const forms: Record<string, Kind> = vectors("rules_kinds");

/** Field and code exactly and in order; wordings where the vector gives them. */
function same(found: Problem[], expected: Partial<Problem>[]): void {
  const brief = (problems: Partial<Problem>[]) => problems.map(({ field, code }) => `${field} ${code}`);
  expect(brief(found)).toEqual(brief(expected));
  expect(found).toMatchObject(expected);
}

describe("rules", () => {
  for (const each of vectors("rules").cases as Case[]) {
    it(each.name, () => {
      const kind = forms[each.kind] as Kind;
      const today = each.today ?? "2026-11-20";
      same(validate(kind, each.fields, each.evidence ?? 0, each.status ?? "submitted", today), each.problems);
      if (each.warnings) same(warnings(kind, each.fields, today), each.warnings);
      if (each.counts) expect(counts(kind, each.fields, each.commune ?? null)).toEqual(each.counts);
    });
  }
});
