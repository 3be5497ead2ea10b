import { beforeEach, describe, expect, it, vi } from "vitest";
import { WorkList } from "./worklist.svelte.ts";

const pages: Record<string, unknown>[] = [];
const asked: string[] = [];

vi.stubGlobal("fetch", async (address: string) => {
  asked.push(address);
  return { ok: true, status: 200, json: async () => pages.shift() };
});
const item = (id: string) => ({ id });

beforeEach(() => {
  pages.length = 0;
  asked.length = 0;
});

describe("a list to be worked off", () => {
  it("opens the first, steps through, and goes on to the next when one is done", async () => {
    pages.push({ items: ["a", "b", "c"].map(item), next: null });
    const list = new WorkList("parked");
    await list.load();
    expect(list.open?.id).toBe("a");
    list.step(1);
    list.drop("b");
    expect([list.open?.id, list.waiting]).toEqual(["c", "2"]);
    list.drop("c");
    expect(list.open?.id).toBe("a");
  });

  it("reads on where more wait, and knows nobody twice", async () => {
    pages.push({ items: [item("a")], next: "x/1" }, { items: [item("a"), item("b")], next: null });
    const list = new WorkList("parked");
    await list.load();
    expect(list.waiting).toBe("1+");
    await list.more();
    expect(list.items.map((one) => one.id)).toEqual(["a", "b"]);
    expect(asked.at(-1)).toContain("after=x%2F1");
  });

  it("loads what came meanwhile when its page is done", async () => {
    pages.push({ items: [item("a")], next: "x" }, { items: [item("b")], next: null });
    const list = new WorkList("parked");
    await list.load();
    list.drop("a");
    await vi.waitFor(() => expect(list.open?.id).toBe("b"));
  });
});
