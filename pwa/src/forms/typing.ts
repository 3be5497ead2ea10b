/** Between what fingers type and the whole number that is kept. Pure. */
import { numberText } from "./rules/index.ts";

/** `1.263.600`, `1263600`, `1 263 600` → 1263600; null for nothing; undefined for no number. */
export function parseWhole(text: string): number | null | undefined {
  const bare = text.trim().replace(/[\s.,\u00a0]/g, "");
  if (bare === "") return null;
  const value = Number(bare);
  return /^-?\d+$/.test(bare) && Number.isSafeInteger(value) ? value : undefined;
}

/** What a number field shows when nobody is typing in it. */
export function showWhole(value: unknown, language: "vi" | "en"): string {
  return typeof value === "number" ? numberText(value, language) : typeof value === "string" ? value : "";
}
