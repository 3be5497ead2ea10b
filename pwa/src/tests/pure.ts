/**
 * A phone without a disk, a page or a network: all that lies on it as plain data, moved by the same
 * pure steps as the real one's. For the vectors and for the simulator.
 */
import { chooseBatch } from "../outbox/batch.ts";
import { applyOperations, onTop } from "../outbox/view.ts";
import type { Changes } from "../store/changes.ts";
import { Memory } from "../store/memory.ts";
import type { ActivityRow, DocumentRow, OutboxItem } from "../store/records.ts";
import type { Rows } from "../store/transact.ts";
import { newScope } from "../sync/feeds.ts";
import { type Around, resting, type Step, step } from "../sync/machine.ts";
import { requestOf } from "../sync/request.ts";
import { Sheet } from "../sync/sheet.ts";
import type { SyncAnswer, SyncRequest } from "../sync/wire.ts";

/** Later than any wait that a retry asks for. */
const LATER = Number.MAX_SAFE_INTEGER;
const AROUND: Around = {
  nowMs: 0,
  random: 0.5,
  visible: true,
  online: true,
  items: [],
  filesWait: false,
  draftsWait: false,
};

export class PurePhone {
  rows: Rows;
  /** More is to be read; as the machine said. */
  more = true;

  constructor(rows: Rows) {
    this.rows = rows;
  }

  static begin(device: string, account: string, scopes: string[], documents: DocumentRow[] = []): PurePhone {
    const identity = {
      key: "identity" as const,
      device,
      token: "loa_token",
      account: { id: account, name: account },
      units: [],
      epoch: 1,
      lastN: 0,
      incarnation: null,
      beacon: null,
      durableThrough: null,
      clockOffsetMs: null,
      lastContact: null,
    };
    const empty = { outbox: [], shadow: [], drafts: [], photos: [] };
    return new PurePhone({ identity, scopes: scopes.map(newScope), documents, ...empty });
  }

  copy(): PurePhone {
    // Rows are never changed in place.
    const other = new PurePhone({ ...this.rows });
    other.more = this.more;
    return other;
  }

  /** One step of a person: all of it or, if it throws, nothing. */
  do<T>(work: (sheet: Sheet) => T): T {
    const sheet = new Sheet(this.rows);
    const result = work(sheet);
    this.#take(sheet.changes());
    return result;
  }

  items(activity?: string): OutboxItem[] {
    return new Sheet(this.rows).items(activity);
  }

  row(activity: string): ActivityRow | null {
    const hidden = new Set(this.rows.scopes.filter((s) => s.droppedAt).map((s) => s.name));
    return this.rows.shadow.find((row) => row.id === activity && !hidden.has(row.scope))?.row ?? null;
  }

  view(activity: string): ActivityRow | null {
    const row = this.row(activity);
    const own = this.items(activity).filter((item) => item.state === "waiting" || item.state === "told");
    return applyOperations(row, onTop(row, own));
  }

  request(batch: number, rows: number): SyncRequest {
    const memory = new Memory();
    memory.identity = this.rows.identity;
    for (const scope of this.rows.scopes) memory.scopes.set(scope.name, scope);
    for (const item of this.rows.outbox) if (item.state !== "kept") memory.outbox.set(item.n, item);
    for (const row of this.rows.documents) memory.documents.set(`${row.scope} ${row.id}`, row);
    const operations = chooseBatch(memory.items(), LATER, batch, 0);
    return { ...requestOf(memory, operations, "test"), max_rows: rows };
  }

  /** The answer as the line brought it, through the machine: to be read, taken, committed. */
  answer(request: SyncRequest, answer: SyncAnswer, newId: () => string, nowMs = 0): void {
    const around = { ...AROUND, nowMs };
    const reply = {
      status: 200,
      redirected: false,
      mediaType: "application/json",
      retryAfter: null,
      text: JSON.stringify(answer),
    };
    const asking = { ...resting(), phase: "asking" as const };
    const heard = step(asking, { type: "reply", request, reply }, around);
    const read = effect(heard, "read");
    const event = { type: "answer" as const, request, answer: read.answer, rows: this.rows, newId };
    const commit = effect(step(heard.state, event, around), "commit");
    this.#take(commit.changes);
    if (commit.then.type === "committed") this.more = commit.then.more;
  }

  #take(changes: Changes): void {
    const { rows } = this;
    const pair = ({ scope, id }: { scope: string; id: string }): string => `${scope} ${id}`;
    this.rows = {
      identity: changes.identity ?? rows.identity,
      scopes: merged(rows.scopes, changes.scopes, changes.scopesGone, (scope) => scope.name),
      outbox: merged(rows.outbox, changes.outbox, changes.outboxGone, (item) => item.n),
      shadow: merged(rows.shadow, changes.shadow, changes.shadowGone.map(pair), pair),
      documents: merged(rows.documents, changes.documents, changes.documentsGone.map(pair), pair),
      drafts: merged(rows.drafts, changes.drafts, changes.draftsGone, (draft) => draft.id),
      photos: merged(rows.photos, changes.photos, [], (photo) => `${photo.activity} ${photo.sha256}`),
    };
  }
}

function merged<T, K>(held: T[], put: T[], gone: K[], key: (each: T) => K): T[] {
  if (!put.length && !gone.length) return held;
  const all = new Map(held.map((each) => [key(each), each]));
  for (const name of gone) all.delete(name);
  for (const each of put) all.set(key(each), each);
  return [...all.values()];
}

function effect<D extends Step["effects"][number]["do"]>(
  made: Step,
  name: D,
): Extract<Step["effects"][number], { do: D }> {
  const found = made.effects.find((each) => each.do === name);
  if (!found) throw new Error(`no ${name} among ${made.effects.map((each) => each.do)}`);
  return found as Extract<Step["effects"][number], { do: D }>;
}
