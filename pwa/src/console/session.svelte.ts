/** Who is signed in, and the catalogue that their screens are drawn from. */
import { get, Problem, send, setCsrfToken, whenSignedOut } from "./api.ts";
import type { Catalogue, Kind, Session } from "./types.ts";

interface State {
  known: boolean;
  account: Session["account"] | null;
  kinds: Map<string, Kind>;
  failure: unknown;
}

export const session: State = $state({ known: false, account: null, kinds: new Map(), failure: null });

whenSignedOut(() => {
  session.account = null;
});

/** Find out whether a session lives, as on each load of the page. */
export async function resume(): Promise<void> {
  session.failure = null;
  try {
    await adopt(await get<Session>("session"));
  } catch (error) {
    if (!(error instanceof Problem && error.status === 401)) session.failure = error;
  } finally {
    session.known = true;
  }
}

export async function signIn(username: string, password: string): Promise<void> {
  await adopt(await send<Session>("POST", "session", { username, password }));
  // The account itself may carry more than the sign-in's answer does
  await resume();
}

export async function signOut(): Promise<void> {
  await send("DELETE", "session");
  session.account = null;
}

async function adopt(found: Session): Promise<void> {
  setCsrfToken(found.csrf_token);
  if (session.kinds.size === 0) {
    const catalogue = await get<Catalogue>("catalogue");
    session.kinds = new Map(catalogue.kinds.map((kind) => [kind.id, kind]));
  }
  session.account = found.account;
}
