import "fake-indexeddb/auto";
import { expect, it } from "vitest";
import { Database } from "../store/database.ts";
import { sealedWork } from "./sealed.ts";

async function left(account: string, name: string, photos: number): Promise<void> {
  const database = Database.of(account);
  await database.write(["meta", "photos"], async (tx) => {
    const identity = { key: "identity", account: { id: account, name } } as never;
    await tx.objectStore("meta").put(identity);
    for (let at = 0; at < photos; at++) {
      const photo = { activity: "a", sha256: String(at), size: 1, media_type: "image/jpeg" };
      await tx.objectStore("photos").put({ ...photo, state: "waiting", addedAt: "" });
    }
  });
  await database.close();
}

it("tells whose work waits on this phone and how much, of others only and only where there is some", async () => {
  await left("mai", "Nông Thị Mai", 2);
  await left("pao", "Lý Văn Páo", 0);
  await left("me", "Trần Thị Lụa", 3);
  expect(await sealedWork("me")).toEqual([{ name: "Nông Thị Mai", operations: 0, photos: 2 }]);
});
