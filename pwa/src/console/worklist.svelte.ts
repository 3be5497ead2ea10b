/** A list to be worked off: pages of it, the item that is open, and what follows when one is done. */
import { get } from "./api.ts";

export interface Page<T> {
  items: T[];
  next: string | null;
  /** All that wait, where the server counts them. */
  total?: number;
}

const PAGE = 50;

export class WorkList<T extends { id: string }> {
  items: T[] = $state.raw([]);
  next: string | null = $state(null);
  loading = $state(false);
  loaded = $state(false);
  failure: unknown = $state(null);
  openId = $state("");
  #total: number | null = $state(null);
  readonly #read: (after: string, limit: number) => Promise<Page<T>>;

  constructor(path: string, rows: (answer: Page<T>) => T[] = (answer) => answer.items) {
    this.#read = async (after, limit) => {
      const query = new URLSearchParams({ limit: String(limit) });
      if (after) query.set("after", after);
      const answer = await get<Page<T>>(`${path}?${query}`);
      return { ...answer, items: rows(answer) };
    };
  }

  get open(): T | null {
    return this.items.find((item) => item.id === this.openId) ?? null;
  }

  /** How many wait, as it is shown: `50+` when there are more than were read. */
  get waiting(): string {
    if (!this.loaded) return "";
    return this.#total === null
      ? `${this.items.length}${this.next ? "+" : ""}`
      : String(Math.max(this.#total, this.items.length));
  }

  async load(): Promise<void> {
    this.loading = true;
    this.failure = null;
    try {
      this.#take(await this.#read("", PAGE), []);
      this.loaded = true;
      if (!this.open) this.openId = this.items[0]?.id ?? "";
    } catch (error) {
      this.failure = error;
    } finally {
      this.loading = false;
    }
  }

  async more(): Promise<void> {
    if (this.next) this.#take(await this.#read(this.next, PAGE), this.items);
  }

  show(id: string): void {
    this.openId = id;
  }

  step(by: 1 | -1): void {
    const item = this.items[this.#at(this.openId) + by];
    if (item) this.openId = item.id;
  }

  /** The item is done: the one after it is opened, or the one before where it was the last. */
  drop(id: string): void {
    const at = this.#at(id);
    this.items = this.items.filter((item) => item.id !== id);
    if (this.#total !== null) this.#total = Math.max(0, this.#total - 1);
    this.openId = (this.items[at] ?? this.items[at - 1])?.id ?? "";
    if (this.items.length === 0 && this.next) void this.load();
  }

  #take(page: Page<T>, before: T[]): void {
    const known = new Set(before.map((item) => item.id));
    this.items = [...before, ...page.items.filter((item) => !known.has(item.id))];
    this.next = page.next;
    this.#total = page.total ?? null;
  }

  #at(id: string): number {
    return this.items.findIndex((item) => item.id === id);
  }
}
