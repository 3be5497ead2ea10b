/** Between what fingers type and the whole number that is kept. Pure. */
import { numberText } from "./rules/index.ts";

/** Digits in a row, or in threes behind one and the same mark. `12,5` is neither: it must not become 125. */
const WHOLE = /^-?(\d+|\d{1,3}([.,\s])\d{3}(\2\d{3})*)$/;

/** `1.263.600`, `1263600`, `1 263 600` → 1263600; null for nothing; undefined for no whole number. */
export function parseWhole(text: string): number | null | undefined {
  const typed = text.trim();
  if (typed === "") return null;
  const value = Number(typed.replace(/[\s.,]/g, ""));
  return WHOLE.test(typed) && Number.isSafeInteger(value) ? value : undefined;
}

/** What a number field shows when nobody is typing in it. */
export function showWhole(value: unknown, language: "vi" | "en"): string {
  return typeof value === "number" ? numberText(value, language) : typeof value === "string" ? value : "";
}
