/**
 * The phone's engine as the screens see it: everything they may ask or do, and nothing of how.
 *
 *     const engine = await openEngine();          // null: this phone is not enrolled
 *     engine ??= await enrol(code, "Máy của tôi"); // throws EnrolError with a reason
 *     const stop = engine.subscribe(() => { list = engine.activities(); });
 *
 *     const draft = await engine.newDraft("loudspeaker_broadcast", engine.units[0].scope);
 *     draft.fields.title = "…"; await engine.saveDraft(draft);   // resolves when it is on the disk
 *     await engine.addPhoto(draft.id, file, "camera");           // returns the draft with the photo
 *     await engine.send(draft.id);                               // into the outbox; goes when it can
 *
 * Getters and `activities()` are snapshots, cheap to call, new objects after each change; listeners
 * are called once per change, never in the middle of one. Writing calls resolve only when the data
 * is on the disk. No call waits for the network, but `enrol`, `syncNow` and `photoUrl` of a photo
 * that is not on the phone. A draft's id is its activity's id.
 *
 * Deliberately not here: forms, rules, words. The server alone merges; this shows its row with the
 * phone's own pending edits on top.
 */

import type { ActivityView, Attention, EvidenceView, ItemState, Progress } from "../outbox/view.ts";
import { EnrolError, PhotoError } from "../platform/trouble.ts";
import { currentAccount, setCurrentAccount } from "../store/accounts.ts";
import { Database } from "../store/database.ts";
import type {
  Account,
  Choice,
  Conflict,
  Draft,
  Evidence,
  Fields,
  Identity,
  Json,
  PhotoSource,
  Problem,
  Remark,
  Review,
  Status,
  Unit,
} from "../store/records.ts";
import type { OtherDraft } from "./answering.ts";
import type { Carried } from "./deeds.ts";
import type { Reason } from "./explain.ts";
import { Phone } from "./phone.ts";
import { type Outside, pageOutside, wakeWithPage } from "./surroundings.ts";

export type {
  Account,
  ActivityView,
  Attention,
  Carried,
  Choice,
  Conflict,
  Draft,
  Evidence,
  EvidenceView,
  Fields,
  ItemState,
  Json,
  OtherDraft,
  PhotoSource,
  Problem,
  Progress,
  Reason,
  Remark,
  Review,
  Status,
  Unit,
};
export { EnrolError, PhotoError };

export type Paused = "signed_out" | "too_old" | null;

export interface EngineStatus {
  online: boolean;
  syncing: boolean;
  /** Why nothing is sent though there is a network. */
  paused: Paused;
  /** Phone's time of the last answer of the server. */
  lastContact: string | null;
  /** What last went wrong with the network, in a word for the doctor: offline, portal, server, … */
  trouble: string | null;
  waiting: { activities: number; operations: number; photos: number; bytes: number; attention: number };
  /** Photos that wait for Wi-Fi, by the choice of whoever pays for the line. */
  held: { photos: number; bytes: number } | null;
  /** Bytes; null where the browser does not tell. */
  storage: { used: number; quota: number } | null;
  /** Server's clock less the phone's, in ms; null before the first contact. */
  clockOffsetMs: number | null;
  /** All activities are in memory; before that the newest 60 are. */
  loaded: boolean;
  /** The access ended: what is here may be handed over until then, and nothing new is heard. */
  escrow: { until: string } | null;
  /** Colleagues' sealed files on this phone that are yet to be delivered. */
  carried: number;
  /** Those that the province would not take: the carrier has to tell whoever gave them. */
  undelivered: NonNullable<Identity["undelivered"]>;
}

/** Something the province tells this person; `body` has `about` ("parked", "loss", …) and `at`. */
export interface Notice {
  id: string;
  body: { about: string; at: string; [member: string]: Json };
}

export interface Engine {
  readonly account: Account;
  readonly units: readonly Unit[];
  /** Body of the feed's catalogue (contract: GET /api/v1/catalogue); null before the first sync. */
  readonly catalogue: Json | null;
  readonly plan: Json | null;
  /** Any other document of the feed by its type (notices, progress, …), newest first. */
  documents(type: string): { id: string; body: Json }[];

  subscribe(listener: () => void): () => void;

  /** Newest first. Mine and my commune's. */
  activities(): readonly ActivityView[];
  activity(id: string): ActivityView | null;

