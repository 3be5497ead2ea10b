/** The reviewer's work list: what waits, which item is open, and what was decided. */
import { get, Problem, send } from "../api.ts";
import type { Activity, Remark } from "../types.ts";

export type Verdict = "approve" | "return" | "reject";
type Page = { items: Activity[]; next: string | null; counts?: Record<string, number>; total?: number };

const PAGE = 50;

export class Queue {
  items: Activity[] = $state([]);
  next: string | null = $state(null);
  waiting: number | null = $state(null);
  kind = $state("");
  open: Activity | null = $state(null);
  loading = $state(false);
  failure: unknown = $state(null);
  /** Fields that moved under the reviewer since the item was opened. */
  changed: string[] = $state([]);

  async load(): Promise<void> {
    this.loading = true;
    this.failure = null;
    try {
      const page = await this.#page("");
      this.items = page.items;
      this.next = page.next;
      this.#count(page);
      const still = page.items.find((item) => item.id === this.open?.id);
      if (still) await this.show(still.id);
      else if (page.items[0]) await this.show(page.items[0].id);
      else this.open = null;
    } catch (error) {
      this.failure = error;
    } finally {
      this.loading = false;
    }
  }

  async more(): Promise<void> {
    const page = await this.#page(this.next ?? "");
    this.items.push(...page.items);
    this.next = page.next;
  }

  /** Open one item, whole, and warm the photos of the one after it. */
  async show(id: string): Promise<void> {
    this.changed = [];
    this.open = await get<Activity>(`activities/${id}`);
    const after = this.items[this.#index(id) + 1];
    for (const photo of after?.evidence ?? []) {
      if (photo.verified) new Image().src = `/api/v1/evidence/${photo.sha256}?size=screen`;
    }
  }

  async step(by: 1 | -1): Promise<void> {
    const item = this.items[this.#index(this.open?.id ?? "") + by];
    if (item) await this.show(item.id);
  }

  /** Decide on the version that is on the screen; a newer one is loaded instead of overruled. */
  async decide(decision: Verdict, remarks: Remark[], override = ""): Promise<boolean> {
    const seen = this.open;
    if (!seen) return false;
    try {
      await send("POST", `activities/${seen.id}/decisions`, {
        decision,
        version: seen.version,
        digest: seen.digest,
        remarks,
        ...(override ? { override: { reason: override } } : {}),
      });
    } catch (error) {
      if (error instanceof Problem && error.type === "stale-review") {
        const before = seen.fields;
        await this.show(seen.id);
        const now = this.open?.fields ?? {};
        this.changed = Object.keys({ ...before, ...now }).filter(
          (field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]),
        );
        if (this.open?.status !== "submitted") this.#drop(seen.id);
      }
      throw error;
    }
    await this.#advance(seen.id);
    return true;
  }

  async #advance(id: string): Promise<void> {
    const at = this.#index(id);
    this.#drop(id);
    const following = this.items[at] ?? this.items[at - 1];
    if (following) await this.show(following.id);
    else await this.load();
  }

  #drop(id: string): void {
    this.items = this.items.filter((item) => item.id !== id);
    if (this.waiting !== null) this.waiting = Math.max(0, this.waiting - 1);
  }

  #index(id: string): number {
    return this.items.findIndex((item) => item.id === id);
  }

  #page(after: string): Promise<Page> {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (after) query.set("after", after);
    if (this.kind) query.set("kind", this.kind);
    return get<Page>(`reviews/queue?${query}`);
  }

  #count(page: Page): void {
    const counts = page.counts;
    this.waiting =
      page.total ?? (counts ? Object.values(counts).reduce((sum, one) => sum + one, 0) : page.items.length);
  }
}
