/** Stand-in until the engine has these members; goes then. */
import type { Draft, Fields } from "../sync/engine.ts";
import { engine } from "./state.svelte.ts";

export interface Notice {
  id: string;
  body: Record<string, unknown>;
}
export interface OtherDraft {
  id: string;
  deviceName: string;
  changedAt: string;
  draft: Draft;
}
export interface Coming {
  resolve(activity: string, conflict: string, choice: string, fields?: Fields): Promise<void>;
  notices(): Notice[];
  otherDrafts(): OtherDraft[];
  takeDraft(id: string): Promise<Draft>;
  resend(operation: string, options: { scope?: string }): Promise<void>;
  dismissParked(operation: string): Promise<void>;
  courierFile(): Promise<Blob>;
  carry(file: Blob): Promise<{ operations: number; photos: number }>;
  explain(activity: string): { key: string; params?: Record<string, string | number> }[];
}
/** What the engine has already, and something harmless where it has not. */
export function coming(): Coming {
  const there = engine() as unknown as Partial<Coming> & ReturnType<typeof engine>;
  const absent = () => Promise.reject(new Error("not yet"));
  return {
    resolve: (...all) => there.resolve?.(...all) ?? absent(),
    notices: () => there.notices?.() ?? (there.documents("notice") as Notice[]),
    otherDrafts: () => there.otherDrafts?.() ?? [],
    takeDraft: (id) => there.takeDraft?.(id) ?? absent(),
    resend: (...all) => there.resend?.(...all) ?? absent(),
    dismissParked: (id) => there.dismissParked?.(id) ?? absent(),
    courierFile: () => there.courierFile?.() ?? absent(),
    carry: (file) => there.carry?.(file) ?? absent(),
    explain: (id) => there.explain?.(id) ?? [],
  };
}
