/** An activity in words: what it is and why it waits. Where it stands: `states.ts`. */
import type { Kind } from "../forms/rules/index.ts";
import { currentLanguage, hasWord, label, t } from "../i18n/index.ts";
import type { ActivityView, EngineStatus } from "../sync/engine.ts";
import { longDay, shortDay } from "../ui/format.ts";

const REPEATED_NUMBERS = 2;

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

/** Why the server keeps it aside, in the author's words, and what is wrong field by field. */
export function attentionWords(activity: ActivityView): string {
  const attention = activity.attention;
  if (!attention) return "";
  const language = currentLanguage();
  const details = attention.problems.map((problem) => problem[language]).filter(Boolean);
  if (attention.reason === "invalid" && details.length > 0) return `${details.join(". ")}.`;
  const reason = attention.kind === "conflict" ? "conflict_author" : `parked_${attention.reason}`;
  const key = `doctor.why.${reason}`;
  return t(hasWord(key) ? key : "doctor.why.parked_other");
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
