/**
 * From the pen to the outbox: the draft becomes operations, its photos wait for the line, and the
 * draft is gone, in one step. Pure: ids and clocks are given.
 */
import { type Making, operationsOf, withdrawalOf } from "../outbox/operations.ts";
import { answer, hasEffect } from "../outbox/settle.ts";
import { applyOperations, onTop } from "../outbox/view.ts";
import type {
  ActivityRow,
  Draft,
  Fields,
  Json,
  Operation,
  OutboxItem,
  ScopeState,
  ShadowRow,
} from "../store/records.ts";
import type { Wants } from "../store/transact.ts";
import type { Sheet } from "./sheet.ts";

/** What only the outside has: names, and what the clocks say. */
export interface Given {
  newId: () => string;
  captured: (beacon: string | null) => Operation["captured"];
}

/** A new report, of the kind's version in the catalogue that this phone holds. */
export function blankDraft(
  id: string,
  kind: string,
  scope: string,
  fields: Fields,
  catalogue: Json | null,
  now: string,
): Draft {
  const kinds = (catalogue as { kinds?: { id: string; version: number }[] } | null)?.kinds;
  const kind_version = kinds?.find((each) => each.id === kind)?.version ?? 1;
  const times = { startedAt: now, changedAt: now };
  return { id, kind, kind_version, scope, fields, evidence: [], origin: null, ...times };
}

export const sendWants = (draftId: string): Wants => ({ draft: draftId, documents: true, photos: true });

export function send(sheet: Sheet, draftId: string, given: Given): void {
  const draft = sheet.drafts.get(draftId);
  if (!draft) throw new Error(`no draft ${draftId}`);
  const { standing, answered } = ownItems(sheet, draftId);
  for (const item of answered) sheet.putItem(answer(item));
  const groups = groupsOf(sheet, draft.kind);
  enqueue(sheet, (making) => inStead(operationsOf(draft, standing, { ...making, groups }), answered), given);
  sheet.drafts.drop(draftId);
  const named = new Set(draft.evidence.map((photo) => photo.sha256));
  for (const photo of sheet.photos()) {
    const isOurs = photo.activity === draftId && photo.state === "draft" && named.has(photo.sha256);
    if (isOurs) sheet.putPhoto({ ...photo, state: "waiting" });
  }
}

/** Takes an activity back; one that the server never took is simply put away. */
export function withdraw(sheet: Sheet, row: ActivityRow, given: Given): void {
  const known = sheet.shadow(row.scope, row.id);
  const { standing, answered } = ownItems(sheet, row.id);
  for (const item of answered) sheet.putItem(answer(item));
  if (known || standing.length) {
    const base = known?.row ?? { ...row, version: 0 };
    enqueue(sheet, (making) => inStead([withdrawalOf(base, standing, making)], answered), given);
  }
  sheet.drafts.drop(row.id);
}

/**
 * A draft on top of what a person sees of an activity. `origin` is what will be there when it
 * arrives: the server's row with the waiting operations; parked ones only give their values.
 */
export function draftOn(
  row: ActivityRow | null,
  items: readonly OutboxItem[],
  incarnation: string | null,
  now: string,
): Draft | null {
  const base = applyOperations(row, onTop(row, survivors(items)));
  const shown = applyOperations(row, onTop(row, items));
  if (!shown) return null;
  // Copies throughout: `fields` is written on while `origin` must stay as it was.
  return {
    id: shown.id,
    kind: shown.kind,
    kind_version: shown.kind_version,
    scope: shown.scope,
    fields: structuredClone(shown.fields),
    evidence: structuredClone(shown.evidence),
    origin: base && {
      base: row?.version ?? null,
      incarnation,
      status: base.status,
      fields: structuredClone(base.fields),
      evidence: base.evidence.map((photo) => photo.sha256),
    },
    startedAt: now,
    changedAt: now,
  };
}

/** Items that had an effect or will have: all that are not parked; none, if the create before them is. */
function survivors(items: readonly OutboxItem[]): OutboxItem[] {
  const orphaned = items.some((item) => item.state === "parked" && item.operation.type === "create");
  return orphaned ? [] : items.filter(hasEffect);
}

/** The activity's items, by n: those that stand, and those that the next operations answer. */
function ownItems(sheet: Sheet, activity: string): { standing: OutboxItem[]; answered: OutboxItem[] } {
  const all = sheet.items(activity);
  const standing = survivors(all);
  return { standing, answered: all.filter((item) => item.state !== "kept" && !standing.includes(item)) };
}

/**
 * Each says which parked operation of its type it comes for, so that no reviewer looks at that one; the
 * last one says so of all that are left, for the form that was sent holds what all of them held.
 */
function inStead(made: Operation[], answered: readonly OutboxItem[]): Operation[] {
  let left = answered.filter((item) => item.state === "parked").map((item) => item.operation);
  return made.map((operation, place) => {
    const old = left.find(({ type }) => type === operation.type);
    left = left.filter((one) => one !== old);
    const also = place === made.length - 1 ? left.map(({ id }) => id) : [];
    return { ...operation, ...(old && { instead: old.id }), ...(also.length && { also }) };
  });
}

/** The groups of the kind, as the catalogue on this phone has them. */
export function groupsOf(sheet: Sheet, kind: string): string[][] {
  const catalogue = sheet.documents().find(({ type }) => type === "catalogue")?.body;
  const { kinds } = (catalogue ?? {}) as { kinds?: { id: string; groups?: string[][] }[] };
  return kinds?.find((each) => each.id === kind)?.groups ?? [];
}

/** Whether the row may be one of which the server, restored since, never told: its version says nothing. */
export function mayBeOld(scope: ScopeState | undefined, row: ShadowRow | undefined): boolean {
  return !!row && (row.seq < 0 || (!!scope?.rereading && row.read !== scope.read));
}

/** Puts what `make` makes at the end of the outbox. */
export function enqueue(sheet: Sheet, make: (making: Making) => Operation[], given: Given): void {
  const { incarnation, beacon, lastN } = sheet.identity;
  const { newId } = given;
  const made = make({ nextN: lastN + 1, incarnation, captured: given.captured(beacon), newId });
  for (const each of made) {
    const known = sheet.shadow(each.scope, each.activity);
    const operation = mayBeOld(sheet.scopes.get(each.scope), known) ? { ...each, incarnation: null } : each;
    sheet.putItem({ n: operation.n, operation, state: "waiting", tries: 0, notBefore: 0 });
  }
  sheet.amend({ lastN: lastN + made.length });
}
