/** What the screens of leaflets make of the figures. */
import { describe, expect, it } from "vitest";
import {
  byWeek,
  type Figures,
  linePoints,
  moved,
  perHundred,
  type Run,
  scaleTop,
  stateOf,
  strongParts,
  totals,
} from "./leaflets.ts";

const run = { code: "A", copies: 100, status: "active", outdated: false } as Run;
const figures = (code: string, handed_out: number, scans: number): Figures => ({
  key: code,
  name: "",
  copies: 0,
  handed_out,
  scans,
  readers: [1, 2],
  not_counted: { bot: 2 },
});

describe("figures of print runs", () => {
  it("relate scans to copies handed out, where there are any", () => {
    expect(perHundred({ scans: 1284, handed_out: 41_250 })).toBeCloseTo(3.11, 2);
    expect(perHundred({ scans: 3, handed_out: 0 })).toBeNull();
  });

  it("add up what may be added; readers may not", () => {
    const known = new Map([
      ["A", figures("A", 10, 3)],
      ["B", figures("B", 20, 4)],
    ]);
    const total = totals([run, { ...run, code: "B" }, { ...run, code: "C" }], known);
    expect(total).toMatchObject({ copies: 300, handed_out: 30, scans: 7, readers: [0, 0] });
    expect(total.not_counted).toEqual({ bot: 4 });
  });

  it("say the gravest of a run", () => {
    expect(stateOf(run)).toBe("active");
    expect(stateOf({ ...run, outdated: true })).toBe("outdated");
    expect(stateOf({ ...run, outdated: true, status: "stopped" })).toBe("stopped");
    expect(stateOf({ ...run, status: "ended" })).toBe("ended");
  });

  it("gather days into weeks from Monday, over the turn of a year", () => {
    const day = (from: string) => ({ from, to: from, handed_out: 2, scans: 1 });
    expect(byWeek(["2026-12-27", "2026-12-28", "2026-12-31", "2027-01-03", "2027-01-04"].map(day))).toEqual([
      { from: "2026-12-21", to: "2026-12-27", handed_out: 2, scans: 1 },
      { from: "2026-12-28", to: "2027-01-03", handed_out: 6, scans: 3 },
      { from: "2027-01-04", to: "2027-01-10", handed_out: 2, scans: 1 },
    ]);
  });

  it("are drawn to a round scale", () => {
    expect([0, 4, 5, 362, 11_450, 80_000].map(scaleTop)).toEqual([4, 4, 6, 400, 20_000, 80_000]);
    expect(linePoints([0, 5, 10], 80, 20)).toBe("0.0,20.0 40.0,10.0 80.0,0.0");
    expect(linePoints([7], 80, 20)).toBe("0.0,0.0");
    expect(linePoints([0, 0], 80, 20)).toBe("0.0,20.0 80.0,20.0");
  });
});

describe("words of a leaflet", () => {
  it("are moved within their bounds", () => {
    expect(moved(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  });

  it("know bold and nothing else", () => {
    expect(strongParts("Đóng **20 năm** thì <b>có</b>")).toEqual([
      { text: "Đóng ", strong: false },
      { text: "20 năm", strong: true },
      { text: " thì <b>có</b>", strong: false },
    ]);
    expect(strongParts("một ** hai")).toEqual([{ text: "một ** hai", strong: false }]);
  });
});
