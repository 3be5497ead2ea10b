import { describe, expect, it } from "vitest";
import type { Kind } from "../forms/rules/index.ts";
import { type Counted, weekShare } from "./week_share.ts";

const kind = {
  id: "loudspeaker_broadcast",
  fields: [
    {
      id: "topics",
      type: "choices",
      label: { vi: "", en: "" },
      options: [
        { id: "bhxh_tu_nguyen", label: { vi: "", en: "" } },
        { id: "bhtn", label: { vi: "", en: "" } },
      ],
    },
  ],
  counts: [
    {
      code: "voluntary_si_broadcasts",
      amount: 1,
      distinct: false,
      when: { field: "topics", includes: ["bhxh_tu_nguyen"] },
    },
  ],
} as unknown as Kind;
const kinds = new Map([[kind.id, kind]]);
const plan = {
  rows: [{ targets: [{ metric: "voluntary_si_broadcasts", min: 2, per: ["commune", "week"] }] }],
};
const scope = "commune:c-00004-2025";

function broadcast(eventDate: string, status: string, topics = ["bhxh_tu_nguyen"], where = scope): Counted {
  return { kind: kind.id, status, scope: where, fields: { topics }, eventDate };
}

describe("the week's share", () => {
  it("counts one event once, however many reported it", () => {
    const twin = { ...broadcast("2026-11-17", "submitted"), duplicateOf: "the other" };
    const share = weekShare([broadcast("2026-11-17", "submitted"), twin], kinds, plan, scope, "2026-11-18");
    expect([share.done, share.recorded]).toEqual([1, 1]);
  });

  it("counts what the target counts, in this week and this commune", () => {
    const share = weekShare(
      [
        broadcast("2026-11-16", "approved"),
        broadcast("2026-11-20", "submitted"),
        broadcast("2026-11-20", "withdrawn"),
        broadcast("2026-11-15", "approved"),
        broadcast("2026-11-17", "submitted", ["bhtn"]),
        broadcast("2026-11-18", "submitted", ["bhxh_tu_nguyen"], "commune:c-00008-2025"),
      ],
      kinds,
      plan,
      scope,
      "2026-11-20",
    );
    expect(share.week).toBe(47);
    expect([share.done, share.approved, share.required, share.recorded]).toEqual([2, 1, 2, 3]);
    expect(share.days.map((one) => one.count)).toEqual([1, 0, 0, 0, 1, 0, 0]);
    expect(share.days.findIndex((one) => one.isToday)).toBe(4);
  });

  it("asks nothing per week of a province's own desk", () => {
    expect(weekShare([], kinds, plan, "province:p-01-2025", "2026-11-20").required).toBeNull();
  });
});
