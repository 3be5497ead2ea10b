/** The kinds as the annex orders them: under the heading that their first row belongs to. Pure. */

interface Named {
  code: string;
  name: string;
}
interface PlanBody {
  groups?: Named[];
  rows?: Named[];
}

export interface AnnexGroup<Kind> {
  /** `I.2`: the first two parts of a row's code. */
  code: string;
  /** In the plan's own words; empty while there is no plan on the phone. */
  name: string;
  kinds: Kind[];
}

const PARTS = 2;

/** Groups in the order of the annex, kinds in their own order. Rows beyond the first do not repeat a kind. */
export function annexGroups<Kind extends { rows: string[]; order: number }>(
  plan: unknown,
  kinds: Iterable<Kind>,
): AnnexGroup<Kind>[] {
  const { groups = [], rows = [] } = (plan ?? {}) as PlanBody;
  const names = new Map([...rows, ...groups].map((one) => [one.code, one.name]));
  const found = new Map<string, AnnexGroup<Kind>>();
  for (const kind of [...kinds].sort((one, other) => one.order - other.order)) {
    const code = (kind.rows[0] ?? "").split(".").slice(0, PARTS).join(".");
    const group = found.get(code) ?? { code, name: names.get(code) ?? "", kinds: [] };
    group.kinds.push(kind);
    found.set(code, group);
  }
  return [...found.values()].sort((one, other) => (one.code < other.code ? -1 : 1));
}
