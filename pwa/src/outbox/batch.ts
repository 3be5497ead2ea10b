/**
 * Which operations go next. Order counts inside an activity only, so one that must wait holds up
 * nobody else: what was told to come again stands behind what was not, and after a failure the
 * activities take turns at the front. Pure.
 */
import type { Operation, OutboxItem } from "../store/records.ts";

/** Operations in one request; the server takes no more. */
export const BATCH_MAX = 200;
/** Bytes of JSON: packed it takes a minute on EDGE, and stays far below the 4 MiB that the server takes. */
export const BATCH_BYTES_MAX = 400_000;

export function chooseBatch(
  items: readonly OutboxItem[],
  nowMs: number,
  size: number,
  rotation: number,
): Operation[] {
  const groups = byActivity(items.filter((item) => item.state === "waiting"));
  const tries = (group: OutboxItem[]): number => Math.max(...group.map((item) => item.tries));
  const ready = groups
    .filter((group) => group[0]!.notBefore <= nowMs)
    .sort((one, other) => tries(one) - tries(other));
  const start = ready.length ? rotation % ready.length : 0;
  const chosen: Operation[] = [];
  let bytes = 0;
  for (const group of [...ready.slice(start), ...ready.slice(0, start)]) {
    for (const item of group) {
      if (item.notBefore > nowMs) break;
      bytes += JSON.stringify(item.operation).length;
      if (chosen.length >= size || (chosen.length && bytes > BATCH_BYTES_MAX)) return chosen;
      chosen.push(item.operation);
    }
  }
  return chosen;
}

/** When the next waiting item may go (ms of the phone's clock); null when none waits. */
export function nextTurn(items: readonly OutboxItem[]): number | null {
  const heads = byActivity(items.filter((item) => item.state === "waiting")).map((g) => g[0]!.notBefore);
  return heads.length ? Math.min(...heads) : null;
}

function byActivity(items: readonly OutboxItem[]): OutboxItem[][] {
  const groups = new Map<string, OutboxItem[]>();
  for (const item of [...items].sort((one, other) => one.n - other.n)) {
    const group = groups.get(item.operation.activity);
    if (group) group.push(item);
    else groups.set(item.operation.activity, [item]);
  }
  return [...groups.values()];
}
