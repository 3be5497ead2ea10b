/** An activity in words: what it is, where it stands, why it waits. */
import type { Kind } from "../forms/rules/index.ts";
import { currentLanguage, hasWord, label, t } from "../i18n/index.ts";
import type { ActivityView, EngineStatus, EvidenceView } from "../sync/engine.ts";
import { longDay, shortDay } from "../ui/format.ts";
import type { IconName } from "../ui/icons.ts";

const REPEATED_NUMBERS = 2;

export type Tone = "go" | "ask" | "ok" | "bad" | "";

/** `Phát thanh 16/11`. */
export function title(
  activity: { kind: string; eventDate: string | null },
  kinds: ReadonlyMap<string, Kind>,
): string {
  const kind = kinds.get(activity.kind);
  return `${label(kind?.short, activity.kind)} ${shortDay(activity.eventDate)}`.trim();
}

/** `Phát thanh · Thứ Hai 16/11, 17:00`. */
export function longTitle(
  activity: { kind: string; eventDate: string | null; fields: Record<string, unknown> },
  kinds: ReadonlyMap<string, Kind>,
): string {
  const parts = [activity.eventDate ? longDay(activity.eventDate) : "", activity.fields.start_time];
  return `${label(kinds.get(activity.kind)?.short, activity.kind)} · ${parts.filter(Boolean).join(", ")}`;
}

/** What "as last time" would repeat: when it was, and its first numbers. `Thứ Ba 17/11, 17:00 · 5 phút · 8 cụm`. */
export function repeatWords(
  activity: { eventDate: string | null; fields: Record<string, unknown> },
  kind: Kind | undefined,
): string {
  const numbers = (kind?.fields ?? [])
    .filter((field) => field.unit && kind?.repeated.includes(field.id) && activity.fields[field.id])
    .slice(0, REPEATED_NUMBERS)
    .map((field) => `${activity.fields[field.id]} ${label(field.unit)}`);
  const moment = [activity.eventDate ? longDay(activity.eventDate) : "", activity.fields.start_time];
  return [moment.filter(Boolean).join(", "), ...numbers].filter(Boolean).join(" · ");
}

/** What the province has decided, if anything. */
export function statusWords(activity: ActivityView): { text: string; tone: Tone; icon: IconName } {
  const tones: Record<string, { tone: Tone; icon: IconName }> = {
    draft: { tone: "", icon: "phone" },
    submitted: { tone: "go", icon: "clock" },
    returned: { tone: "ask", icon: "returned" },
    approved: { tone: "ok", icon: "check" },
    rejected: { tone: "bad", icon: "remove" },
    withdrawn: { tone: "", icon: "minus" },
  };
  return { text: t(`status.${activity.status}`), ...(tones[activity.status] ?? { tone: "", icon: "phone" }) };
}

/** Where its bytes are: on the phone, under way, at the province. Never mixed with the decision. */
export function stateWords(activity: ActivityView): { text: string; tone: Tone; icon: IconName } {
  const { photos: all, photosReceived: n, current } = activity.progress;
  switch (activity.state) {
    case "attention":
      return { text: t("state.attention"), tone: "ask", icon: "warn" };
    case "saved":
      return { text: t("state.saved"), tone: "", icon: "phone" };
    case "sending":
    case "partly":
      if (current) {
        const percent = Math.round(current.share * 100);
        return { text: t("state.sendingPhoto", { n: current.photo, all, percent }), tone: "go", icon: "out" };
      }
      return activity.state === "sending"
        ? { text: t("state.sending"), tone: "go", icon: "out" }
        : { text: t("state.partly", { n, all }), tone: "go", icon: "out" };
    default:
      return {
        text: all > 0 ? t("state.receivedPhotos", { n, all }) : t("state.received"),
        tone: "ok",
        icon: "check",
      };
  }
}

/** Where one photo is. */
export function photoWords(photo: EvidenceView): string {
  return t(`photo.${photo.place}`);
}

/** Why the server keeps it aside, in the author's words, and what is wrong field by field. */
export function attentionWords(activity: ActivityView): string {
  const attention = activity.attention;
  if (!attention) return "";
  const language = currentLanguage();
  const details = attention.problems.map((problem) => problem[language]).filter(Boolean);
  if (attention.reason === "invalid" && details.length > 0) return `${details.join(". ")}.`;
  const kept =
    attention.reason === "amendment" || attention.kind !== "conflict" ? attention.reason : "conflict";
  const key = `outbox.reason.${kept}`;
  return t(hasWord(key) ? key : "outbox.reason.other");
}

/** Why nothing moves although something waits. */
export function waitingWords(status: EngineStatus): string {
  if (status.syncing) return t("outbox.sending");
  if (status.paused) return t(`outbox.waiting.${status.paused}`);
  if (!status.online || status.trouble === "offline") return t("outbox.waiting.offline");
  if (status.trouble === "portal") return t("outbox.waiting.portal");
  if (status.trouble) return t("outbox.waiting.server");
  return t("outbox.waiting.next");
}
