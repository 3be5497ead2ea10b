/** A field's value in the words of its form: 8 cụm, 1.263.600 đồng, Có, BHXH tự nguyện. */
import { type Field, valueText } from "../forms/rules/index.ts";
import { currentLanguage, label, t } from "../i18n/index.ts";
import { show } from "../leaflets/code.ts";

export function valueWords(field: Field, value: unknown): string {
  const option = (id: unknown) => label(field.options?.find((one) => one.id === id)?.label, String(id));
  if (value === null || value === undefined || value === "") return t("value.none");
  if (Array.isArray(value)) return value.map(option).join(", ");
  if (typeof value === "boolean") return value ? t("form.yes") : t("form.no");
  if (field.options) return option(value);
  if (field.type === "short_code") return show(String(value));
  const text =
    typeof value === "object"
      ? JSON.stringify(value)
      : valueText(value as string | number, field, currentLanguage());
  const unit = field.type === "money" ? " đồng" : field.unit ? ` ${label(field.unit)}` : "";
  return `${text}${unit}`;
}
