/** A draft under the pen: shown at once, on the disk a quarter of a second later, or before it leaves. */
import type { Draft, Fields } from "../sync/engine.ts";
import { engine } from "./state.svelte.ts";

const PAUSE_MS = 250;
/** A full disk may have room again once something else was deleted. */
const RETRY_MS = 5000;

export class Autosave {
  /** Null when there is no such draft. */
  draft = $state.raw<Draft | null>(null);
  state = $state<"saved" | "saving" | "failed">("saved");
  savedAt = $state("");

  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #resting = false;

  constructor(id: string) {
    this.draft = engine().draft(id);
    this.savedAt = this.draft?.changedAt ?? "";
  }

  /** Save what is pending whenever the page may be about to go; returns how to stop. */
  watch(): () => void {
    const leaving = () => void this.flush();
    const hidden = () => {
      if (document.visibilityState === "hidden") leaving();
    };
    addEventListener("pagehide", leaving);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      removeEventListener("pagehide", leaving);
      document.removeEventListener("visibilitychange", hidden);
      leaving();
    };
  }

  set(field: string, value: Fields[string]): void {
    if (!this.draft) return;
    const fields = { ...this.draft.fields };
    if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) delete fields[field];
    else fields[field] = value;
    this.draft = { ...this.draft, fields };
    this.state = "saving";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), PAUSE_MS);
  }

  /** The photos as the engine stored them; fields stay as they are under the pen. */
  photosOf(stored: Draft): void {
    if (this.draft) this.draft = { ...this.draft, evidence: stored.evidence };
    this.savedAt = stored.changedAt;
  }

  /** Write down what is pending. Resolves when it is on the disk, or has failed and says so. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** The draft is being sent or deleted: nothing more is written, until that has failed. */
  rest(resting = true): void {
    clearTimeout(this.#timer);
    this.#resting = resting;
    if (!resting) void this.flush();
  }

  async #write(): Promise<void> {
    const draft = this.draft;
    if (!draft || this.#resting || this.state === "saved") return;
    // Sent or deleted in another tab: written again, it would come back as a ghost
    if (!engine().draft(draft.id)) {
      this.draft = null;
      return;
    }
    try {
      await engine().saveDraft(draft);
      this.savedAt = new Date().toISOString();
      // By its fields: photos have their own way to the disk, and may have come meanwhile.
      if (this.draft?.fields === draft.fields) this.state = "saved";
    } catch {
      this.state = "failed";
      clearTimeout(this.#timer);
      if (!this.#resting) this.#timer = setTimeout(() => void this.flush(), RETRY_MS);
    }
  }
}
