/** The form engine: what a kind asks of its values. Pure; screens stand elsewhere. */

export { holds, isFilled } from "./conditions.ts";
export { counts, isRequired, type Reading, read, validate, warnings } from "./rules.ts";
export type * from "./types.ts";
export { checkValue } from "./values.ts";
export { numberText, valueText } from "./wording.ts";
