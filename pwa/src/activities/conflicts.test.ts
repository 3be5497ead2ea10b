import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Kind } from "../forms/rules/index.ts";
import type { ActivityView, Conflict } from "../sync/engine.ts";

vi.hoisted(() => {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
  vi.stubGlobal("document", { documentElement: {} });
});
const { conflictWords, mayChoose, sidesOf, whose } = await import("./conflicts.ts");
await (await import("../i18n/index.ts")).loadWords();

const kind = {
  id: "loudspeaker_broadcast",
  fields: [
    {
      id: "clusters_on_air",
      type: "integer",
      label: { vi: "Số cụm loa có phát", en: "" },
      unit: { vi: "cụm", en: "" },
    },
    { id: "note", type: "text", label: { vi: "Ghi chú", en: "" } },
  ],
} as unknown as Kind;
const mine = { mine: true } as ActivityView;
let conflict: Conflict;

beforeEach(() => {
  conflict = {
    id: "c",
    kind: "fields",
    operation: "o",
    type: "edit",
    by: { id: "an", name: "An" },
    resolver: "author",
    fields: [{ field: "clusters_on_air", current: 9, mine: 7, was: 8 }],
    opened_at: null,
  };
});

describe("a conflict in the words of its form", () => {
  it("shows both values with their unit, and what is empty", () => {
    conflict.fields.push({ field: "note", current: null, mine: "Mưa", was: null });
    expect(sidesOf(conflict, kind)).toEqual([
      { field: "clusters_on_air", name: "Số cụm loa có phát", current: "9 cụm", mine: "7 cụm" },
      { field: "note", name: "Ghi chú", current: "chưa điền", mine: "Mưa" },
    ]);
  });

  it("counts photos that come and go", () => {
    conflict.fields = [
      { field: "evidence", current: [], mine: { add: [{ sha256: "a" }], remove: ["b"] }, was: null },
    ];
    expect(sidesOf(conflict, kind)[0]).toMatchObject({
      name: "Ảnh minh chứng",
      mine: "thêm 1 ảnh, bỏ 1 ảnh",
    });
  });

  it("is for its author to decide only between their own phones", () => {
    expect(mayChoose(conflict, mine, "an")).toBe(true);
    expect(mayChoose({ ...conflict, resolver: "reviewer" }, mine, "an")).toBe(false);
    expect(mayChoose(conflict, { mine: false } as ActivityView, "an")).toBe(false);
    expect(mayChoose({ ...conflict, by: { id: "binh", name: "Bình" } }, mine, "an")).toBe(false);
  });

  it("says whose change it is, and that an approved figure waits", () => {
    expect(whose(conflict, "an")).toBe("Bản của tôi");
    expect(whose(conflict, "binh")).toBe("Bản của An");
    expect(conflictWords(conflict, "binh")).toContain("An sửa cùng chỗ");
    expect(conflictWords({ ...conflict, kind: "amendment" }, "an")).toContain("hoạt động đã duyệt");
    expect(conflictWords({ ...conflict, kind: "withdrawal", type: "withdraw" }, "an")).toContain("rút");
  });
});
