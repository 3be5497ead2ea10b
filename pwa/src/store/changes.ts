/**
 * What one write to the disk changed. Memory follows the disk by these, in this tab and in the
 * others: they are plain data and go over a BroadcastChannel as they are.
 */
import type {
  DocumentRow,
  Draft,
  Identity,
  OutboxItem,
  PhotoRecord,
  ScopeState,
  ShadowRow,
} from "./records.ts";

export class Changes {
  identity: Identity | null = null;
  scopes: ScopeState[] = [];
  scopesGone: string[] = [];
  shadow: ShadowRow[] = [];
  shadowGone: { scope: string; id: string }[] = [];
  documents: DocumentRow[] = [];
  documentsGone: { scope: string; id: string }[] = [];
  /** Waiting, parked or kept; a kept one leaves the memory. */
  outbox: OutboxItem[] = [];
  outboxGone: number[] = [];
  drafts: Draft[] = [];
  draftsGone: string[] = [];
  photos: PhotoRecord[] = [];
  photosGone: { activity: string; sha256: string }[] = [];
}
