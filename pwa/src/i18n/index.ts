/** The field app's words. What the first screen does not need is fetched after it. */
import { currentLanguage, fill } from "./language.svelte.ts";
import { type Key, vi } from "./vi.ts";

export { currentLanguage, label, useLanguage } from "./language.svelte.ts";
export type { Key };

let vietnamese: Partial<Record<Key, string>> = vi;
let english: Record<Key, string> | null = null;

/** Have the words of every screen at hand, in the reader's language. */
export async function loadWords(language = currentLanguage()): Promise<void> {
  vietnamese = { ...vi, ...(await import("./vi_later.ts")).later };
  if (language === "en") english ??= (await import("./en.ts")).en;
}

/** Whether there is such a word: for keys put together from what a server said. */
export function hasWord(key: string): key is Key {
  return key in vietnamese;
}

/** The text of `key` in the reader's language, `{name}` places filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const words = currentLanguage() === "en" && english ? english : vietnamese;
  return fill(words[key] ?? "", values);
}
