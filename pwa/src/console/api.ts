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

export async function send<T>(method: "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
  return call<T>(method, path, body);
}

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      headers,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem("network", 0, { vi: "", en: "" });
  }
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer as T;
  const told = (answer ?? {}) as Record<string, unknown>;
  if (response.status === 401 && path !== "session") onSignedOut();
  throw new Problem(
    String(told.type ?? "unknown"),
    response.status,
    { vi: String(told.title ?? ""), en: String(told.title_en ?? "") },
    told,
  );
}
