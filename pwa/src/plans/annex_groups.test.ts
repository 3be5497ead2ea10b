import { describe, expect, it } from "vitest";
import { annexGroups } from "./annex_groups.ts";

const kinds = [
  { id: "roadshow_booth", order: 2, rows: ["II.2"] },
  { id: "loudspeaker_broadcast", order: 1, rows: ["I.4", "II.1"] },
  { id: "social_post", order: 7, rows: ["I.2.2.b"] },
  { id: "portal_post", order: 6, rows: ["I.2.1.a", "I.2.1.b"] },
];
const plan = {
  groups: [{ code: "I.2", name: "Phương tiện của Ngành" }],
  rows: [
    { code: "I.4", name: "Phát thanh trên loa" },
    { code: "II.2", name: "Theo chuyên đề" },
  ],
};

describe("kinds by annex", () => {
  it("stand once each, under the plan's heading, in the annex's order", () => {
    const groups = annexGroups(plan, kinds).map(({ code, name, kinds }) => [
      code,
      name,
      kinds.map((k) => k.id),
    ]);
    expect(groups).toEqual([
      ["I.2", "Phương tiện của Ngành", ["portal_post", "social_post"]],
      ["I.4", "Phát thanh trên loa", ["loudspeaker_broadcast"]],
      ["II.2", "Theo chuyên đề", ["roadshow_booth"]],
    ]);
  });

  it("can be chosen before the plan has come", () => {
    expect(annexGroups(null, kinds).map((group) => [group.code, group.name])).toEqual([
      ["I.2", ""],
      ["I.4", ""],
      ["II.2", ""],
    ]);
  });
});
