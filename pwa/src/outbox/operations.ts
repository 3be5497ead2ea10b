/**
 * From a draft to operations: only what changed goes out, with what was seen before it (`was`), so
 * that the server can merge and an old app cannot erase fields it does not know. Pure.
 */
import type {
  ActivityRow,
  Draft,
  Evidence,
  Fields,
  Json,
  Operation,
  OperationType,
  OutboxItem,
} from "../store/records.ts";

/** What the operations of one sending share. `newId` and the clock are arguments: nothing is made here. */
export interface Making {
  nextN: number;
  incarnation: string | null;
  captured: Operation["captured"];
  newId: () => string;
  /** Fields that belong together: who changes one says what the others were (PROTOCOL.md, 5). */
  groups?: readonly (readonly string[])[];
}

/**
 * The operations that carry `draft`, in order; none if nothing changed. `own` are the activity's
 * operations that go before them or are kept: those that were parked had no effect.
 */
export function operationsOf(draft: Draft, own: readonly OutboxItem[], making: Making): Operation[] {
  const origin = draft.origin;
  // A version is a number of the life of the server in which it was told.
  const incarnation = origin?.incarnation === undefined ? making.incarnation : origin.incarnation;
  const make = maker(draft, origin?.base ?? null, own, { ...making, incarnation });
  const made: Operation[] = [];
  const before = draft.origin?.fields ?? {};
  const set = changedFields(before, draft.fields);
  const was: Fields = {};
  for (const field of widened(Object.keys(set), making.groups ?? [])) {
    was[field] = before[field] ?? null;
    if (!(field in set)) set[field] = was[field];
  }
  const { add, remove } = changedEvidence(draft.origin?.evidence ?? [], draft.evidence);
  if (draft.origin === null) {
    made.push(make("create", { set, add }));
  } else if (Object.keys(set).length || add.evidence || remove.evidence) {
    made.push(make("edit", { set, was, add, remove }));
  }
  const status = draft.origin?.status ?? "draft";
  if (status === "draft" || status === "returned") made.push(make("submit", {}));
  return made;
}

/** The operation that takes an activity back. */
export function withdrawalOf(row: ActivityRow, own: readonly OutboxItem[], making: Making): Operation {
  return maker(row, row.version || null, own, making)("withdraw", {});
}

type About = Pick<Draft, "id" | "scope" | "kind" | "kind_version">;
type Patch = Partial<Pick<Operation, "set" | "was" | "add" | "remove">>;

function maker(about: About, base: number | null, own: readonly OutboxItem[], making: Making) {
  let after = own.filter((item) => item.state !== "parked").at(-1)?.operation.id ?? null;
  let n = making.nextN;
  return (type: OperationType, patch: Patch): Operation => {
    const operation: Operation = {
      id: making.newId(),
      activity: about.id,
      type,
      scope: about.scope,
      kind: about.kind,
      kind_version: about.kind_version,
      base,
      incarnation: making.incarnation,
      set: patch.set ?? {},
      was: patch.was ?? {},
      add: patch.add ?? {},
      remove: patch.remove ?? {},
      after,
      n: n++,
      captured: making.captured,
    };
    after = operation.id;
    return operation;
  };
}

/** Fields whose values differ, with the new ones; a field that was emptied becomes null. */
export function changedFields(before: Fields, now: Fields): Fields {
  const changed: Fields = {};
  for (const field of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const value = now[field] ?? null;
    if (!same(value, before[field] ?? null)) changed[field] = value;
  }
  return changed;
}

function widened(fields: readonly string[], groups: readonly (readonly string[])[]): Set<string> {
  return new Set(fields.flatMap((field) => groups.find((group) => group.includes(field)) ?? [field]));
}

function changedEvidence(before: readonly string[], now: readonly Evidence[]) {
  const add = now.filter((photo) => !before.includes(photo.sha256));
  const kept = new Set(now.map((photo) => photo.sha256));
  const remove = before.filter((sha256) => !kept.has(sha256));
  return {
    add: add.length ? { evidence: add.map(withoutVerified) } : ({} as Record<string, Json[]>),
    remove: remove.length ? { evidence: remove } : ({} as Record<string, string[]>),
  };
}

/** `verified` is the server's to say. */
function withoutVerified({ verified: _verified, ...element }: Evidence): Json {
  return element as unknown as Json;
}

/** Equal as JSON, whatever the order of keys. */
export function same(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  const right = other as Record<string, Json>;
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && same((one as Record<string, Json>)[key], right[key]))
  );
}
