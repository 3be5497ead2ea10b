/** Photos to look at: from the phone's disk if they are there, else from the server, kept for the session. */
import type { Database, PhotoSize } from "../store/database.ts";

export class Album {
  readonly #urls = new Map<string, Promise<string | null>>();

  constructor(
    private readonly database: Database,
    private readonly send: typeof fetch,
  ) {}

  /** An object address, or null when the bytes are neither here nor to be had now. */
  url(sha256: string, size: PhotoSize, token: string): Promise<string | null> {
    const key = `${sha256} ${size}`;
    const known = this.#urls.get(key);
    if (known) return known;
    const made = this.#find(sha256, size, token).catch(() => null);
    this.#urls.set(key, made);
    // Not there now is not never: the next screen asks again.
    void made.then((url) => url ?? this.#urls.delete(key));
    return made;
  }

  forget(): void {
    for (const made of this.#urls.values()) void made.then((url) => url && URL.revokeObjectURL(url));
    this.#urls.clear();
  }

  async #find(sha256: string, size: PhotoSize, token: string): Promise<string | null> {
    const bytes = await this.database.read(["bytes"], (tx) => tx.objectStore("bytes").get([sha256, size]));
    if (bytes) return URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
    const headers = { Authorization: `Bearer ${token}` };
    const response = await this.send(`/api/v1/evidence/${sha256}?size=${size}`, { headers });
    const isPhoto = response.ok && (response.headers.get("Content-Type") ?? "").startsWith("image/");
    return isPhoto ? URL.createObjectURL(await response.blob()) : null;
  }
}
