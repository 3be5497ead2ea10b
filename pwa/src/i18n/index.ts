/** The field app's words. */
import { en } from "./en.ts";
import { currentLanguage, fill } from "./language.svelte.ts";
import { type Key, vi } from "./vi.ts";

export { currentLanguage, label, useLanguage } from "./language.svelte.ts";
export type { Key };

const catalogues = { vi, en };

/** The text of `key` in the reader's language, `{name}` places filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(catalogues[currentLanguage()][key], values);
}
