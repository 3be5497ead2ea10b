/** A scanned run fills the form with what it knows, and says what speaks against it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Kind, validate, warnings } from "../forms/rules/index.ts";
import { concerns, handOutValues, type RunDocument, runWithCode } from "./hand_out.ts";

const forms = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/rules_kinds.json", import.meta.url), "utf-8"),
);
const kind = forms.leaflet_handout as Kind;
const run: RunDocument = {
  code: "YPRPA8MHV",
  leaflet_title: "household_hi",
  title: "Những điều cần biết về BHYT hộ gia đình",
  version: 3,
  law_date: "2026-07-01",
  languages: ["vi", "tày-nùng-cổ"],
  commune: "c-00004-2025",
  place_detail: "Chợ phiên",
  copies: 500,
  period_from: "2026-10-01",
  period_to: "2026-12-31",
  status: "active",
  outdated: false,
};
const today = "2026-11-20";

describe("a scanned print run", () => {
  it("fills all but how many and the day", () => {
    const values = handOutValues(run, run.code, kind);
    expect(values).toEqual({
      print_run: "YPRPA8MHV",
      leaflet_title: "household_hi",
      carriers: ["printed", "qr"],
      languages: ["vi"],
      place_detail: "Chợ phiên",
      law_as_of_date: "2026-07-01",
    });
    const whole = { ...values, event_date: today, copies_count: 40 };
    expect(validate(kind, whole, 1, "submitted", today)).toEqual([]);
  });

  it("names a title that the form does not have", () => {
    const values = handOutValues({ ...run, leaflet_title: "new_one", title: "Tờ mới" }, run.code, kind);
    expect(values).toMatchObject({ leaflet_title: "other", other_title: "Tờ mới" });
  });

  it("is found by its code, and an unknown one is only told", () => {
    const documents = [{ body: { ...run, code: "MFC12WVRQ" } }, { body: run }, { body: null }];
    expect(runWithCode(documents, "YPRPA8MHV")).toBe(run);
    expect(runWithCode(documents, "3F6CX9K10")).toBeNull();
    expect(concerns(null, today)).toEqual(["unknown"]);
    expect(handOutValues(null, "3F6CX9K10", kind)).toEqual({ print_run: "3F6CX9K10" });
  });

  it("warns of what is stopped, over, to come, or older than the law", () => {
    expect(concerns(run, today)).toEqual([]);
    expect(concerns(run, "2026-12-31")).toEqual([]);
    expect(concerns(run, "2027-01-01")).toEqual(["ended"]);
    expect(concerns(run, "2026-09-30")).toEqual(["early"]);
    expect(concerns({ ...run, status: "stopped", outdated: true }, today)).toEqual(["stopped", "outdated"]);
  });

  it("warns of a law that changed while there was no network, and not of what was before", () => {
    const told = { ...run, period_from: "2026-01-01", law_date: "2025-07-01", outdated_from: "2026-07-01" };
    expect(concerns(told, "2026-06-30")).toEqual([]);
    expect(concerns(told, "2026-07-01")).toEqual(["outdated"]);
    expect(concerns({ ...told, outdated: true }, "2026-06-30")).toEqual([]);
    expect(concerns({ ...run, outdated: true, outdated_from: null }, today)).toEqual(["outdated"]);
  });

  it("of the law before the change is questioned by the form itself, too", () => {
    const old = handOutValues({ ...run, law_date: "2025-07-01" }, run.code, kind);
    const found = warnings(kind, { ...old, event_date: today, copies_count: 1 }, today);
    expect(found.map(({ field }) => field)).toEqual(["law_as_of_date"]);
  });
});
