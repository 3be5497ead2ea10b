/** Which language the reader chose; Vietnamese until they say otherwise. Shared by both apps. */

export type Language = "vi" | "en";
export interface Pair {
  vi: string;
  en: string;
}

const STORED = "loa-language";
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

/** The side of a `{vi, en}` pair that the reader wants. */
export function label(pair: Pair | null | undefined, fallback = ""): string {
  return pair ? pair[language] : fallback;
}

/** `text` with its `{name}` places filled in. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
