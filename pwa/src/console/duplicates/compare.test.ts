import { describe, expect, it } from "vitest";
import type { Activity, Kind } from "../types.ts";
import { compare, sharedPhotos } from "./compare.ts";

const pair = (vi: string) => ({ vi, en: vi });
const kind: Kind = {
  id: "booth",
  labels: pair("Gian hàng"),
  rows: [],
  sections: [],
  fields: [
    { id: "reached", type: "integer", label: pair("Lượt người") },
    { id: "place", type: "text", label: pair("Nơi") },
    { id: "note", type: "text", label: pair("Ghi chú") },
  ],
};
const activity = (fields: Record<string, unknown>, photos: string[] = []): Activity =>
  ({ fields, evidence: photos.map((sha256) => ({ sha256 })) }) as unknown as Activity;

describe("two reports side by side", () => {
  it("go field by field in the form's order, and what neither has is left out", () => {
    const rows = compare(
      activity({ place: "Chợ", reached: 950 }),
      activity({ reached: 1120, place: "Chợ" }),
      kind,
    );
    expect(rows.map((row) => [row.field.id, row.same])).toEqual([
      ["reached", false],
      ["place", true],
    ]);
  });

  it("keep what this catalogue does not know, at the end", () => {
    const rows = compare(activity({ reached: 1, coming: "x" }), activity({ reached: 1 }), kind);
    expect(rows.at(-1)).toMatchObject({ field: { id: "coming" }, same: false });
  });

  it("name the photos that both show", () => {
    expect([...sharedPhotos(activity({}, ["a", "b"]), activity({}, ["b", "c"]))]).toEqual(["b"]);
  });
});
