/** The list that screens show, kept current row by row: a photo's progress redraws one view, not 3,000. */
import { type ActivityView, type UnderWay, viewOf } from "../outbox/view.ts";
import type { Changes } from "../store/changes.ts";
import type { Memory } from "../store/memory.ts";
import type { Draft, Json } from "../store/records.ts";

export class Views {
  #views = new Map<string, { view: ActivityView; order: string }>();
  #stale = new Set<string>();
  #allStale = true;
  #list: ActivityView[] = [];
  underWay: UnderWay = { operations: new Set(), photo: null };

  constructor(private readonly memory: Memory) {}

  /** All activities must be looked at again. */
  reset(): void {
    this.#allStale = true;
  }

  touch(activity: string): void {
    this.#stale.add(activity);
  }

  /** What the province sent, the newest first. */
  documents(type: string): { id: string; body: Json }[] {
    return [...this.memory.documents.values()]
      .filter((document) => document.type === type && !document.gone)
      .sort((one, other) => other.seq - one.seq)
      .map(({ id, body }) => ({ id, body }));
  }

  /** The last one written first. */
  drafts(): Draft[] {
    const all = [...this.memory.drafts.values()].map((draft) => this.#placed(draft));
    return all.sort((one, other) => (one.changedAt < other.changedAt ? 1 : -1));
  }

  /** One's own copy, to write in. */
  draft(id: string): Draft | null {
    const draft = this.memory.drafts.get(id);
    return draft ? structuredClone(this.#placed(draft)) : null;
  }

  /** Its commune may have been merged away since it was begun: where it is by now. */
  #placed(draft: Draft): Draft {
    const scope = this.memory.scopes.get(draft.scope)?.movedTo;
    return scope ? { ...draft, scope } : draft;
  }

  /** What is on its way changes the words of the activities concerned. */
  mark(operations = this.underWay.operations, photo = this.underWay.photo): void {
    const before = this.underWay;
    this.underWay = { operations, photo };
    for (const { operation } of this.memory.outbox.values()) {
      const isConcerned = operations.has(operation.id) || before.operations.has(operation.id);
      if (isConcerned) this.touch(operation.activity);
    }
    for (const { sha256, activity } of this.memory.allPhotos()) {
      if (sha256 === photo?.sha256 || sha256 === before.photo?.sha256) this.touch(activity);
    }
  }

  follow(changes: Changes): void {
    if (changes.scopes.some((scope) => scope.droppedAt) || changes.scopesGone.length) this.reset();
    for (const row of [...changes.shadow, ...changes.shadowGone]) this.touch(row.id);
    for (const item of changes.outbox) this.touch(item.operation.activity);
    // A removed item no longer tells its activity: few are removed, and by a person's hand.
    if (changes.outboxGone.length) this.reset();
    for (const draft of changes.drafts) this.touch(draft.id);
    for (const id of changes.draftsGone) this.touch(id);
    for (const photo of [...changes.photos, ...changes.photosGone]) this.touch(photo.activity);
  }

  list(): readonly ActivityView[] {
    this.#refresh();
    return this.#list;
  }

  get(id: string): ActivityView | null {
    this.#refresh();
    return this.#views.get(id)?.view ?? null;
  }

  #refresh(): void {
    if (this.#allStale) {
      this.#views.clear();
      for (const id of this.memory.shadow.keys()) this.touch(id);
      for (const item of this.memory.outbox.values()) this.touch(item.operation.activity);
    }
    if (!this.#stale.size && !this.#allStale) return;
    for (const id of this.#stale) {
      const view = this.#make(id);
      if (view) this.#views.set(id, { view, order: orderOf(view) });
      else this.#views.delete(id);
    }
    this.#stale.clear();
    this.#allStale = false;
    this.#list = [...this.#views.values()]
      .sort((one, other) => (one.order < other.order ? 1 : one.order > other.order ? -1 : 0))
      .map(({ view }) => view);
  }

  #make(id: string): ActivityView | null {
    const shadow = this.memory.shadow.get(id);
    const hidden = shadow && this.memory.scopes.get(shadow.scope)?.droppedAt;
    const { account } = this.memory.identity;
    const view = viewOf({
      row: shadow && !hidden ? shadow.row : null,
      items: this.memory.itemsOf(id),
      photos: this.memory.photosOf(id),
      account: { id: account.id, name: account.name },
      underWay: this.underWay,
      hasDraft: this.memory.drafts.has(id),
    });
    // Operations name a merged commune for ever; the person sees what it is today.
    const today = view && this.memory.scopes.get(view.scope)?.movedTo;
    if (today) view.scope = today;
    return view;
  }
}

/** Day of the event, then the moment of the last change, as one text to compare. */
function orderOf(view: ActivityView): string {
  const moment = Date.parse(view.at);
  const at = Number.isNaN(moment) ? "" : new Date(moment).toISOString();
  return `${view.eventDate ?? at.slice(0, 10)} ${at}`;
}
