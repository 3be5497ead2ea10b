import { describe, expect, it } from "vitest";
import type { Conflict } from "../types.ts";
import { choiceOf, plainRows, sentenceOf } from "./choice.ts";

const photo = { sha256: "ab", size: 1 };
const conflict: Conflict = {
  id: "c1",
  kind: "fields",
  operation: "o1",
  by: { id: "an", name: "An" },
  resolver: "reviewer",
  type: "edit",
  opened_at: "2026-11-20T10:00:00Z",
  fields: [
    { field: "clusters_on_air", current: 8, mine: 9, was: 7 },
    { field: "title", current: "Cũ", mine: "Mới", was: null },
  ],
};
const withPhotos: Conflict = {
  ...conflict,
  fields: [
    ...conflict.fields,
    { field: "evidence", current: [], mine: { add: [photo], remove: [] }, was: null },
  ],
};

describe("what a reviewer picks where two people wrote different things", () => {
  it("is one side when all of it is picked, photos with it", () => {
    const all = { clusters_on_air: "proposed", title: "proposed", evidence: "proposed" } as const;
    expect(choiceOf(withPhotos, all, {})).toEqual({ choice: "proposed" });
    expect(choiceOf(withPhotos, {}, {})).toEqual({ choice: "current" });
  });

  it("names each value when the sides are mixed, and what nobody picked stays", () => {
    expect(choiceOf(conflict, { clusters_on_air: "proposed" }, {})).toEqual({
      choice: "values",
      set: { clusters_on_air: 9, title: "Cũ" },
    });
  });

  it("sends what was typed, and an emptied box clears the field", () => {
    const sides = { clusters_on_air: "typed", title: "typed" } as const;
    expect(choiceOf(conflict, sides, { clusters_on_air: 10, title: null })).toEqual({
      choice: "values",
      set: { clusters_on_air: 10, title: null },
    });
  });

  it("has nothing to type for photos", () => {
    expect(plainRows(withPhotos).map((row) => row.field)).toEqual(["clusters_on_air", "title"]);
  });

  it("tells a request to change from a request to withdraw", () => {
    expect(sentenceOf({ ...conflict, kind: "amendment" })).toBe("amendment");
    expect(sentenceOf({ ...conflict, kind: "amendment", type: "withdraw" })).toBe("amendmentWithdraw");
    expect(sentenceOf({ ...conflict, kind: "withdrawal", type: "withdraw" })).toBe("withdraw");
    expect(sentenceOf({ ...conflict, kind: "withdrawal" })).toBe("afterWithdraw");
  });
});
