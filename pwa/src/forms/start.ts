/** What a fresh form holds before anybody types. Pure. */
import { isFilled, type Kind, type Values } from "./rules/index.ts";

/** `fields` with the kind's defaults where nothing stands yet; "today" becomes the day. */
export function withDefaults(kind: Kind, fields: Values, today: string): Values {
  const filled = { ...fields };
  for (const field of kind.fields) {
    if (field.default === undefined || field.default === null || isFilled(filled[field.id])) continue;
    filled[field.id] = field.type === "date" && field.default === "today" ? today : field.default;
  }
  return filled;
}
