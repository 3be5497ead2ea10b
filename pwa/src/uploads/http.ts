/**
 * One HTTP exchange with progress. XHR, because `fetch` does not tell how much has left the phone,
 * and in the page, because workers have no XHR.
 */
import { SyncError } from "../platform/trouble.ts";

export interface Reply {
  status: number;
  header(name: string): string | null;
  text: string;
}

export type Http = (
  method: string,
  url: string,
  headers: Record<string, string>,
  body: ArrayBuffer | string | null,
  onSent?: (bytes: number) => void,
) => Promise<Reply>;

/** A chunk is made to take some 4 s; ten times that is a dead line. */
const TIMEOUT_MS = 60_000;

export const xhr: Http = (method, url, headers, body, onSent) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.timeout = TIMEOUT_MS;
    if (onSent) request.upload.onprogress = (event) => onSent(event.loaded);
    request.onload = () =>
      resolve({
        status: request.status,
        header: (name) => request.getResponseHeader(name),
        text: request.responseText,
      });
    const broken = () => reject(new SyncError("offline"));
    request.onerror = broken;
    request.ontimeout = broken;
    request.onabort = broken;
    request.send(body);
  });
