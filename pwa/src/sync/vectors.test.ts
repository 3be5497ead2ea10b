/**
 * The field app's reducer does, step by step, what the replica did that the simulator proved: the
 * recording `tests/vectors/outbox.json` (see `tests/sync/outbox_vectors.py`) is replayed.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { viewOf } from "../outbox/view.ts";
import type { ActivityRow, DocumentRow, Draft, Evidence, Fields, Json, Operation } from "../store/records.ts";
import { PurePhone } from "../tests/pure.ts";
import { newScope } from "./feeds.ts";
import type { SyncAnswer } from "./wire.ts";
import { draftOn, send, withdraw } from "./writing.ts";

interface Seen {
  status: string;
  version: number | null;
  fields: Fields;
  evidence: string[];
}

interface Step {
  do: "report" | "change" | "correct" | "withdraw" | "sync";
  activity: string;
  set: Fields;
  add?: Evidence[];
  remove?: string[];
  incarnation: string | null;
  cursors: Record<string, number>;
  epoch: number;
  operations: Partial<Operation>[];
  answer: SyncAnswer | null;
  waiting: Record<string, number>;
  parked: Record<string, string>;
  view: Record<string, Seen | null>;
}

interface Recording {
  scope: string;
  kind: string;
  groups: string[][];
  cases: { name: string; steps: Step[] }[];
}

const path = new URL("../../../tests/vectors/outbox.json", import.meta.url);
const recording = JSON.parse(readFileSync(path, "utf8")) as Recording;
const { scope, kind } = recording;

test.each(recording.cases)("$name", ({ steps }) => {
  const phone = new Replay();
  for (const [place, step] of steps.entries()) {
    phone.do(step);
    const of = phone.items();
    const at = `step ${place + 1}, ${step.do}`;
    expect(counted(of.filter((item) => item.state === "waiting").map((item) => item.operation)), at).toEqual(
      step.waiting,
    );
    const parked = of.filter((item) => item.state === "parked").reverse();
    expect(Object.fromEntries(parked.map((item) => [item.operation.activity, item.reason])), at).toEqual(
      step.parked,
    );
    for (const [activity, seen] of Object.entries(step.view))
      expect([at, phone.shown(activity)]).toEqual([at, seen]);
  }
});

test("the recording is worth its name", () => {
  expect(recording.cases.length).toBeGreaterThanOrEqual(12);
});

/** The engine's own steps over plain data, with ids counted as the recorder counted them. */
class Replay {
  #phone: PurePhone;
  #ids = 0;

  constructor() {
    const body = { kinds: [{ id: kind, version: 1, groups: recording.groups }] } as unknown as Json;
    const about = { scope: "reference", id: "catalogue", seq: 1, version: 1, read: 1, gone: false };
    const catalogue: DocumentRow = { ...about, type: "catalogue", body };
    this.#phone = PurePhone.begin("phone", "an", [], [catalogue]);
    this.#phone.do((sheet) => sheet.putScope(newScope(scope)));
  }

  items() {
    return this.#phone.items().filter((item) => item.state !== "kept");
  }

  do(step: Step): void {
    if (step.do === "sync") this.#sync(step);
    else if (step.do === "withdraw") {
      const row = this.#phone.row(step.activity) ?? this.#blank(step.activity);
      this.#phone.do((sheet) => withdraw(sheet, row, this.#given));
    } else this.#write(step);
    // Nothing but plain data is left: a phone may die after each step.
    this.#phone = new PurePhone(JSON.parse(JSON.stringify(this.#phone.rows)));
  }

  shown(activity: string): Seen | null {
    const view = viewOf({
      row: this.#phone.row(activity),
      items: this.items().filter((item) => item.operation.activity === activity),
      photos: [],
      account: { id: "an", name: "An" },
      underWay: { operations: new Set(), photo: null },
      hasDraft: false,
    });
    if (!view) return null;
    const evidence = view.evidence.map((photo) => photo.sha256);
    return { status: view.status, version: view.version, fields: view.fields, evidence };
  }

  #sync(step: Step): void {
    const request = this.#phone.request(200, 500);
    const { incarnation, cursors, epoch } = request;
    expect({ incarnation, cursors, epoch }).toEqual({
      incarnation: step.incarnation,
      cursors: step.cursors,
      epoch: step.epoch,
    });
    const sent = request.operations.map((each) => ({ instead: null, also: [], ...each }));
    expect(byN<Partial<Operation>>(sent as Operation[])).toMatchObject(byN(step.operations));
    if (step.answer) this.#phone.answer(request, step.answer, this.#given.newId);
  }

  #write(step: Step): void {
    const draft = step.do === "report" ? this.#blank(step.activity) : this.#draftOn(step.activity);
    Object.assign(draft.fields, step.set);
    const kept = draft.evidence.filter((photo) => !step.remove?.includes(photo.sha256));
    draft.evidence = [...kept, ...(step.add ?? [])];
    this.#phone.do((sheet) => {
      sheet.drafts.put(draft.id, draft);
      send(sheet, draft.id, this.#given);
    });
  }

  #draftOn(activity: string): Draft {
    const items = this.items().filter((item) => item.operation.activity === activity);
    return draftOn(this.#phone.row(activity), items, this.#phone.rows.identity.incarnation, "")!;
  }

  #blank(id: string): Draft & ActivityRow {
    const row = { type: "activity" as const, seq: 0, version: 0, status: "draft" as const };
    const times = { startedAt: "", changedAt: "" };
    return { id, kind, kind_version: 1, scope, fields: {}, evidence: [], origin: null, ...times, ...row };
  }

  #given = {
    newId: (): string => `${(++this.#ids).toString(16).padStart(8, "0")}-0000-7000-8000-000000000000`,
    captured: () => ({ wall: "", monotonic_ms: 0, boot: "", beacon: null }),
  };
}

function counted(operations: readonly Operation[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { activity } of operations) counts[activity] = (counts[activity] ?? 0) + 1;
  return counts;
}

/** Between activities the order is free; inside one it is the order of making. */
function byN<T extends { n?: number }>(operations: readonly T[]): T[] {
  return [...operations].sort((one, other) => one.n! - other.n!);
}
