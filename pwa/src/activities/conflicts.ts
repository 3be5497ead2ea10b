/** A conflict in the words of its form: what stands, what is kept beside it, who may choose. Pure. */
import type { Field, Kind } from "../forms/rules/index.ts";
import { type Key, label, t } from "../i18n/index.ts";
import type { ActivityView, Conflict } from "../sync/engine.ts";
import { valueWords } from "./values.ts";

const EVIDENCE = "evidence";

/** One field on both sides. */
export interface Side {
  field: string;
  name: string;
  current: string;
  mine: string;
}

/** Both values of each field, photos counted. */
export function sidesOf(conflict: Conflict, kind: Kind | undefined): Side[] {
  return conflict.fields.map((row) => {
    const field = fieldOf(row.field, kind);
    const elements = row.mine as { add?: unknown[]; remove?: unknown[] } | null;
    if (typeof elements === "object" && Array.isArray(elements?.add)) {
      const words = [
        elements.add.length > 0 && t("conflict.photosAdded", { n: elements.add.length }),
        elements.remove?.length && t("conflict.photosRemoved", { n: elements.remove.length }),
      ];
      const name = row.field === EVIDENCE ? t("detail.photos") : label(field.label);
      return {
        field: row.field,
        name,
        current: t("conflict.photosNow"),
        mine: words.filter(Boolean).join(", "),
      };
    }
    return {
      field: row.field,
      name: label(field.label),
      current: valueWords(field, row.current),
      mine: valueWords(field, row.mine),
    };
  });
}

export function fieldOf(id: string, kind: Kind | undefined): Field {
  return kind?.fields.find((one) => one.id === id) ?? { id, type: "text", label: { vi: id, en: id } };
}

/** Whether the person at this phone may choose: both sides are their own, and nothing is approved. */
export function mayChoose(conflict: Conflict, activity: ActivityView, account: string): boolean {
  return (
    conflict.resolver === "author" &&
    activity.mine &&
    (conflict.by === undefined || conflict.by.id === account)
  );
}

/** What happened, in one sentence. */
export function conflictWords(conflict: Conflict, account: string): string {
  const mine = conflict.by === undefined || conflict.by.id === account;
  const withdraws = conflict.type === "withdraw";
  let key: string;
  if (conflict.kind === "amendment") key = withdraws ? "amendmentWithdraw" : "amendment";
  else if (conflict.kind === "withdrawal") key = withdraws ? "withdraw" : "afterWithdraw";
  else key = conflict.kind === "invalid" ? "invalid" : "fields";
  return t(`conflict.${mine ? "mine" : "theirs"}.${key}` as Key, { name: conflict.by?.name ?? "" });
}

/** Words of whose value it is, beside the server's. */
export function whose(conflict: Conflict, account: string): string {
  return conflict.by && conflict.by.id !== account
    ? t("conflict.of", { name: conflict.by.name })
    : t("conflict.ofMine");
}
