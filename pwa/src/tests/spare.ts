/** The private files of a browser, in memory; they outlive the database and may be torn. */
import type { LogName, SpareDisk } from "../platform/spare.ts";

export class FakeSpare implements SpareDisk {
  files = new Map<string, Map<string, ArrayBuffer>>();
  /** Any write fails: no room. */
  isFull = false;

  async accounts(): Promise<string[]> {
    return [...this.files.keys()];
  }

  async read(account: string): Promise<{ logs: string[]; names: string[] }> {
    const folder = this.#folder(account);
    return { logs: ["a", "b"].map((name) => this.text(account, name)), names: [...folder.keys()] };
  }

  async append(account: string, text: string): Promise<void> {
    const numbers = ["a", "b"].map((name) => Number(/"log (\d+)"/.exec(this.text(account, name))?.[1] ?? -1));
    const name = numbers[0]! >= numbers[1]! ? "a" : "b";
    this.write(account, name, this.text(account, name) + text);
  }

  async replace(account: string, log: LogName, text: string): Promise<void> {
    this.write(account, log, text);
    this.write(account, log === "a" ? "b" : "a", "");
  }

  async put(account: string, name: string, bytes: ArrayBuffer): Promise<void> {
    if (this.isFull) throw new Error("no room");
    this.#folder(account).set(name, bytes.slice(0));
  }

  async bytes(account: string, name: string): Promise<ArrayBuffer> {
    const found = this.#folder(account).get(name);
    if (!found) throw new Error("no such file");
    return found;
  }

  async drop(account: string, names: string[]): Promise<void> {
    for (const name of names) this.#folder(account).delete(name);
  }

  async destroy(account: string): Promise<void> {
    this.files.delete(account);
  }

  text(account: string, name: string): string {
    return new TextDecoder().decode(this.#folder(account).get(name) ?? new ArrayBuffer());
  }

  write(account: string, name: string, text: string): void {
    if (this.isFull) throw new Error("no room");
    this.#folder(account).set(name, new TextEncoder().encode(text).buffer as ArrayBuffer);
  }

  /** The files of photos. */
  photos(account: string): string[] {
    return [...this.#folder(account).keys()].filter((name) => name.length > 5);
  }

  #folder(account: string): Map<string, ArrayBuffer> {
    const known = this.files.get(account) ?? new Map<string, ArrayBuffer>();
    this.files.set(account, known);
    return known;
  }
}
