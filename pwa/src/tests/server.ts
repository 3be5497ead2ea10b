/**
 * A server of one commune, small enough to read: it applies, counts, sums and remembers as
 * PROTOCOL.md says, and can be told to misbehave. Not a model of merging: that is `sync/`'s.
 */
import { applyOperations } from "../outbox/view.ts";
import type { ActivityRow, Operation } from "../store/records.ts";
import { contentDigest, EMPTY, moveDigest } from "../sync/digest.ts";
import type { SyncAnswer, SyncRequest, WireRow } from "../sync/wire.ts";
import type { Http, Reply } from "../uploads/http.ts";

export const COMMUNE = "commune:c-00004-2025";
export const ACCOUNT = { id: "0192aaaa-0000-7000-8000-000000000001", name: "Nguyễn Thị Mẫu" };

type Verdict = Partial<SyncAnswer["outcomes"][number]>;

export class FakeServer {
  incarnation = "life-1";
  durableThrough: string | null = null;
  seq = 0;
  digest = EMPTY;
  rows = new Map<string, ActivityRow>();
  outcomes = new Map<string, SyncAnswer["outcomes"][number]>();
  requests: SyncRequest[] = [];
  answers: SyncAnswer[] = [];
  pageSize = 500;
  /** Says what becomes of an operation; undefined: applied. */
  judge: (operation: Operation) => Verdict | undefined = () => undefined;
  /** Called instead of answering, when set: a portal, a fault, a dead line. */
  instead: ((request: SyncRequest) => Response | Promise<Response> | undefined) | null = null;
  /** The work is done and its answer lost on the way. */
  loseAnswers = 0;

  fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    if (String(input) === "/api/v1/devices") {
      const body = { device: "device-1", token: "loa_token", account: ACCOUNT, scopes: [COMMUNE], units: [] };
      return json(201, body);
    }
    const request = JSON.parse(await inflated(init)) as SyncRequest;
    this.requests.push(request);
    const other = this.instead?.(request);
    if (other) return other;
    const answer = this.answer(request);
    this.answers.push(answer);
    if (this.loseAnswers > 0) {
      this.loseAnswers--;
      throw new TypeError("Failed to fetch");
    }
    return json(200, answer);
  };

  answer(request: SyncRequest): SyncAnswer {
    const fresh = new Set<string>();
    const outcomes = request.operations.map((operation) => {
      const known = this.outcomes.get(operation.id);
      if (known) return known;
      const verdict = this.judge(operation);
      const outcome = {
        id: operation.id,
        activity: operation.activity,
        outcome: "applied" as const,
        ...verdict,
      } as SyncAnswer["outcomes"][number];
      if (outcome.outcome !== "retry") this.outcomes.set(operation.id, outcome);
      if (outcome.outcome === "applied") {
        const row = this.put(applyOperations(this.rows.get(operation.activity) ?? null, [operation])!);
        outcome.version = row.version;
        fresh.add(operation.activity);
      }
      return outcome;
    });
    const sameLife = request.incarnation === null || request.incarnation === this.incarnation;
    const cursor = sameLife ? (request.cursors[COMMUNE] ?? 0) : 0;
    return {
      incarnation: this.incarnation,
      server_time: new Date().toISOString(),
      beacon: "beacon-1",
      outcomes,
      changes: this.#changes(cursor, fresh, request.digests[COMMUNE]),
      grants: { added: [], dropped: [], moved: {} },
      durable_through: this.durableThrough,
      oldest_protocol: 1,
      retry_after_s: 0,
    };
  }

  put(row: ActivityRow): ActivityRow {
    const before = this.rows.get(row.id) ?? null;
    const next = { ...row, seq: ++this.seq, version: (before?.version ?? 0) + 1, author: ACCOUNT };
    this.digest = moveDigest(this.digest, before, next);
    this.rows.set(row.id, next);
    return next;
  }

  #changes(cursor: number, fresh: ReadonlySet<string>, digest: string | undefined): SyncAnswer["changes"] {
    const rows = [...this.rows.values()].filter((row) => row.seq > cursor).sort((a, b) => a.seq - b.seq);
    if (!rows.length && (digest === undefined || digest === this.digest)) return {};
    const page = rows.slice(0, this.pageSize);
    const lighter = (row: ActivityRow): WireRow =>
      fresh.has(row.id)
        ? {
            type: "activity",
            id: row.id,
            seq: row.seq,
            version: row.version,
            status: row.status,
            digest: contentDigest(row)!,
            own: true,
          }
        : row;
    return {
      [COMMUNE]: {
        to: page.at(-1)?.seq ?? cursor,
        more: rows.length > page.length,
        digest: this.digest,
        rows: page.map(lighter),
      },
    };
  }
}

