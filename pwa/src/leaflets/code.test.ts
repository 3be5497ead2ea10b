/** The shared vectors of short codes, run by the phone; tests/server/test_short_codes.py runs the same. */
import { describe, expect, it } from "vitest";
import vectors from "../../../tests/vectors/short_codes.json";
import { CODE_LENGTH, isCode, normalise, show } from "./code.ts";

describe("short codes", () => {
  it("are valid as the server made them, and shown in threes", () => {
    for (const { code, shown } of vectors.codes) {
      expect([isCode(code), show(code), normalise(shown)]).toEqual([true, shown, code]);
    }
  });

  it("are read from what people type and cameras see", () => {
    for (const { typed, normalised, valid } of vectors.typed) {
      expect([typed, normalise(typed), isCode(normalise(typed))]).toEqual([typed, normalised, valid]);
    }
  });

  it("catch each wrong character and every swap", () => {
    const [first] = vectors.codes;
    const code = first?.code ?? "";
    for (let place = 0; place < CODE_LENGTH; place++) {
      for (const other of "0123456789ABCDEFGHJKMNPQRSTVWXYZ") {
        const wrong = code.slice(0, place) + other + code.slice(place + 1);
        expect(isCode(wrong)).toBe(wrong === code);
      }
      for (let second = place + 1; second < CODE_LENGTH; second++) {
        const letters = [...code];
        [letters[place], letters[second]] = [letters[second] ?? "", letters[place] ?? ""];
        const swapped = letters.join("");
        expect(isCode(swapped)).toBe(swapped === code);
      }
    }
  });
});
