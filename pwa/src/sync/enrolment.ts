/** Binding this phone to an account: a code becomes a token, kept with what the account left here. */
import { EnrolError, SyncError } from "../platform/trouble.ts";
import { setCurrentAccount } from "../store/accounts.ts";
import { Database } from "../store/database.ts";
import type { Account, Identity, Unit } from "../store/records.ts";
import { EMPTY } from "./digest.ts";
import type { Outside } from "./surroundings.ts";

export interface Enrolled {
  device: string;
  token: string;
  account: Account;
  scopes: string[];
  units: Unit[];
}

/** Throws SyncError for the line, EnrolError for the code. */
export async function redeem(code: string, name: string, send: typeof fetch): Promise<Enrolled> {
  let response: Response;
  let text: string;
  try {
    response = await send("/api/v1/devices", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ enrolment_code: code.trim(), name: name.trim() }),
    });
    text = await response.text();
  } catch {
    throw new SyncError("offline");
  }
  let body: Partial<Enrolled> & { type?: string };
  try {
    body = JSON.parse(text);
  } catch {
    throw new SyncError(response.status >= 500 ? "server" : "portal");
  }
  if (response.status === 201 && body.token && body.device && body.account) {
    return { units: [], scopes: [], ...body } as Enrolled;
  }
  if (response.status >= 500) throw new SyncError("server");
  if (response.status === 429) throw new EnrolError("too_many");
  const slug = String(body.type ?? "").replace(/^.*[/:]/, "");
  throw new EnrolError(/code|invalid/.test(slug) ? "code" : slug || "portal");
}

/**
 * Redeems the code and writes down who this phone is from now on; `leaveFormer` closes whatever was
 * open. What this account left here is put back from its second copy if the database lost it.
 */
export async function admit(
  code: string,
  name: string,
  outside: Outside,
  leaveFormer: () => Promise<void>,
): Promise<string> {
  let enrolled: Enrolled;
  try {
    enrolled = await redeem(code, name, outside.fetch);
  } catch (error) {
    throw error instanceof SyncError ? new EnrolError(error.trouble) : error;
  }
  await leaveFormer();
  const { id } = enrolled.account;
  try {
    await import("../store/spare.ts").then((spare) => spare.restore(id, outside.spareDisk)).catch(() => {});
    await keepIdentity(Database.of(id), enrolled);
    await setCurrentAccount(id);
  } catch {
    throw new EnrolError("storage");
  }
  void globalThis.navigator?.storage?.persist?.();
  return id;
}

/** Writes who this phone is now. Cursors, outbox and drafts of an earlier stay go on. */
export function keepIdentity(database: Database, enrolled: Enrolled): Promise<void> {
  return database.write(["meta", "scopes"], async (tx) => {
    const known = await tx.objectStore("meta").get("identity");
    const blank: Omit<Identity, "device" | "token" | "account" | "units"> = {
      key: "identity",
      epoch: 1,
      lastN: 0,
      incarnation: null,
      beacon: null,
      durableThrough: null,
      clockOffsetMs: null,
      lastContact: null,
    };
    const { device, token, account, units } = enrolled;
    // The copies of its drafts lie under its old id, where the server lets go of them.
    const past = known && known.device !== device ? { formerly: known.device, backedUp: {} } : {};
    await tx.objectStore("meta").put({ ...blank, ...known, ...past, device, token, account, units });
    for (const name of enrolled.scopes) {
      if (await tx.objectStore("scopes").get(name)) continue;
      await tx.objectStore("scopes").put({ name, seq: 0, digest: EMPTY, read: 1, rereading: false });
    }
  });
}
