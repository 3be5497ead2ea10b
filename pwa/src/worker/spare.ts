/// <reference lib="webworker" />
/**
 * The worker that keeps the second copy in the origin's private files: only here can a write be
 * flushed to the disk. It knows files and bytes, not what they mean (`store/spare`).
 *
 * Two log files, made once and written by turns: to make a file Chromium writes its own LevelDB,
 * the very thing that power cuts tear. The one whose first line bears the higher number counts.
 */
declare const self: DedicatedWorkerGlobalScope;

const ROOT = "loa-spare";
const LOGS = ["a", "b"] as const;
/** The first line is a mark with its number. */
const HEAD_BYTES = 64;

export type LogName = (typeof LOGS)[number];
export type SpareJob =
  | { do: "accounts" }
  | { do: "read"; account: string }
  | { do: "append"; account: string; text: string }
  | { do: "replace"; account: string; log: LogName; text: string }
  | { do: "put"; account: string; name: string; bytes: ArrayBuffer }
  | { do: "bytes"; account: string; name: string }
  | { do: "drop"; account: string; names: string[] }
  | { do: "destroy"; account: string };

self.onmessage = async ({ data }: MessageEvent<{ id: number; job: SpareJob }>) => {
  try {
    self.postMessage({ id: data.id, found: await perform(data.job) });
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error) });
  }
};

async function perform(job: SpareJob): Promise<unknown> {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true });
  if (job.do === "accounts") return namesOf(root);
  if (job.do === "destroy") return root.removeEntry(job.account, { recursive: true });
  const folder = await root.getDirectoryHandle(job.account, { create: true });
  switch (job.do) {
    case "read":
      return {
        logs: await Promise.all(LOGS.map((name) => textOf(folder, name))),
        names: await namesOf(folder),
      };
    case "append":
      return append(folder, job.text);
    case "replace":
      await write(folder, job.log, new TextEncoder().encode(job.text), 0);
      return write(folder, job.log === "a" ? "b" : "a", new Uint8Array(), 0);
    case "put":
      return write(folder, job.name, new Uint8Array(job.bytes), 0);
    case "bytes":
      return (await (await folder.getFileHandle(job.name)).getFile()).arrayBuffer();
    case "drop":
      for (const name of job.names) await folder.removeEntry(name).catch(() => {});
  }
}

async function append(folder: FileSystemDirectoryHandle, text: string): Promise<void> {
  const heads = await Promise.all(LOGS.map((name) => textOf(folder, name, HEAD_BYTES)));
  const [one, other] = heads.map((head) => Number(/"log (\d+)"/.exec(head)?.[1] ?? -1));
  await write(folder, one! >= other! ? "a" : "b", new TextEncoder().encode(text));
}

/** At `at`, and nothing behind it; without it, at the end. Returns when the disk has it. */
async function write(
  folder: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  at?: number,
): Promise<void> {
  const handle = await folder.getFileHandle(name, { create: true });
  const access = await handle.createSyncAccessHandle();
  try {
    const start = at ?? access.getSize();
    access.truncate(start);
    if (bytes.length && access.write(bytes, { at: start }) !== bytes.length) throw new Error("no room");
    access.flush();
  } finally {
    access.close();
  }
}

async function textOf(folder: FileSystemDirectoryHandle, name: string, end?: number): Promise<string> {
  try {
    const file = await (await folder.getFileHandle(name)).getFile();
    return await (end === undefined ? file : file.slice(0, end)).text();
  } catch {
    return "";
  }
}

async function namesOf(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}
