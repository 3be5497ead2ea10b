/** Talks to the server for the console: one place for the cookie's CSRF token and for problems. */

/** What the server says went wrong (RFC 9457), or what the network did. */
export class Problem extends Error {
  constructor(
    readonly type: string,
    readonly status: number,
    readonly titles: { vi: string; en: string },
    readonly extras: Record<string, unknown> = {},
  ) {
    super(type);
  }
}

let csrfToken = "";
let onSignedOut: () => void = () => {};

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called when an answer says that the session is over. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>("GET", path, undefined, signal);
}

export async function send<T>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T> {
  return call<T>(method, path, body);
}

/** A file as it is, under its own media type. */
export async function upload<T>(
  method: "POST" | "PUT",
  path: string,
  file: Blob,
  mediaType = file.type,
): Promise<T> {
  return call<T>(method, path, new Blob([file], { type: mediaType }));
}

/** A file that the server makes: a sheet to print, a table for Excel. */
export async function download(method: "GET" | "POST", path: string, body?: unknown): Promise<Blob> {
  const answer = await answered(method, path, body, undefined, "*/*");
  try {
    return await answer.blob();
  } catch {
    // Broken off in the middle: half a file is none
    throw new Problem("network", 0, { vi: "", en: "" });
  }
}

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await answered(method, path, body, signal);
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => null);
  if (answer !== null) return answer as T;
  throw new Problem("unknown", response.status, { vi: "", en: "" });
}

/** The answer to a request that went well; throws the problem of one that did not. */
async function answered(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  accept = "application/json",
): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  if (body !== undefined) headers["Content-Type"] = body instanceof Blob ? body.type : "application/json";
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      headers,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem("network", 0, { vi: "", en: "" });
  }
  if (response.ok) return response;
  const told = ((await response.json().catch(() => null)) ?? {}) as Record<string, unknown>;
  if (response.status === 401 && path !== "session") onSignedOut();
  throw new Problem(
    String(told.type ?? "unknown"),
    response.status,
    { vi: String(told.title ?? ""), en: String(told.title_en ?? "") },
    told,
  );
}
