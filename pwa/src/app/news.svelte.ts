/** News from the province that this person has not put away on this phone. */
import type { Notice } from "../sync/engine.ts";
import { engine, now } from "./state.svelte.ts";

const READ = "loa-notices-read";
const KEPT_READ = 200;
/** What there are words for. */
const KNOWN = ["parked", "loss"];

let read = $state.raw<string[]>(JSON.parse(localStorage.getItem(READ) ?? "[]"));

/** A notice that says something else by now, a larger loss say, is news again. */
const edition = ({ id, body }: Notice) => `${id} ${body.at}`;

export function news(): Notice[] {
  return now().status
    ? engine()
        .notices()
        .filter((one) => KNOWN.includes(one.body.about) && !read.includes(edition(one)))
    : [];
}

/** Out of sight here; the notice itself stays with the account. */
export function putAway(notice: Notice): void {
  read = [...read, edition(notice)].slice(-KEPT_READ);
  localStorage.setItem(READ, JSON.stringify(read));
}
