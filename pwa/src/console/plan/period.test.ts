import { describe, expect, it } from "vitest";
import { bounds, isoWeek } from "./period.ts";

describe("periods", () => {
  it("names the week by its Thursday, in Việt Nam's days", () => {
    expect(isoWeek(new Date("2026-11-20T03:00:00Z"))).toBe("2026-W47");
    expect(isoWeek(new Date("2027-01-01T03:00:00Z"))).toBe("2026-W53");
    // Sunday evening in UTC is Monday in Việt Nam
    expect(isoWeek(new Date("2026-11-22T18:00:00Z"))).toBe("2026-W48");
  });

  it("knows first and last days", () => {
    expect(bounds("2026")).toEqual({ from: "2026-01-01", to: "2026-12-31" });
    expect(bounds("2026-Q1")).toEqual({ from: "2026-01-01", to: "2026-03-31" });
    expect(bounds("2028-02")).toEqual({ from: "2028-02-01", to: "2028-02-29" });
    expect(bounds("2026-W47")).toEqual({ from: "2026-11-16", to: "2026-11-22" });
    expect(bounds("2026-W01")).toEqual({ from: "2025-12-29", to: "2026-01-04" });
  });
});