  drafts(): readonly Draft[];
  draft(id: string): Draft | null;
  newDraft(kind: string, scope: string, fields?: Fields): Promise<Draft>;
  saveDraft(draft: Draft): Promise<void>;
  deleteDraft(id: string): Promise<void>;
  /** A draft on top of an activity: to correct a returned, parked, conflicting or sent one. */
  editFrom(activityId: string): Promise<Draft>;

  /** Scales, stamps, hashes and stores; `stamp` are the lines burned in below the time. */
  addPhoto(draftId: string, file: Blob, source: PhotoSource, stamp?: string[]): Promise<Draft>;
  removePhoto(draftId: string, sha256: string): Promise<Draft>;
  /** An object address to show, or null when the bytes are neither here nor to be had now. */
  photoUrl(sha256: string, size: "thumb" | "screen"): Promise<string | null>;

  /** Makes the operations, puts them into the outbox, drops the draft, starts a sync. */
  send(draftId: string): Promise<void>;
  withdraw(activityId: string): Promise<void>;

  /** Ends a conflict; `fields` are what was typed, for the choice "values". Goes like any work. */
  resolve(activityId: string, conflictId: string, choice: Choice, fields?: Fields): Promise<void>;
  /** A parked operation (`attention.operation`) once more, corrected, with what followed it. */
  resend(operationId: string, correction: { scope?: string; set?: Fields }): Promise<void>;
  /** Lets go of it here; the province keeps its own copy. */
  dismissParked(operationId: string): Promise<void>;

  /** Newest first. */
  notices(): readonly Notice[];
  /** Drafts that other phones of this account backed up. */
  otherDrafts(): readonly OtherDraft[];
  /** Goes on with one of them here. `id` is the document's. */
  takeDraft(id: string): Promise<Draft>;

  /** All that waits, sealed for the server, for a colleague to deliver. Error "no_key": never in contact. */
  courierFile(): Promise<Blob>;
  /**
   * Delivers a colleague's file; without a network it is `kept` here and goes by itself later.
   * Throws an error with `trouble` "refused" for what is no such file, "stranger" for one of a phone
   * that the province has shut out.
   */
  carry(file: Blob): Promise<Carried>;

  /** The carrier has read of `status().undelivered`. */
  forgetUndelivered(): Promise<void>;

  /** Why this activity is not wholly at the province, a sentence each: words `doctor.why.<key>`. */
  explain(activityId: string): readonly Reason[];

  /** Resolves when the round is over, well or not; see status(). */
  syncNow(): Promise<void>;
  /** Photos that wait for Wi-Fi by choice (`status().held`) go now, over whatever line there is. */
  sendPhotosNow(): Promise<void>;
  status(): EngineStatus;
  /**
   * Ends the sign-in on this phone. With unsent work the data stays sealed under its account until
   * it is enrolled again; otherwise it is deleted. Resolves with what was left.
   */
  logout(): Promise<{ operations: number; photos: number }>;
}

let current: { phone: Phone; stop: () => void } | null = null;

/** The engine of the account that this phone speaks for; null if it must be enrolled (again). */
export async function openEngine(): Promise<Engine | null> {
  if (current) return current.phone;
  const account = await currentAccount();
  const outside = pageOutside();
  return (account !== null && (await start(account, outside))) || rescue(account, outside);
}

/** Nobody is enrolled here, or the browser has lost the database: the second copy knows. */
async function rescue(known: string | null, outside: Outside): Promise<Engine | null> {
  const account = await import("../store/spare.ts")
    .then((spare) => spare.restore(known, outside.spareDisk))
    .catch(() => null);
  if (!account) return null;
  await setCurrentAccount(account);
  return start(account, outside);
}

/**
 * Redeems an enrolment code. Work that this account left on this phone is there again and goes on;
 * work of another account stays sealed beside it.
 */
export async function enrol(code: string, deviceName: string): Promise<Engine> {
  const outside = pageOutside();
  const { admit } = await import("./network.ts").catch(() => {
    throw new EnrolError("offline");
  });
  const account = await admit(code, deviceName, outside, async () => {
    await current?.phone.close();
    current?.stop();
    current = null;
  });
  const engine = await start(account, outside);
  if (!engine) throw new EnrolError("storage");
  return engine;
}

async function start(account: string, outside: Outside): Promise<Engine | null> {
  const database = Database.of(account);
  const phone = await Phone.open(database, outside, async (keepData) => {
    current?.stop();
    current = null;
    await setCurrentAccount(null);
    const { leave } = await import("../store/spare.ts");
    await leave(database, keepData, outside.spareDisk);
  });
  if (phone) current = { phone, stop: wakeWithPage(phone) };
  return phone;
}
