import { describe, expect, it } from "vitest";
import { groupedRows, type Plan, type PlanRow, timing } from "./plan.ts";

function row(code: string, group: string | null, wording: string | string[] | null = "Quý I-IV"): PlanRow {
  return {
    code,
    section: code.split(".")[0] ?? "",
    group,
    timing: { wording },
    lead_units: [],
    coordinating_units: [],
    work_items: [],
    inherited: null,
  };
}

describe("the annex's table", () => {
  it("keeps the annex's order under its headings", () => {
    const plan: Plan = {
      id: "p",
      title: "",
      year: 2026,
      sections: [],
      groups: [
        { code: "I.1", name: "Hội nghị" },
        { code: "I.4", name: "Loa" },
      ],
      rows: [row("I.1.1", "I.1"), row("I.1.2", "I.1"), row("I.4", "I.4"), row("II.1", null)],
    };
    expect(groupedRows(plan, "I").map((one) => [one.group?.name, one.rows.map((each) => each.code)])).toEqual(
      [
        ["Hội nghị", ["I.1.1", "I.1.2"]],
        ["Loa", ["I.4"]],
      ],
    );
    expect(groupedRows(plan, "II")[0]?.group).toBeNull();
  });

  it("reads the time of one line or of several", () => {
    expect(timing(row("II.1", null, ["Tháng 2;", "Tháng 5"]))).toBe("Tháng 2; Tháng 5");
    expect(timing(row("II.2", null, null))).toBe("–");
  });
});
