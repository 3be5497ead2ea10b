/** The field app's words. English is fetched only by who wants it: most never do. */
import { currentLanguage, fill } from "./language.svelte.ts";
import { type Key, vi } from "./vi.ts";

export { currentLanguage, label, useLanguage } from "./language.svelte.ts";
export type { Key };

let english: Record<Key, string> | null = null;

/** Have the English words at hand; before that `t` speaks Vietnamese. */
export async function loadEnglish(): Promise<void> {
  english ??= (await import("./en.ts")).en;
}

/** The text of `key` in the reader's language, `{name}` places filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const words = currentLanguage() === "en" && english ? english : vi;
  return fill(words[key], values);
}
