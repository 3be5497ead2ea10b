import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Kind } from "../forms/rules/index.ts";
import type { ActivityView, EngineStatus } from "../sync/engine.ts";

vi.hoisted(() => {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
  vi.stubGlobal("document", { documentElement: {} });
});
const words = { ...(await import("./words.ts")), ...(await import("./states.ts")) };
await (await import("../i18n/index.ts")).loadWords();

const kind = {
  id: "loudspeaker_broadcast",
  short: { vi: "Phát thanh", en: "Broadcast" },
  repeated: ["duration_min", "clusters_on_air", "station_name"],
  fields: [
    { id: "duration_min", type: "integer", unit: { vi: "phút", en: "minutes" } },
    { id: "station_name", type: "text" },
    { id: "clusters_on_air", type: "integer", unit: { vi: "cụm", en: "clusters" } },
  ],
} as unknown as Kind;
const kinds = new Map([[kind.id, kind]]);

let activity: ActivityView;

beforeEach(() => {
  activity = {
    kind: kind.id,
    status: "submitted",
    state: "received",
    eventDate: "2026-11-17",
    fields: { start_time: "17:00", duration_min: 5, clusters_on_air: 8 },
    progress: { photos: 2, photosReceived: 2, bytes: 0, bytesReceived: 0, current: null },
    attention: null,
  } as unknown as ActivityView;
});

describe("an activity in words", () => {
  it("has a name with its kind, its day and its hour", () => {
    expect(words.title(activity, kinds)).toBe("Phát thanh 17/11");
    expect(words.longTitle(activity, kinds)).toBe("Phát thanh · Thứ Ba 17/11, 17:00");
  });

  it("says what the last time would repeat", () => {
    expect(words.repeatWords(activity, kind)).toBe("Thứ Ba 17/11, 17:00 · 5 phút · 8 cụm");
    expect(words.repeatWords({ eventDate: null, fields: {} }, undefined)).toBe("");
  });

  it("keeps four things apart: saved, sent, received, approved", () => {
    const texts = (["saved", "sending", "received"] as const).map(
      (state) => words.stateWords({ ...activity, state }).text,
    );
    expect(texts).toEqual(["Đã lưu trên máy", "Đang gửi", "Tỉnh đã nhận 2/2 ảnh"]);
    expect(words.statusWords({ ...activity, status: "approved" }).text).toBe("Đã duyệt");
  });

  it("gives the photo under way a number", () => {
    const progress = { ...activity.progress, photosReceived: 1, current: { photo: 2, share: 0.4 } };
    expect(words.stateWords({ ...activity, state: "partly", progress }).text).toBe("Đang gửi ảnh 2/2: 40 %");
    expect(
      words.stateWords({ ...activity, state: "partly", progress: { ...progress, current: null } }).text,
    ).toBe("Tỉnh đã nhận chữ và 1/2 ảnh");
  });

  it("tells an author what is wrong in the server's words, and that nothing is lost", () => {
    const problem = { field: "cards", code: "x", vi: "Ghi 12 thẻ nhưng 11 người nhận", en: "" };
    const parked = (reason: string) => ({
      ...activity,
      attention: { kind: "parked" as const, reason, problems: reason === "invalid" ? [problem] : [] },
    });
    expect(words.attentionWords(parked("invalid"))).toBe("Ghi 12 thẻ nhưng 11 người nhận.");
    expect(words.attentionWords(parked("a_reason_of_tomorrow"))).toContain("Không có gì bị mất");
  });

  it("names why something waits, the sign-in before the network", () => {
    const status = { syncing: false, paused: null, online: true, trouble: null } as unknown as EngineStatus;
    expect(words.waitingWords({ ...status, online: false })).toContain("Có mạng sẽ tự gửi");
    expect(words.waitingWords({ ...status, paused: "signed_out", online: false })).toContain(
      "mã nối máy mới",
    );
    expect(words.waitingWords({ ...status, trouble: "portal" })).toContain("Wi-Fi");
  });
});
