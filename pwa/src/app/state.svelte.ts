/** The engine as the screens hold it: one reference, and snapshots renewed after each change. */
import type { Kind } from "../forms/rules/index.ts";
import { withDefaults } from "../forms/start.ts";
import { today } from "../platform/calendar.ts";
import { go } from "../platform/route.svelte.ts";
import type { ActivityView, Draft, Engine, EngineStatus, Fields } from "../sync/engine.ts";

interface Snapshot {
  activities: readonly ActivityView[];
  drafts: readonly Draft[];
  status: EngineStatus | null;
  kinds: ReadonlyMap<string, Kind>;
}

let held = $state.raw<Engine | null>(null);
// Replaced whole, never changed inside: deep proxies of thousands of rows would cost
let snapshot = $state.raw<Snapshot>({ activities: [], drafts: [], status: null, kinds: new Map() });
let seenCatalogue: unknown = null;
let leaveFormer = () => {};

export function hasEngine(): boolean {
  return held !== null;
}

/** The engine of the enrolled phone; screens below the enrolment may rely on it. */
export function engine(): Engine {
  if (!held) throw new Error("this phone is not enrolled");
  return held;
}

/** What the engine last told. */
export function now(): Snapshot {
  return snapshot;
}

/** Show what `opened` holds from here on. */
export function follow(opened: Engine): void {
  leaveFormer();
  held = opened;
  const renew = () => {
    let { kinds } = snapshot;
    if (opened.catalogue && opened.catalogue !== seenCatalogue) {
      seenCatalogue = opened.catalogue;
      const catalogue = opened.catalogue as unknown as { kinds: Kind[] };
      kinds = new Map(catalogue.kinds.map((kind) => [kind.id, kind]));
    }
    snapshot = { activities: opened.activities(), drafts: opened.drafts(), status: opened.status(), kinds };
  };
  renew();
  leaveFormer = opened.subscribe(renew);
}

/** Open a new form of `kind` for `scope`, with its defaults where `fields` say nothing. */
export async function record(kind: string, scope: string, fields: Fields = {}): Promise<void> {
  const declared = snapshot.kinds.get(kind);
  const filled = declared ? withDefaults(declared, fields, today()) : fields;
  const draft = await engine().newDraft(kind, scope, filled as Fields);
  go(`nhap/${draft.id}`);
}
