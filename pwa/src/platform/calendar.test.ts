import { describe, expect, it } from "vitest";
import { addDays, isoWeek, timeOfDay, today, weekday, weekOf } from "./calendar.ts";

describe("calendar", () => {
  it("turns the day at midnight in Việt Nam", () => {
    expect(today(new Date("2026-11-20T16:59:00Z"))).toBe("2026-11-20");
    expect(today(new Date("2026-11-20T17:00:00Z"))).toBe("2026-11-21");
    expect(timeOfDay(new Date("2026-11-20T10:05:00Z"))).toBe("17:05");
  });

  it("starts the week on Monday and names it by its Thursday", () => {
    expect(weekOf("2026-11-22")).toEqual([16, 17, 18, 19, 20, 21, 22].map((day) => `2026-11-${day}`));
    expect(isoWeek("2026-11-22")).toEqual({ year: 2026, week: 47 });
    expect(isoWeek("2027-01-03")).toEqual({ year: 2026, week: 53 });
    expect(isoWeek("2027-01-04")).toEqual({ year: 2027, week: 1 });
    expect(weekday("2026-11-20")).toBe(5);
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  });
});
