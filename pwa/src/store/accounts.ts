/**
 * Which account this phone speaks for. A tiny database of its own is the truth; localStorage is a
 * hint that spares the first screen one opening. Data of other accounts stays sealed beside it.
 */
import { type DBSchema, openDB } from "idb";

interface Schema extends DBSchema {
  current: { key: string; value: string };
}

const HINT = "loa-account";

export async function currentAccount(): Promise<string | null> {
  return hint() ?? (await within((db) => db.get("current", "account"))) ?? null;
}

export async function setCurrentAccount(account: string | null): Promise<void> {
  await within(async (db) => {
    const tx = db.transaction("current", "readwrite", { durability: "strict" });
    await (account === null ? tx.store.delete("account") : tx.store.put(account, "account"));
    await tx.done;
  });
  try {
    if (account === null) localStorage.removeItem(HINT);
    else localStorage.setItem(HINT, account);
  } catch {
    // Private windows may refuse; the database above is the truth.
  }
}

function hint(): string | null {
  try {
    return localStorage.getItem(HINT);
  } catch {
    return null;
  }
}

async function within<T>(work: (db: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> {
  const db = await open();
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

function open() {
  return openDB<Schema>("loa", 1, { upgrade: (db) => void db.createObjectStore("current") });
}
