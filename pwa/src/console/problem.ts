/** What to tell a person about trouble, in the reader's language. */
import { Problem } from "./api.ts";
import { currentLanguage, t } from "./i18n/index.ts";

export function sentence(error: unknown): string {
  if (!(error instanceof Problem)) return t("error.unknown");
  if (error.type === "network") return t("error.network");
  // Some problems say more of this one case than their title does
  const more = error.extras[currentLanguage()];
  if (typeof more === "string" && more) return more;
  return error.titles[currentLanguage()] || t("error.unknown");
}
