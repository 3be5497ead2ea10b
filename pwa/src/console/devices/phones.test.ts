import { describe, expect, it } from "vitest";
import type { Phone } from "../types.ts";
import { sorted, stateOf, takesStill, unsent } from "./phones.ts";

const NOW = Date.parse("2026-11-23T03:00:00Z");
const phone = (changes: Partial<Phone>): Phone => ({
  id: "p",
  name: "Máy",
  account: { id: "an", name: "An" },
  app: null,
  created_at: "2026-11-01T00:00:00Z",
  last_seen_at: "2026-11-23T02:00:00Z",
  revoked_at: null,
  unsent: null,
  losses: [],
  ...changes,
});
const loss = { operations: 7, photos: 4, told_at: "2026-11-20T00:00:00Z" };

describe("a phone as its administrator reads it", () => {
  it("is fine while it is heard of, and silent after a week", () => {
    expect(stateOf(phone({}), NOW)).toBe("fine");
    expect(stateOf(phone({ last_seen_at: "2026-11-15T00:00:00Z" }), NOW)).toBe("silent");
    expect(stateOf(phone({ last_seen_at: null }), NOW)).toBe("never");
  });

  it("that is revoked still brings earlier work for as long as that is taken", () => {
    const revoked_at = "2026-11-20T00:00:00Z";
    expect(stateOf(phone({ revoked_at, escrow: { until: "2027-02-18T00:00:00Z" } }), NOW)).toBe("escrow");
    expect(stateOf(phone({ revoked_at, escrow: { until: "2026-11-21T00:00:00Z" } }), NOW)).toBe("revoked");
    expect(stateOf(phone({ revoked_at }), NOW)).toBe("revoked");
  });

  it("that is missing and shut out, by itself or with its account, may still be refused for good", () => {
    const escrow = { until: "2027-02-18T00:00:00Z" };
    expect(stateOf(phone({ escrow }), NOW)).toBe("escrow");
    const missing = phone({ revoked_at: "2026-11-20T00:00:00Z", escrow, losses: [loss] });
    expect([stateOf(missing, NOW), takesStill(missing, NOW)]).toEqual(["lost", true]);
    expect(takesStill(phone({ losses: [loss] }), NOW)).toBe(false);
  });

  it("comes first when something never arrived", () => {
    const silent = phone({ id: "silent", last_seen_at: "2026-11-01T00:00:00Z" });
    const lost = phone({ id: "lost", losses: [loss] });
    expect(sorted([phone({ id: "fine" }), silent, lost], NOW).map((one) => one.id)).toEqual([
      "lost",
      "silent",
      "fine",
    ]);
  });

  it("tells of what it holds only when it holds something", () => {
    expect(unsent(phone({ unsent: { operations: 0, photos: 0, oldest_at: null } }))).toBeNull();
    expect(unsent(phone({ unsent: { operations: 0, photos: 2, oldest_at: null } }))).not.toBeNull();
  });
});
