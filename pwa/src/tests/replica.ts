/**
 * Phones of the field app for whoever drives them from outside: a line of JSON in, a line out.
 *
 *     {"op": "new", "phone": 1, "device": "…", "account": "…", "scopes": […], "groups": […]}
 *     {"op": "save", "phone": 1, "operation": {"type", "id", "activity", "set", …}}
 *     {"op": "resend", "phone": 1, "operation": id, "id": new id, "set": {…}, "scope": null, "also": []}
 *     {"op": "request", "phone": 1, "batch": 200, "rows": 500}
 *     {"op": "answer", "phone": 1, "request": {…}, "answer": {…}, "ids": […]}
 *     {"op": "replace", "phone": 1, "n": 3, "operation": {…}}
 *     {"op": "copy", "phone": 1, "to": 2}   {"op": "drop", "phones": [1, 2]}
 *
 * All that moves a phone answers with its whole state; `request` with the request. Run by Node, which
 * takes the types away; the simulator's side is `tests/simulation/typescript_replica.py`.
 */
import { createInterface } from "node:readline";
import { answer, hasEffect } from "../outbox/settle.ts";
import type { Fields, Json, Operation, OutboxItem } from "../store/records.ts";
import { resend } from "../sync/answering.ts";
import type { SyncAnswer, SyncRequest } from "../sync/wire.ts";
import { enqueue } from "../sync/writing.ts";
import { PurePhone } from "./pure.ts";

interface Held {
  phone: PurePhone;
  groups: string[][];
}

type Call = { op: string; phone: number } & Record<string, unknown>;

const held = new Map<number, Held>();
const NO_CLOCK = { wall: "", monotonic_ms: 0, boot: "", beacon: null };

function answerTo(call: Call): Json {
  if (call.op === "drop") {
    for (const id of call.phones as number[]) held.delete(id);
    return null;
  }
  if (call.op === "new") {
    const phone = PurePhone.begin(call.device as string, call.account as string, call.scopes as string[]);
    held.set(call.phone, { phone, groups: call.groups as string[][] });
  }
  const one = held.get(call.phone);
  if (!one) throw new Error(`no phone ${call.phone}`);
  const { phone } = one;
  switch (call.op) {
    case "copy":
      held.set(call.to as number, { ...one, phone: phone.copy() });
      return null;
    case "request":
      return phone.request(call.batch as number, call.rows as number) as unknown as Json;
    case "save":
      save(one, call.operation as Partial<Operation>);
      break;
    case "resend":
      sendAgain(phone, call);
      break;
    case "replace":
      replace(phone, call.n as number, call.operation as Operation);
      break;
    case "answer":
      takeAnswer(phone, call);
      break;
  }
  return stateOf(phone);
}

/** One operation on what the person sees, as it is told; the real app makes them of drafts. */
function save({ phone, groups }: Held, told: Partial<Operation>): void {
  const activity = told.activity!;
  const seen = phone.view(activity);
  const set = told.set ?? {};
  const names = new Set(
    Object.keys(set).flatMap((field) => groups.find((group) => group.includes(field)) ?? [field]),
  );
  const shown: Fields = { ...seen?.extra, ...seen?.fields };
  const was = Object.fromEntries([...names].map((field) => [field, shown[field] ?? null]));
  const elements = elementsSeen(seen?.sets ?? {}, told);
  const after = phone.items(activity).filter(hasEffect).at(-1)?.operation.id ?? null;
  const base = phone.row(activity)?.version ?? null;
  phone.do((sheet) =>
    enqueue(
      sheet,
      ({ nextN, incarnation }) => [
        {
          ...(told as Operation),
          scope: told.scope ?? seen!.scope,
          kind: told.kind ?? seen!.kind,
          kind_version: told.kind_version ?? seen!.kind_version,
          base,
          incarnation,
          set: { ...was, ...set },
          was: told.type === "create" ? {} : { ...was, ...elements },
          after,
          n: nextN,
        },
      ],
      { newId: () => "", captured: () => NO_CLOCK },
    ),
  );
}

/** The elements that are replaced or removed, as they were seen; photos never change. */
function elementsSeen(sets: Record<string, Json[]>, { add = {}, remove = {} }: Partial<Operation>): Fields {
  const found: Fields = {};
  for (const [name, elements] of Object.entries(sets)) {
    const touched = new Set([
      ...(remove[name] ?? []),
      ...(add[name] ?? []).map((element) => (element as Fields).id),
    ]);
    const seen = (elements as Fields[]).filter((element) => touched.has(element.id!));
    if (seen.length) found[name] = Object.fromEntries(seen.map((element) => [element.id as string, element]));
  }
  return found;
}

function sendAgain(phone: PurePhone, call: Call): void {
  const correction = { set: call.set as Fields, scope: (call.scope as string | null) ?? undefined };
  const given = { newId: () => call.id as string, captured: () => NO_CLOCK };
  const also = call.also as string[];
  phone.do((sheet) => {
    resend(sheet, call.operation as string, correction, given, false);
    for (const item of sheet.items()) if (also.includes(item.operation.id)) sheet.putItem(answer(item));
  });
}

/** The person's app went mad: another envelope lies in the outbox. */
function replace(phone: PurePhone, n: number, operation: Operation): void {
  phone.do((sheet) => sheet.putItem({ ...sheet.outbox.get(n)!, operation }));
}

function takeAnswer(phone: PurePhone, call: Call): void {
  const ids = call.ids as string[];
  const newId = (): string => {
    const id = ids.shift();
    if (!id) throw new Error("more ids are needed than were given");
    return id;
  };
  phone.answer(call.request as SyncRequest, call.answer as SyncAnswer, newId);
}

function stateOf(phone: PurePhone): Json {
  const { identity, scopes, documents, shadow } = phone.rows;
  const rowsOf = (name: string): Json[] => [
    ...shadow.filter((each) => each.scope === name).map(({ row }) => row as unknown as Json),
    ...documents
      .filter((each) => each.scope === name && !each.gone)
      .map(({ type, id, seq, version, body }) => ({ type, id, seq, version, body })),
  ];
  const items = phone.items();
  const ids = new Set([...shadow.map(({ id }) => id), ...items.map((item) => item.operation.activity)]);
  const views = [...ids].map((id) => phone.view(id)).filter((view) => view !== null);
  return {
    epoch: identity.epoch,
    last_n: identity.lastN,
    incarnation: identity.incarnation,
    beacon: identity.beacon,
    durable_through: identity.durableThrough,
    scopes: scopes.map((scope) => ({
      name: scope.name,
      cursor: scope.seq,
      digest: scope.digest,
      rereading: scope.rereading,
      passes: scope.read,
      complete: !phone.more && !scope.rereading,
      hidden: !!scope.droppedAt,
      moved_to: scope.movedTo ?? null,
      rows: rowsOf(scope.name),
    })),
    items: items.map(itemOf),
    views: views as unknown as Json[],
  };
}

function itemOf({ operation, state, tries, wentInAt, reason, acknowledgedAt, answered }: OutboxItem): Json {
  const told = { state, tries, went_in_at: wentInAt ?? null, reason: reason ?? null };
  const wire = operation as unknown as Json;
  return { ...told, wire, acknowledged_at: acknowledgedAt ?? null, answered: !!answered };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer: Json;
  try {
    answer = { ok: answerTo(JSON.parse(line) as Call) };
  } catch (error) {
    answer = { error: String((error as Error).stack) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
