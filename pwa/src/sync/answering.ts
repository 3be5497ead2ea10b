/**
 * What a person decides about something that did not simply go in: a conflict, an operation that
 * was parked, a draft of another device. Each decision is written down like any other work. Pure.
 */
import { answer, hasEffect } from "../outbox/settle.ts";
import { applyOperations, onTop } from "../outbox/view.ts";
import type { Choice, Draft, Fields, Operation, OutboxItem } from "../store/records.ts";
import type { Sheet } from "./sheet.ts";
import { enqueue, type Given, groupsOf } from "./writing.ts";

export interface Resolution {
  conflict: string;
  choice: Choice;
  /** Of choice `values`: what was typed. */
  fields?: Fields;
}

/** Which side of a conflict stands is said by an operation, with what was shown when it was chosen. */
export function resolve(sheet: Sheet, scope: string, activity: string, said: Resolution, given: Given): void {
  const row = sheet.shadow(scope, activity)?.row;
  const conflict = row?.conflicts?.find((each) => each.id === said.conflict);
  if (!row || !conflict) throw new Error(`no conflict ${said.conflict}`);
  const own = sheet.items(activity).filter(hasEffect);
  const shown = applyOperations(row, onTop(row, own)) ?? row;
  const typed = said.choice === "values" ? (said.fields ?? {}) : {};
  const groups = groupsOf(sheet, row.kind);
  // Of a set there is no value to type: what was added or removed stands or is proposed.
  const isSet = (field: string): boolean => field === "evidence" || field in (row.sets ?? {});
  const plain = conflict.fields.map(({ field }) => field).filter((field) => !isSet(field));
  const asked = [...plain, ...Object.keys(typed)];
  const names = new Set(asked.flatMap((field) => groups.find((group) => group.includes(field)) ?? [field]));
  const was = Object.fromEntries([...names].map((field) => [field, shown.fields[field] ?? null]));
  const set = said.choice === "values" ? { ...was, ...typed } : {};
  const after = own.at(-1)?.operation.id ?? null;
  enqueue(
    sheet,
    (making): Operation[] => [
      {
        id: making.newId(),
        activity,
        type: "resolve",
        scope: row.scope,
        kind: row.kind,
        kind_version: row.kind_version,
        base: row.version,
        incarnation: making.incarnation,
        set,
        was,
        add: {},
        remove: {},
        after,
        n: making.nextN,
        captured: making.captured,
        resolve: { conflict: said.conflict, choice: said.choice },
      },
    ],
    given,
  );
}

export interface Correction {
  /** Where it belongs, when its commune was divided. */
  scope?: string;
  set?: Fields;
}

/**
 * A parked operation once more, under a new id, with what was parked only because it came after it.
 * What the server told of the old ids never changes.
 */
export function resend(
  sheet: Sheet,
  operationId: string,
  correction: Correction,
  given: Given,
  withFollowers = true,
): Operation[] {
  const again = parkedWith(sheet, operationId).slice(0, withFollowers ? undefined : 1);
  const [first] = again;
  if (!first) throw new Error(`nothing parked ${operationId}`);
  for (const item of again) sheet.putItem(answer(item));
  const own = sheet.items(first.operation.activity).filter(hasEffect);
  let after = own.at(-1)?.operation.id ?? null;
  let made: Operation[] = [];
  enqueue(
    sheet,
    (making) => {
      made = again.map(({ operation }, place) => {
        const set = place === 0 ? { ...operation.set, ...correction.set } : operation.set;
        const { scope = operation.scope } = correction;
        const mine = { id: making.newId(), n: making.nextN + place, scope, set, after };
        const next: Operation = { ...operation, ...mine, instead: operation.id };
        after = next.id;
        return next;
      });
      return made;
    },
    given,
  );
  return made;
}

/** Lets go of a parked operation on this phone, with what waits for it alone; the server keeps its own copy. */
export function dismissParked(sheet: Sheet, operationId: string): void {
  for (const item of parkedWith(sheet, operationId)) sheet.putItem(answer(item));
}

function parkedWith(sheet: Sheet, operationId: string): OutboxItem[] {
  const first = sheet.items().find((item) => item.operation.id === operationId && item.state === "parked");
  if (!first) return [];
  const names = new Set([operationId]);
  const found = [first];
  for (const item of sheet.items(first.operation.activity)) {
    const { id, after } = item.operation;
    // Without its create nothing else of the activity can stand.
    const follows = first.operation.type === "create" || item.reason === "after_parked";
    const isBehind = follows && after !== null && names.has(after);
    if (item.state !== "parked" || !isBehind) continue;
    names.add(id);
    found.push(item);
  }
  return found;
}

/** A draft that another device of this account backed up, as this phone was told of it. */
export interface OtherDraft {
  /** The document's id. */
  id: string;
  device: string;
  deviceName: string;
  changedAt: string;
  draft: Draft;
}

/** Those that were not made here, newest first. A document that cannot be read is passed over. */
export function otherDrafts(sheet: Pick<Sheet, "documents" | "identity">): OtherDraft[] {
  const { device, taken = [] } = sheet.identity;
  return sheet
    .documents()
    .filter((row) => row.type === "draft" && !row.gone && !taken.includes(row.id))
    .flatMap(({ id, body }) => {
      const told = body as {
        device?: string;
        device_name?: string;
        changed_at?: string;
        draft?: Draft;
      } | null;
      const draft = told?.draft;
      const isWhole = draft?.id && draft.kind && draft.scope && typeof draft.fields === "object";
      if (!isWhole || told?.device === device) return [];
      const { device_name: deviceName = "", changed_at: changedAt = "" } = told ?? {};
      return [{ id, device: told?.device ?? "", deviceName, changedAt, draft }];
    })
    .sort((one, other) => (one.changedAt < other.changedAt ? 1 : -1));
}

/** Goes on with it here; the server hears that the other copy is no longer needed. */
export function takeDraft(sheet: Sheet, documentId: string, now: string): Draft {
  const found = otherDrafts(sheet).find((each) => each.id === documentId);
  if (!found) throw new Error(`no draft ${documentId}`);
  const { evidence = [], origin = null, startedAt = now, kind_version = 1 } = found.draft;
  const draft: Draft = { ...found.draft, evidence, origin, startedAt, kind_version, changedAt: now };
  // What is written here already under this id is newer to its author than a copy from afar.
  const kept = sheet.drafts.get(draft.id) ?? draft;
  sheet.drafts.put(kept.id, kept);
  sheet.amend({ taken: [...(sheet.identity.taken ?? []), documentId] });
  return kept;
}
