/** Shapes of leaflets, print runs and their figures as the API tells them, and what screens make of them. Pure. */

export type RunStatus = "active" | "stopped" | "ended";

/** Item of `GET /api/v1/print-runs`. */
export interface Run {
  id: string;
  code: string;
  title: string;
  title_id: string;
  version: number;
  version_id: string;
  law_date: string;
  outdated: boolean;
  unit: string;
  unit_name: string | null;
  place_detail: string;
  copies: number;
  period_from: string;
  period_to: string;
  status: RunStatus;
  leaflet_id: string;
  /** What was made at once has one. */
  batch: string;
  destination_version_id: string;
  /** Number of the version that the code shows now; `version` is what stands on paper. */
  shown_version: number;
}

/** Item and total of `GET /api/v1/scans/statistics`. */
export interface Figures {
  key: string;
  name: string;
  copies: number;
  handed_out: number;
  scans: number;
  readers: [number, number];
  not_counted: Record<string, number>;
}

/** Item of `GET /api/v1/print-runs/statistics`: scans week by week since the Monday `from`. */
export interface RunFigures extends Figures {
  weeks: { from: string; scans: number[] };
}

/** A day or a week of `GET /api/v1/print-runs/<id>/statistics`. */
export interface Span {
  from: string;
  to: string;
  handed_out: number;
  scans: number;
}

export interface Block {
  type: "heading" | "paragraph" | "points" | "figures";
  text?: string;
  items?: { lead: string; text: string }[];
  table?: string;
}

export interface Content {
  blocks: Block[];
  audio?: { sha256: string; media_type: string; seconds?: number; bytes: number } | null;
}

export interface Version {
  id: string;
  number: number;
  law_date: string;
  languages: string[];
  contents: Record<string, Content>;
  status: "draft" | "published" | "withdrawn";
  pdf_url: string | null;
  pdf_bytes: number | null;
  outdated: boolean;
  published_at: string | null;
  withdrawn_at: string | null;
}

export interface Leaflet {
  id: string;
  title_id: string;
  title: string;
  topics: string[];
  source: string;
  owner_province: string | null;
  versions: Version[];
}

export const NONE: Figures = {
  key: "",
  name: "",
  copies: 0,
  handed_out: 0,
  scans: 0,
  readers: [0, 0],
  not_counted: {},
};

const DAY_MS = 86_400_000;

/** Scans for each hundred copies handed out; null where nothing was handed out. */
export function perHundred(figures: { scans: number; handed_out: number }): number | null {
  return figures.handed_out > 0 ? (figures.scans * 100) / figures.handed_out : null;
}

/** What to say of a run at a glance: a stop first, then the law, then its period. */
export function stateOf(run: Run): "stopped" | "ended" | "outdated" | "active" {
  if (run.status !== "active") return run.status;
  return run.outdated ? "outdated" : "active";
}

/** Days gathered into weeks from Monday; weeks stay as they are. */
export function byWeek(spans: readonly Span[]): Span[] {
  const weeks: Span[] = [];
  for (const span of spans) {
    const monday = mondayOf(span.from);
    const last = weeks.at(-1);
    if (last?.from === monday) {
      last.handed_out += span.handed_out;
      last.scans += span.scans;
    } else {
      weeks.push({ from: monday, to: plusDays(monday, 6), handed_out: span.handed_out, scans: span.scans });
    }
  }
  return weeks;
}

function mondayOf(day: string): string {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return plusDays(day, -weekday);
}

function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** A round number at or above `most` that a scale of four steps reads well by: 1, 2, 4, 6, 8 × 10ⁿ. */
export function scaleTop(most: number): number {
  if (most <= 4) return 4;
  const ten = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 4, 6, 8, 10].find((step) => step * ten >= most) ?? 10) * ten;
}

/** Points of a line through `values`, left to right in a box of `width` × `height`, as SVG writes them. */
export function linePoints(values: readonly number[], width: number, height: number): string {
  const most = Math.max(...values, 1);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values
    .map((one, at) => `${(at * step).toFixed(1)},${(height - (one / most) * height).toFixed(1)}`)
    .join(" ");
}

/** The runs' figures by code, and what stands in the last line: copies of the runs shown. */
export function totals(runs: readonly Run[], figures: ReadonlyMap<string, Figures>): Figures {
  const total: Figures = { ...NONE, not_counted: {} };
  for (const run of runs) {
    const own = figures.get(run.code) ?? NONE;
    total.copies += run.copies;
    total.handed_out += own.handed_out;
    total.scans += own.scans;
    for (const [reason, amount] of Object.entries(own.not_counted)) {
      total.not_counted[reason] = (total.not_counted[reason] ?? 0) + amount;
    }
  }
  return total;
}

/** A block as somebody begins it. */
export function emptyBlock(type: Block["type"]): Block {
  if (type === "points") return { type, items: [{ lead: "", text: "" }] };
  if (type === "figures") return { type, table: "voluntary_si" };
  return { type, text: "" };
}

/** `list` with the item at `at` moved by one place; unchanged at an end. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const found = [...list];
  const [one] = found.splice(at, 1);
  if (one === undefined || at + by < 0 || at + by > found.length) return [...list];
  found.splice(at + by, 0, one);
  return found;
}

/** `**bold**` apart from plain text; nothing else is marked up. */
export function strongParts(text: string): { text: string; strong: boolean }[] {
  return text
    .split(/\*\*(.+?)\*\*/)
    .map((part, at) => ({ text: part, strong: at % 2 === 1 }))
    .filter((part) => part.text !== "");
}
