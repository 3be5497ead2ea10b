/** Words for the ways in which talking to the server fails; none of them loses anything. */
export type Trouble =
  /** No way out of the phone, or the line broke. */
  | "offline"
  /** An answer that is not ours: a hotel's or operator's page in between. */
  | "portal"
  /** 5xx, or a server that is too busy. */
  | "server"
  /** 401: the sign-in ended. Everything stays. */
  | "signed_out"
  /** The request is larger than the server takes. */
  | "too_large"
  /** The server no longer speaks this app's protocol. */
  | "too_old"
  /** The disk did not take what came. */
  | "storage"
  /** Of a colleague's file only: the phone that sealed it is no longer accepted. */
  | "stranger"
  /** Any other refusal of the whole request. */
  | "refused";

export class SyncError extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly retryAfterS: number | null = null,
  ) {
    super(trouble);
  }
}

/**
 * Why a phone could not be enrolled: offline, portal, server, code (unknown, used or ended),
 * too_many (tries; later again), storage, or another problem's slug.
 */
export class EnrolError extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** A photo that was refused; the record never is. */
export class PhotoError extends Error {
  constructor(readonly reason: "unreadable" | "storage_full" | "too_large") {
    super(reason);
  }
}
