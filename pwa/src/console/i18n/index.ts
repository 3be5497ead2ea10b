/** The console's words. */
import { currentLanguage, fill } from "../../i18n/language.svelte.ts";
import { en } from "./en.ts";
import { type Key, vi } from "./vi.ts";

export { currentLanguage, label, useLanguage } from "../../i18n/language.svelte.ts";

const catalogues = { vi, en };

/** The text of `key` in the reader's language, `{name}` places filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(catalogues[currentLanguage()][key], values);
}
