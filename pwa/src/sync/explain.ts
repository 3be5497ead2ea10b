/**
 * The sync doctor: why an activity is not wholly at the province, one sentence for each thing that
 * waits. Keys and numbers only; the words are `doctor.why.<key>`. Pure.
 */
import type { ActivityView } from "../outbox/view.ts";
import type { OutboxItem, PhotoRecord } from "../store/records.ts";
import type { Previewed } from "../uploads/previews.ts";
import type { EngineStatus } from "./engine.ts";

export interface Reason {
  key: string;
  params: Record<string, string | number>;
}

/** Reasons with words of their own; a server may have learned others. */
const PARKED = new Set([
  "malformed",
  "server_owned",
  "too_large",
  "invalid",
  "no_permission",
  "activity_reuse",
  "appeal",
  "after_parked",
  "area_choice",
  "wrong_scope",
  "wrong_kind",
  "too_old",
  "revoked",
  "bug",
  "after_unknown",
  "unknown_activity",
  "unknown_conflict",
  "unknown_kind",
  "unsupported",
]);
const AGAIN = new Set([
  "after_unknown",
  "unknown_activity",
  "unknown_conflict",
  "unknown_kind",
  "unsupported",
  "id_reuse",
]);
const TROUBLES = new Set(["offline", "portal", "server", "too_large", "refused", "storage"]);

/** Photos that wait for Wi-Fi by choice, and which the province sees a preview of. */
export interface PhotosOnLine {
  held: readonly PhotoRecord[];
  previewed: Previewed;
}
const NO_GATE: PhotosOnLine = { held: [], previewed: new Map() };

type Status = Pick<EngineStatus, "paused" | "trouble" | "online" | "escrow">;

export function explain(
  view: ActivityView | null,
  items: readonly OutboxItem[],
  photos: readonly PhotoRecord[],
  status: Status,
  line: PhotosOnLine = NO_GATE,
): Reason[] {
  const unsent = items.filter((item) => item.state === "waiting");
  const bytes = photos.filter((photo) => photo.state === "waiting");
  const reasons = [
    ...parkedReasons(items),
    ...conflictReasons(view),
    ...damageReasons(photos),
    ...(unsent.length + bytes.length ? lineReasons(view, unsent, bytes, status, line) : []),
  ];
  const missing = view?.evidence.filter((photo) => photo.place === "elsewhere").length ?? 0;
  if (missing) reasons.push({ key: "photos_elsewhere", params: { n: missing } });
  if (view?.hasDraft) reasons.push({ key: "draft", params: {} });
  return reasons;
}

function parkedReasons(items: readonly OutboxItem[]): Reason[] {
  const told = items.filter((item) => item.state === "parked").map((item) => item.reason ?? "bug");
  return [...new Set(told)].map((reason) => ({
    key: PARKED.has(reason) ? `parked_${reason}` : "parked_other",
    params: { reason },
  }));
}

function conflictReasons(view: ActivityView | null): Reason[] {
  const keys = (view?.conflicts ?? []).map((conflict) => {
    if (conflict.kind === "amendment") return "amendment";
    return conflict.resolver === "reviewer" ? "conflict_reviewer" : "conflict_author";
  });
  return [...new Set(keys)].map((key) => ({ key, params: {} }));
}

function damageReasons(photos: readonly PhotoRecord[]): Reason[] {
  const damaged = photos.filter((photo) => photo.state === "damaged");
  const lost = damaged.filter((photo) => photo.reason === "disk").length;
  const refused = damaged.length - lost;
  return [
    ...(lost ? [{ key: "photos_lost", params: { n: lost } }] : []),
    ...(refused ? [{ key: "photos_refused", params: { n: refused } }] : []),
  ];
}

/** What is unsent: the line's trouble if there is one, else whose turn it is. */
function lineReasons(
  view: ActivityView | null,
  unsent: readonly OutboxItem[],
  photos: readonly PhotoRecord[],
  status: Status,
  { held, previewed }: PhotosOnLine,
): Reason[] {
  const { escrow, paused } = status;
  // Refused though it holds something: whatever was told of an end, it is over
  const kept =
    escrow && paused !== "signed_out" ? [{ key: "escrow", params: { day: escrow.until.slice(0, 10) } }] : [];
  const trouble = troubleOf(status);
  if (trouble) return [{ key: trouble, params: {} }, ...kept];
  if (view?.state === "sending") return [{ key: "sending", params: {} }, ...kept];
  const again = unsent.find((item) => item.tries > 0);
  if (again) return [{ key: againKey(again.reason), params: { n: again.tries } }, ...kept];
  if (unsent.length) return [{ key: "turn", params: { n: unsent.length } }, ...kept];
  const waitsForLine = photos.filter(({ sha256 }) => held.some((each) => each.sha256 === sha256));
  if (waitsForLine.length < photos.length)
    return [{ key: "photos_waiting", params: { n: photos.length } }, ...kept];
  const seen = photos.every(({ sha256 }) => previewed.get(sha256) === "here");
  return [{ key: seen ? "photos_held_seen" : "photos_held", params: { n: photos.length } }, ...kept];
}

function troubleOf({ paused, trouble, online }: Status): string | null {
  if (paused) return paused;
  if (!online) return "offline";
  if (!trouble) return null;
  return TROUBLES.has(trouble) ? trouble : "refused";
}

function againKey(reason: string | undefined): string {
  return reason && AGAIN.has(reason) ? `again_${reason}` : "again_other";
}
