/** The reviewer's queues beside the one of submissions: read together, so that their counts are known. */
import type { Activity, Conflict, Duplicate, Parked } from "../types.ts";
import { type Page, WorkList } from "../worklist.svelte.ts";

/** One conflict with the activity that it is about; an activity with two is two items. */
export interface Clash {
  id: string;
  activity: Activity;
  conflict: Conflict;
}

function clashes(answer: Page<Clash>): Clash[] {
  return (answer.items as unknown as Activity[]).flatMap((activity) =>
    activity.conflicts.map((conflict) => ({ id: conflict.id, activity, conflict })),
  );
}

export const queues = {
  conflicts: new WorkList<Clash>("conflicts", clashes),
  parked: new WorkList<Parked>("parked"),
  duplicates: new WorkList<Duplicate>("duplicates"),
};

/** Read those that were not yet, so that every queue says what waits in it. */
export function readQueues(): void {
  for (const list of Object.values(queues)) if (!list.loaded && !list.loading) void list.load();
}
