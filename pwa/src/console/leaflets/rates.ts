import { get } from "../api.ts";

/** Words in the two languages of the server's dated figures. */
interface Words {
  vi: string;
  en: string;
}

/** One table of the public page, as it holds today; amounts in dong. */
export interface RatesTable {
  id: string;
  title: Words;
  heads: Words[];
  rows: { label: Words; amounts: number[] }[];
  note: Words;
  sources: string[];
  as_of: string;
  estimated: boolean;
}

let asked: Promise<RatesTable[]> | null = null;

/** Every table as it holds today; asked for once, and again after a failure. */
export function ratesTables(): Promise<RatesTable[]> {
  asked ??= get<{ tables: RatesTable[] }>("rates")
    .then((said) => said.tables)
    .catch((error: unknown) => {
      asked = null;
      throw error;
    });
  return asked;
}

/** The page's languages other than English lean on Vietnamese, as the public page does. */
export function inLanguage(words: Words, language: string): string {
  return language === "en" ? words.en : words.vi;
}