/** Uploads as the server's `tus` does them: one address a photo, checksums, no silent gap. */
export class FakeUploads {
  stored = new Map<string, { size: number; bytes: Uint8Array }>();
  verified = new Set<string>();
  received = 0;
  log: string[] = [];
  /** Bytes after which the line breaks in the middle of a chunk; null: never. */
  breakAfter: number | null = null;
  /** Names of previews that came; null: a server that knows of none. */
  previews: Set<string> | null = new Set();
  /** What a preview is answered with. */
  previewStatus = 204;

  http: Http = async (method, url, headers, body) => {
    this.log.push(`${method} ${url.replace(/^\/api\/v1/, "").replace(/[0-9a-f]{56}$/, "")}`);
    if (url.endsWith("/have")) return this.#have(JSON.parse(body as string).sha256);
    if (url.endsWith("/preview")) return this.#preview(url.split("/").at(-2)!);
    const length = body instanceof ArrayBuffer ? body.byteLength : 0;
    if (this.breakAfter !== null && length && this.received + length > this.breakAfter) {
      this.breakAfter = null;
      const { SyncError } = await import("../platform/trouble.ts");
      throw new SyncError("offline");
    }
    this.received += length;
    if (method === "POST") return this.#create(headers, body as ArrayBuffer);
    const upload = this.stored.get(url.split("/").at(-1)!);
    if (!upload) return reply(404, {}, "{}");
    if (method === "HEAD") return reply(200, { "Upload-Offset": String(upload.bytes.length) });
    if (Number(headers["Upload-Offset"]) !== upload.bytes.length) return reply(409, {}, "{}");
    return this.#append(url.split("/").at(-1)!, body as ArrayBuffer, 204);
  };

  #have(names: string[]): Reply {
    const have = names.filter((name) => this.verified.has(name));
    const begun = names.filter((name) => this.stored.has(name) && !this.verified.has(name));
    const partial = Object.fromEntries(begun.map((name) => [name, this.stored.get(name)!.bytes.length]));
    const send = names.filter((name) => !this.stored.has(name));
    const previews = this.previews && { previews: names.filter((name) => this.previews!.has(name)) };
    return reply(200, {}, JSON.stringify({ have, partial, send, refused: {}, ...previews }));
  }

  #preview(name: string): Reply {
    if (this.previewStatus === 204) this.previews!.add(name);
    return reply(this.previewStatus, {}, "{}");
  }

  #create(headers: Record<string, string>, body: ArrayBuffer): Reply {
    const name = atob(/sha256 ([^,]+)/.exec(headers["Upload-Metadata"]!)![1]!);
    if (this.stored.has(name)) return reply(201, this.#headers(name));
    this.stored.set(name, { size: Number(headers["Upload-Length"]), bytes: new Uint8Array() });
    return this.#append(name, body, 201);
  }

  #append(name: string, body: ArrayBuffer, status: number): Reply {
    const upload = this.stored.get(name)!;
    upload.bytes = new Uint8Array([...upload.bytes, ...new Uint8Array(body)]);
    if (upload.bytes.length === upload.size) this.verified.add(name);
    return reply(status, this.#headers(name));
  }

  #headers(name: string): Record<string, string> {
    return {
      "Upload-Offset": String(this.stored.get(name)!.bytes.length),
      "Upload-Verified": String(this.verified.has(name)),
    };
  }
}

/** Real servers tell their time; a test may leave it out by another header. */
const DATE = { Date: "Fri, 20 Nov 2026 03:00:00 GMT" };

export function reply(status: number, headers: Record<string, string> = {}, text = ""): Reply {
  const all = new Headers({
    "Tus-Resumable": "1.0.0",
    "Content-Type": "application/json",
    ...DATE,
    ...headers,
  });
  return { status, header: (name) => all.get(name), text };
}

export function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

async function inflated(init: RequestInit): Promise<string> {
  const headers = new Headers(init.headers);
  if (headers.get("Content-Encoding") !== "gzip") return String(init.body);
  const stream = new Blob([init.body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
