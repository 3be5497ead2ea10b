import { describe, expect, it, vi } from "vitest";

vi.hoisted(() => {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
  vi.stubGlobal("document", { documentElement: {} });
});
const { ago, bytes, day, longDay, moment, shortDay } = await import("./format.ts");
await (await import("../i18n/index.ts")).loadWords();

describe("figures and moments as people here write them", () => {
  it("counts bytes with a decimal comma and never says zero", () => {
    expect([0, 511_600, 1_400_000, 1_900_000_000].map(bytes)).toEqual([
      // the unit stays on the line of its figure
      "1\u00a0KB",
      "512\u00a0KB",
      "1,4\u00a0MB",
      "1,9\u00a0GB",
    ]);
  });

  it("writes days from the day on", () => {
    expect(day("2026-11-16")).toBe("16/11/2026");
    expect(shortDay("2026-11-16")).toBe("16/11");
    expect(longDay("2026-11-22")).toBe("Chủ nhật 22/11");
    expect(day(null)).toBe("");
  });

  it("shows the hour of Việt Nam whatever the phone's zone", () => {
    expect(moment("2026-11-19T17:40:00Z")).toBe("20/11, 00:40");
  });

  it("counts back while that helps, then names the moment", () => {
    const now = Date.parse("2026-11-20T10:00:00Z");
    const before = (minutes: number) => ago(new Date(now - minutes * 60_000).toISOString(), now);
    expect([0, 5, 180].map(before)).toEqual(["vừa xong", "5 phút trước", "3 giờ trước"]);
    expect(before(2 * 24 * 60)).toBe("18/11, 17:00");
  });
});
