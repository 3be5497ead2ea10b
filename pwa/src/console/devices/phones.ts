/** What an administrator reads about a phone: silent, cut off, short of something. Pure. */
import type { Phone } from "../types.ts";

/** A phone in use is heard of each day; after a week somebody should ask. */
const SILENT_MS = 7 * 86_400_000;

export type State = "lost" | "escrow" | "revoked" | "silent" | "never" | "fine";

export function stateOf(phone: Phone, now: number = Date.now()): State {
  if (phone.losses.length > 0) return "lost";
  if (takesStill(phone, now)) return "escrow";
  if (phone.revoked_at || phone.escrow) return "revoked";
  if (!phone.last_seen_at) return "never";
  return now - Date.parse(phone.last_seen_at) > SILENT_MS ? "silent" : "fine";
}

/** Whether it was shut out, by itself or with its account, and what it did before is still taken. */
export function takesStill({ escrow }: Phone, now: number = Date.now()): boolean {
  return !!escrow && Date.parse(escrow.until) > now;
}

const ORDER: State[] = ["lost", "silent", "escrow", "never", "fine", "revoked"];

/** Those that need somebody first; within a state, who was heard of last comes first. */
export function sorted(phones: readonly Phone[], now: number = Date.now()): Phone[] {
  const rank = (phone: Phone) => ORDER.indexOf(stateOf(phone, now));
  return [...phones].sort(
    (one, other) =>
      rank(one) - rank(other) || (other.last_seen_at ?? "").localeCompare(one.last_seen_at ?? ""),
  );
}

/** What the phone last told that it still holds; null when it holds nothing. */
export function unsent(phone: Phone): { operations: number; photos: number } | null {
  const told = phone.unsent;
  return told && told.operations + told.photos > 0 ? told : null;
}
