/**
 * The field app does, step by step, what the replica did that the simulator proved: the recording
 * `tests/vectors/outbox.json` (see `tests/sync/outbox_vectors.py`) is replayed against the disk.
 */
import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { chooseBatch } from "../outbox/batch.ts";
import { viewOf } from "../outbox/view.ts";
import { Database } from "../store/database.ts";
import { Memory } from "../store/memory.ts";
import type { DocumentRow, Draft, Evidence, Fields, Json, Operation } from "../store/records.ts";
import { takeAnswer } from "./apply.ts";
import { draftOn, sendDraft, withdraw } from "./enqueue.ts";
import { keepIdentity } from "./enrolment.ts";
import { requestOf } from "./report.ts";
import type { SyncAnswer } from "./wire.ts";

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
const LATER = Number.MAX_SAFE_INTEGER;

test.each(recording.cases)("$name", async ({ name, steps }) => {
  const phone = await Replay.begin(name);
  for (const [place, step] of steps.entries()) {
    await phone.do(step);
    const of = phone.memory.items();
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

/** The engine's own functions over a disk, with ids counted as the recorder counted them. */
class Replay {
  memory = new Memory();
  #ids = 0;

  private constructor(private readonly database: Database) {}

  static async begin(name: string): Promise<Replay> {
    const database = new Database(`loa-vectors-${name}`);
    const account = { id: "an", name: "An" };
    await keepIdentity(database, {
      device: "phone",
      token: "loa_token",
      account,
      scopes: [scope],
      units: [],
    });
    const body = { kinds: [{ id: kind, version: 1, groups: recording.groups }] } as unknown as Json;
    const about = { scope: "reference", id: "catalogue", seq: 1, version: 1, read: 1, gone: false };
    const catalogue: DocumentRow = { ...about, type: "catalogue", body };
    await database.write(["documents", "scopes"], async (tx) => {
      await tx.objectStore("documents").put(catalogue);
      for (const known of await tx.objectStore("scopes").getAllKeys())
        if (known !== scope) await tx.objectStore("scopes").delete(known);
    });
    const replay = new Replay(database);
    await replay.#reopen();
    return replay;
  }

  async do(step: Step): Promise<void> {
    if (step.do === "sync") await this.#sync(step);
    else if (step.do === "withdraw") {
      const row = this.memory.shadow.get(step.activity)?.row ?? this.#about(step.activity);
      this.memory.merge(await withdraw(this.database, row, this.#newId));
    } else await this.#write(step);
    // Nothing but the disk is left: a phone may die after each step.
    await this.#reopen();
  }

  shown(activity: string): Seen | null {
    const row = this.memory.shadow.get(activity)?.row ?? null;
    const view = viewOf({
      row,
      items: this.memory.itemsOf(activity),
      photos: [],
      account: { id: "an", name: "An" },
      underWay: { operations: new Set(), photo: null },
      hasDraft: false,
    });
    if (!view) return null;
    const evidence = view.evidence.map((photo) => photo.sha256);
    return { status: view.status, version: view.version, fields: view.fields, evidence };
  }

  async #sync(step: Step): Promise<void> {
    const operations = chooseBatch(this.memory.items(), LATER, 200, 0);
    const request = requestOf(this.memory, operations, "test");
    const { incarnation, cursors, epoch } = request;
    expect({ incarnation, cursors, epoch }).toEqual({
      incarnation: step.incarnation,
      cursors: step.cursors,
      epoch: step.epoch,
    });
    expect(byN(operations)).toMatchObject(byN(step.operations));
    if (!step.answer) return;
    const taking = { nowMs: 0, newId: this.#newId };
    this.memory.merge((await takeAnswer(this.database, request, step.answer, taking)).changes);
  }

  async #write(step: Step): Promise<void> {
    const draft = step.do === "report" ? this.#about(step.activity) : this.#draftOn(step.activity);
    Object.assign(draft.fields, step.set);
    const kept = draft.evidence.filter((photo) => !step.remove?.includes(photo.sha256));
    draft.evidence = [...kept, ...(step.add ?? [])];
    await this.database.write(["drafts"], async (tx) => {
      await tx.objectStore("drafts").put(draft);
    });
    this.memory.merge(await sendDraft(this.database, draft.id, this.#newId));
  }

  #draftOn(activity: string): Draft {
    const row = this.memory.shadow.get(activity)?.row ?? null;
    return draftOn(row, this.memory.itemsOf(activity), this.memory.identity.incarnation, "")!;
  }

  #about(id: string) {
    const row = { type: "activity" as const, seq: 0, version: 0, status: "draft" as const };
    const draft: Draft = {
      id,
      kind,
      kind_version: 1,
      scope,
      fields: {},
      evidence: [],
      origin: null,
      startedAt: "",
      changedAt: "",
    };
    return { ...draft, ...row };
  }

  #newId = (): string => `${(++this.#ids).toString(16).padStart(8, "0")}-0000-7000-8000-000000000000`;

  async #reopen(): Promise<void> {
    await this.database.close();
    this.memory = new Memory();
    expect(await this.memory.open(this.database)).toBe(true);
  }
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
