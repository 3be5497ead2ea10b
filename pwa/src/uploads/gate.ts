/**
 * Which photos may go over the line as it is. Records and previews always go; the photos themselves
 * may wait for Wi-Fi, if the person who pays for the line wants it so.
 */

/** now: photos go when they can. wifi: over a line that costs nothing, or when somebody says so. */
export type PhotoChoice = "now" | "wifi";

/** unknown: the browser does not tell, so only the person knows. */
export type LineKind = "free" | "metered" | "unknown";

/** The person's choice, and what the browser tells of the line; tests give their own. */
export interface PhotoLine {
  choice(): PhotoChoice;
  kind(): LineKind;
  onChange(then: () => void): void;
}

const STORED = "loa-photos";
const FREE = ["wifi", "ethernet"];
const METERED = ["cellular", "bluetooth", "wimax"];

/** https://wicg.github.io/netinfo: what of it Chrome on Android tells. */
interface Connection extends EventTarget {
  type?: string;
  saveData?: boolean;
}

const connection = (): Connection | undefined =>
  (globalThis.navigator as { connection?: Connection } | undefined)?.connection;

export function photoChoice(): PhotoChoice {
  return globalThis.localStorage?.getItem(STORED) === "wifi" ? "wifi" : "now";
}

export function choosePhotos(choice: PhotoChoice): void {
  localStorage.setItem(STORED, choice);
}

export function lineKind(): LineKind {
  const line = connection();
  if (line?.saveData || METERED.includes(line?.type ?? "")) return "metered";
  return FREE.includes(line?.type ?? "") ? "free" : "unknown";
}

export const pageLine: PhotoLine = {
  choice: photoChoice,
  kind: lineKind,
  onChange: (then) => connection()?.addEventListener?.("change", then),
};

export class Gate {
  readonly #letThrough = new Set<string>();

  constructor(private readonly line: PhotoLine) {}

  isOpenFor(sha256: string): boolean {
    return this.#letThrough.has(sha256) || this.line.choice() === "now" || this.line.kind() === "free";
  }

  heldOf<T extends { sha256: string }>(photos: T[]): T[] {
    return photos.length ? photos.filter(({ sha256 }) => !this.isOpenFor(sha256)) : photos;
  }

  /** These may go over whatever line there is: somebody said so, once. */
  letThrough(sha256s: Iterable<string>): void {
    for (const sha256 of sha256s) this.#letThrough.add(sha256);
  }
}
