import { describe, expect, it } from "vitest";
import type { Kind } from "./rules/index.ts";
import { withDefaults } from "./start.ts";
import { parseWhole, showWhole } from "./typing.ts";

describe("whole numbers as people type them", () => {
  it("takes any grouping and gives Vietnamese dots back", () => {
    for (const text of ["1263600", "1.263.600", "1 263 600", "1\u00a0263\u00a0600", "1,263,600"])
      expect(parseWhole(text)).toBe(1263600);
    expect(showWhole(1263600, "vi")).toBe("1.263.600");
    expect(parseWhole(showWhole(1263600, "vi"))).toBe(1263600);
  });

  it("tells nothing from nonsense", () => {
    expect(parseWhole("  ")).toBeNull();
    expect(parseWhole("năm")).toBeUndefined();
    expect(parseWhole("12a")).toBeUndefined();
  });

  it("never reads a fraction as a larger whole number", () => {
    for (const text of ["12,5", "1.5", "1.26", "1.263,5", "1.263.60"])
      expect(parseWhole(text)).toBeUndefined();
    expect(showWhole(undefined, "vi")).toBe("");
  });
});

describe("a fresh form", () => {
  const kind = {
    fields: [
      { id: "event_date", type: "date", default: "today" },
      { id: "languages", type: "choices", default: ["vi"] },
      { id: "note", type: "text" },
    ],
  } as unknown as Kind;

  it("has its defaults, but never over what is there", () => {
    expect(withDefaults(kind, {}, "2026-11-20")).toEqual({ event_date: "2026-11-20", languages: ["vi"] });
    expect(withDefaults(kind, { event_date: "2026-11-17" }, "2026-11-20").event_date).toBe("2026-11-17");
  });
});
