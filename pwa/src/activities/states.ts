/** Where an activity stands, in words and a shape: what the province decided, where its bytes are. */
import { t } from "../i18n/index.ts";
import type { ActivityView, EvidenceView } from "../sync/engine.ts";
import type { IconName } from "../ui/icons.ts";

export type Tone = "go" | "ask" | "ok" | "bad" | "";

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
