/** What a print run, as the feed tells of it, puts into the form of a hand-out, and what speaks against it.
 * Pure. The run may be unknown to this phone: it is then recorded all the same, and says so. */
import type { Kind, Values } from "../forms/rules/index.ts";

export const HAND_OUT = "leaflet_handout";

/** Body of the feed's document `print_run:<id>`. */
export interface RunDocument {
  code: string;
  /** Id of the title, as the kind's options have it; `title` in words. */
  leaflet_title: string;
  title: string;
  version: number;
  law_date: string;
  languages: string[];
  commune: string | null;
  place_detail: string;
  copies: number;
  period_from: string;
  period_to: string;
  status: "active" | "stopped" | "ended";
  /** Older than the last change of law, or withdrawn, when the server last told of it. */
  outdated: boolean;
  /** The day on which the law that it follows ends, also one to come; null while none is known. */
  outdated_from?: string | null;
}

export type Concern = "unknown" | "stopped" | "ended" | "early" | "outdated";

export function runWithCode(documents: { body: unknown }[], code: string): RunDocument | null {
  return documents.map(({ body }) => body as RunDocument | null).find((run) => run?.code === code) ?? null;
}

/** What speaks against handing it out on `day` (`2026-11-20`), the gravest first. */
export function concerns(run: RunDocument | null, day: string): Concern[] {
  if (!run) return ["unknown"];
  const found: Concern[] = [];
  if (run.status === "stopped") found.push("stopped");
  else if (run.status === "ended" || run.period_to < day) found.push("ended");
  else if (run.period_from > day) found.push("early");
  if (isOutdated(run, day)) found.push("outdated");
  return found;
}

/** The phone may have had no network since the law changed, or the day may lie before the change. */
function isOutdated({ outdated, outdated_from: from }: RunDocument, day: string): boolean {
  return from ? day >= from : outdated;
}

/** The values that the run knows, those only that the form's lists still have. */
export function handOutValues(run: RunDocument | null, code: string, kind: Kind | undefined): Values {
  if (!run) return { print_run: code };
  const options = (id: string) =>
    new Set(kind?.fields.find((field) => field.id === id)?.options?.map((one) => one.id));
  const title = options("leaflet_title").has(run.leaflet_title) ? run.leaflet_title : "other";
  const languages = run.languages.filter((one) => options("languages").has(one));
  return {
    print_run: code,
    leaflet_title: title,
    ...(title === "other" ? { other_title: run.title } : {}),
    carriers: ["printed", "qr"],
    ...(languages.length > 0 ? { languages } : {}),
    ...(run.place_detail ? { place_detail: run.place_detail } : {}),
    law_as_of_date: run.law_date,
  };
}
