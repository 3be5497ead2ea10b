/** Work of other accounts that waits on this phone: how much, and whose; never what it says. */
import { Database } from "../store/database.ts";

export interface Sealed {
  name: string;
  operations: number;
  photos: number;
}

const PREFIX = "loa-";

/** Accounts other than `current` with something unsent; none where the browser does not tell. */
export async function sealedWork(current: string | null): Promise<Sealed[]> {
  const databases = (await globalThis.indexedDB?.databases?.().catch(() => [])) ?? [];
  const found: Sealed[] = [];
  for (const { name } of databases) {
    if (!name?.startsWith(PREFIX) || name === `${PREFIX}${current}`) continue;
    const sealed = await measured(new Database(name)).catch(() => null);
    if (sealed && sealed.operations + sealed.photos > 0) found.push(sealed);
  }
  return found;
}

async function measured(database: Database): Promise<Sealed | null> {
  try {
    return await database.read(["meta", "outbox", "drafts", "photos"], async (tx) => {
      const identity = await tx.objectStore("meta").get("identity");
      if (!identity) return null;
      const items = await tx.objectStore("outbox").getAll();
      const photos = await tx.objectStore("photos").getAll();
      return {
        name: identity.account.name,
        operations:
          items.filter((item) => item.state === "waiting").length + (await tx.objectStore("drafts").count()),
        photos: photos.filter((photo) => photo.state === "waiting" || photo.state === "draft").length,
      };
    });
  } finally {
    await database.close();
  }
}
