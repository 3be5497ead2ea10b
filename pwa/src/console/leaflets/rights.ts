/** Who is offered what: the server decides, this only spares people buttons that would be refused. */
import { session } from "../session.svelte.ts";

const WRITERS = ["planner", "administrator", "provincial_reviewer"];
const CALLERS = ["office_reviewer", "provincial_reviewer"];

export const mayWrite = (): boolean => WRITERS.includes(session.account?.role ?? "");
export const mayCall = (): boolean => CALLERS.includes(session.account?.role ?? "");
