/** This week's share of the plan, computed on the phone from what it holds. Pure. */
import { counts, type Kind } from "../forms/rules/index.ts";
import { isoWeek, weekOf } from "../platform/calendar.ts";

export interface Counted {
  kind: string;
  status: string;
  scope: string;
  fields: Record<string, unknown>;
  eventDate: string | null;
  /** Another report of the same event, which counts in its place. */
  duplicateOf?: string | null;
}

export interface WeekShare {
  week: number;
  /** Monday to Sunday; how many counted on each. */
  days: { day: string; count: number; isToday: boolean; isPast: boolean }[];
  done: number;
  approved: number;
  /** The line to reach; null when the plan sets none for a week. */
  required: number | null;
  /** Everything recorded in the week, of any kind. */
  recorded: number;
}

interface PlanTarget {
  metric?: string;
  min?: number | null;
  per?: string[];
}
interface PlanBody {
  year?: number;
  rows?: { targets?: PlanTarget[] }[];
  targets?: PlanTarget[];
}

const WEEKLY_METRIC = "voluntary_si_broadcasts";
const NOT_COUNTED = new Set(["rejected", "withdrawn"]);

/** The weekly line of the plan: its one target that counts per week. */
export function weeklyMinimum(plan: unknown): number | null {
  const body = (plan ?? {}) as PlanBody;
  const targets = [...(body.targets ?? []), ...(body.rows ?? []).flatMap((row) => row.targets ?? [])];
  return targets.find((one) => one.metric === WEEKLY_METRIC && one.per?.includes("week"))?.min ?? null;
}

/** What `activities` of `scope` make of the week of `today`. */
export function weekShare(
  activities: readonly Counted[],
  kinds: ReadonlyMap<string, Kind>,
  plan: unknown,
  scope: string,
  today: string,
): WeekShare {
  const week = weekOf(today);
  const perDay = new Map<string, number>();
  let approved = 0;
  let recorded = 0;
  for (const activity of activities) {
    const day = activity.eventDate ?? "";
    if (activity.scope !== scope || !week.includes(day) || NOT_COUNTED.has(activity.status)) continue;
    if (activity.duplicateOf) continue;
    recorded += 1;
    const kind = kinds.get(activity.kind);
    if (!kind) continue;
    const amount = counts(kind, activity.fields)
      .filter((count) => count.code === WEEKLY_METRIC)
      .reduce((sum, count) => sum + count.amount, 0);
    perDay.set(day, (perDay.get(day) ?? 0) + amount);
    if (activity.status === "approved") approved += amount;
  }
  const days = week.map((day) => ({
    day,
    count: perDay.get(day) ?? 0,
    isToday: day === today,
    isPast: day < today,
  }));
  return {
    week: isoWeek(today).week,
    days,
    done: days.reduce((sum, one) => sum + one.count, 0),
    approved,
    required: scope.startsWith("commune:") ? weeklyMinimum(plan) : null,
    recorded,
  };
}
