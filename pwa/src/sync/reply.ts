/**
 * What came back from a request: an answer of ours, or a word for why it counts as none. Networks
 * answer in the server's place (portals with 200 and a page), proxies fail in the middle, bytes are
 * cut; whatever is not an answer whole changes nothing. The same rules as `sync/answer.py`. Pure.
 */
import type { Trouble } from "../platform/trouble.ts";
import { readAnswer, type SyncAnswer } from "./wire.ts";

export interface Reply {
  status: number;
  /** The final address is not the one that was asked: somebody led us elsewhere. */
  redirected: boolean;
  mediaType: string;
  /** The header as it came. */
  retryAfter: string | null;
  text: string;
}

export type Read = { answer: SyncAnswer } | { trouble: Trouble; retryAfterS: number | null };

export function readReply(reply: Reply): Read {
  const { status, text } = reply;
  const retryAfterS = seconds(reply.retryAfter);
  const answer = status === 200 && !reply.redirected ? readAnswer(text) : null;
  if (answer) return { answer };
  return { trouble: troubleOf(reply), retryAfterS };
}

function troubleOf({ status, redirected, mediaType, text }: Reply): Trouble {
  // Portals answer 3xx, 401, 403 or 511 with a page: only our own problems may end a sign-in.
  const ours = mediaType.includes("json") && !redirected;
  if (status === 413) return "too_large";
  if (status === 429 || (status >= 500 && status !== 511)) return "server";
  if (!ours || status < 400) return "portal";
  if (status === 401) return "signed_out";
  if (status === 426 || /too.old/.test(text)) return "too_old";
  return "refused";
}

/** Seconds only: a date would be judged by a clock that may be wrong by years. */
function seconds(header: string | null): number | null {
  const wait = Number(header);
  return header && Number.isFinite(wait) && wait > 0 ? wait : null;
}
