/** A phone in the tests: the real engine on a simulated disk, with a clock that stands until it is moved. */
import "fake-indexeddb/auto";
import { hashBytes } from "../platform/sha256.ts";
import { Database } from "../store/database.ts";
import { keepIdentity } from "../sync/enrolment.ts";
import { Phone } from "../sync/phone.ts";
import type { Outside, Surroundings } from "../sync/surroundings.ts";
import type { LineKind, PhotoChoice, PhotoLine } from "../uploads/gate.ts";
import { ACCOUNT, COMMUNE, type FakeServer, type FakeUploads } from "./server.ts";

export const KIND = "loudspeaker_broadcast";

let phones = 0;

/** A disk with an enrolled account and nothing else. */
export async function enrolledDisk(): Promise<Database> {
  const database = new Database(`loa-test-${++phones}`);
  const units = [{ scope: COMMUNE, id: "c-00004-2025", name: "Phường Mẫu" }];
  const scopes = [COMMUNE];
  await keepIdentity(database, { device: "device-1", token: "loa_token", account: ACCOUNT, scopes, units });
  return database;
}

export class Clock {
  nowMs = Date.parse("2026-11-20T10:00:00Z");
  visible = true;
  online = true;
  timers: { at: number; work: () => void }[] = [];

  /** Time passes, and what was to be done in it is done. `settle` waits for what that began. */
  async pass(ms: number, settle: () => Promise<unknown>): Promise<void> {
    const end = this.nowMs + ms;
    for (;;) {
      const next = this.timers.sort((one, other) => one.at - other.at)[0];
      if (!next || next.at > end) break;
      this.timers = this.timers.filter((each) => each !== next);
      this.nowMs = Math.max(this.nowMs, next.at);
      next.work();
      await settle();
    }
    this.nowMs = end;
  }
}

export function surroundings(clock: Clock, random = () => 0.5): Surroundings {
  return {
    nowMs: () => clock.nowMs,
    random,
    later: (ms, work) => {
      const timer = { at: clock.nowMs + ms, work };
      clock.timers.push(timer);
      return () => {
        clock.timers = clock.timers.filter((each) => each !== timer);
      };
    },
    visible: () => clock.visible,
    online: () => clock.online,
    locks: null,
  };
}

export function outside(server: FakeServer, uploads: FakeUploads, clock = new Clock()): Outside {
  return {
    fetch: server.fetch,
    http: uploads.http,
    app: "test",
    around: surroundings(clock),
    async prepare(job) {
      const bytes = await job.file.arrayBuffer();
      const sha256 = await hashBytes(bytes);
      return {
        bytes,
        thumb: bytes.slice(0, 10),
        sha256,
        width: 4,
        height: 3,
        captured: null,
        placeholder: "data:,",
      };
    },
  };
}

export async function open(
  database: Database,
  server: FakeServer,
  uploads: FakeUploads,
  clock?: Clock,
  photoLine?: PhotoLine,
): Promise<Phone> {
  const around = { ...outside(server, uploads, clock), photoLine };
  const phone = await Phone.open(database, around, async () => {});
  if (!phone) throw new Error("not enrolled");
  await phone.settle();
  return phone;
}

/** What a browser tells of the line to the photos, and a person's choice. */
export class TestLine implements PhotoLine {
  #told: (() => void)[] = [];

  constructor(
    public chosen: PhotoChoice,
    private is: LineKind,
  ) {}

  choice = () => this.chosen;
  kind = () => this.is;
  onChange = (then: () => void) => void this.#told.push(then);

  becomes(kind: LineKind): void {
    this.is = kind;
    for (const tell of this.#told) tell();
  }
}

/** The phone loses power: nothing but its disk is left. */
export async function killAndReopen(
  phone: Phone,
  server: FakeServer,
  uploads: FakeUploads,
  clock?: Clock,
): Promise<Phone> {
  const { name } = (phone as unknown as { database: Database }).database;
  await phone.close();
  return open(new Database(name), server, uploads, clock);
}

/** What a request meets where there is no network. */
export const offline = (): never => {
  throw new TypeError("Failed to fetch");
};

/** A draft of a broadcast, with photos of these texts; its id. */
export async function written(phone: Phone, title: string, photos: string[] = []): Promise<string> {
  const draft = await phone.newDraft(KIND, COMMUNE, { event_date: "2026-11-20", title });
  for (const text of photos) await phone.addPhoto(draft.id, new Blob([text]), "camera", ["Phường Mẫu"]);
  return draft.id;
}

/** A broadcast that its author gave away, after one sync; its id. */
export async function sent(phone: Phone, title: string, photos: string[] = []): Promise<string> {
  const id = await written(phone, title, photos);
  await phone.send(id);
  await phone.syncNow();
  return id;
}
