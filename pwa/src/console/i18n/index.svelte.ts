/** The console's language: Vietnamese unless the reader chose English. */
import { en } from "./en.ts";
import { type Key, vi } from "./vi.ts";

export type Language = "vi" | "en";
const STORED = "loa-console-language";

const remembered: Language = localStorage.getItem(STORED) === "en" ? "en" : "vi";
let language = $state<Language>(remembered);
document.documentElement.lang = remembered;

export function currentLanguage(): Language {
  return language;
}

export function useLanguage(chosen: Language): void {
  language = chosen;
  localStorage.setItem(STORED, chosen);
  document.documentElement.lang = chosen;
}

/** The text of `key` with `{name}` places filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const text = (language === "vi" ? vi : en)[key];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The label of a catalogue's or plan's `{vi, en}` pair in the reader's language. */
export function label(pair: { vi: string; en: string } | undefined, fallback = ""): string {
  return pair ? pair[language] : fallback;
}
