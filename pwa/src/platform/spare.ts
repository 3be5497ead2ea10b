/** The page's side of the second copy's files; null where the browser has no such files. */
import type { LogName, SpareJob } from "../worker/spare.ts";

export type { LogName };

/** Files of the second copy, by account. Every call resolves when the disk has it. */
export interface SpareDisk {
  accounts(): Promise<string[]>;
  read(account: string): Promise<{ logs: string[]; names: string[] }>;
  append(account: string, text: string): Promise<void>;
  /** Writes the log and empties the other. */
  replace(account: string, log: LogName, text: string): Promise<void>;
  put(account: string, name: string, bytes: ArrayBuffer): Promise<void>;
  bytes(account: string, name: string): Promise<ArrayBuffer>;
  drop(account: string, names: string[]): Promise<void>;
  destroy(account: string): Promise<void>;
}

let worker: Worker | null = null;
let count = 0;
const waiting = new Map<number, { resolve: (found: never) => void; reject: (error: Error) => void }>();

export function spareDisk(): SpareDisk | null {
  if (typeof Worker === "undefined" || !globalThis.navigator?.storage?.getDirectory) return null;
  return {
    accounts: () => ask({ do: "accounts" }),
    read: (account) => ask({ do: "read", account }),
    append: (account, text) => ask({ do: "append", account, text }),
    replace: (account, log, text) => ask({ do: "replace", account, log, text }),
    put: (account, name, bytes) => ask({ do: "put", account, name, bytes }),
    bytes: (account, name) => ask({ do: "bytes", account, name }),
    drop: (account, names) => ask({ do: "drop", account, names }),
    destroy: (account) => ask({ do: "destroy", account }),
  };
}

function ask<T>(job: SpareJob): Promise<T> {
  worker ??= started();
  const id = ++count;
  const answered = new Promise<T>((resolve, reject) => waiting.set(id, { resolve, reject }));
  worker.postMessage({ id, job }, "bytes" in job ? [job.bytes] : []);
  return answered;
}

function started(): Worker {
  const fresh = new Worker(new URL("../worker/spare.ts", import.meta.url), { type: "module" });
  fresh.onmessage = ({ data }: MessageEvent<{ id: number; found: never; error?: string }>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) asked?.reject(new Error(data.error));
    else asked?.resolve(data.found);
  };
  fresh.onerror = () => {
    for (const { reject } of waiting.values()) reject(new Error("worker"));
    waiting.clear();
    worker = null;
  };
  return fresh;
}
