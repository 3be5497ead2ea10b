/** The shape of a plan as `GET /api/v1/plans/<id>` tells it: what the annex screen needs of it. */

export interface PlanSummary {
  id: string;
  title: string;
  year: number;
}

export interface PlanRow {
  code: string;
  section: string;
  group: string | null;
  timing: { wording: string | string[] | null };
  lead_units: string[];
  coordinating_units: string[];
  work_items: string[];
  inherited: Record<string, string> | null;
}

export interface PlanGroup {
  code: string;
  name: string;
}

export interface Plan extends PlanSummary {
  sections: { code: string; name: string }[];
  groups: PlanGroup[];
  rows: PlanRow[];
}

/** `Quý I-IV`, or the several lines of a merged cell in one. */
export function timing(row: PlanRow): string {
  const { wording } = row.timing;
  return Array.isArray(wording) ? wording.join(" ") : (wording ?? "–");
}

/** The rows of a section under the headings that the annex gives them, in its order. */
export function groupedRows(plan: Plan, section: string): { group: PlanGroup | null; rows: PlanRow[] }[] {
  const found: { group: PlanGroup | null; rows: PlanRow[] }[] = [];
  for (const row of plan.rows.filter((one) => one.section === section)) {
    const last = found.at(-1);
    if (last && (last.group?.code ?? null) === row.group) last.rows.push(row);
    else found.push({ group: plan.groups.find((one) => one.code === row.group) ?? null, rows: [row] });
  }
  return found;
}
