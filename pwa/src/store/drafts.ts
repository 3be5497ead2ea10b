/**
 * Drafts and their photos on the disk. A photo is refused when there is no room; the record never
 * is. Not here: what becomes of a draft when it is sent (`sync/enqueue`).
 */
import { Changes } from "./changes.ts";
import type { Database, PhotoSize, Writing } from "./database.ts";
import type { Draft, Evidence, PhotoRecord } from "./records.ts";

/**
 * Photos have their own way in: a form opened before a photo came must not lose it, so a draft that
 * is there already keeps the photos that it has on the disk.
 */
export function saveDraft(database: Database, draft: Draft): Promise<Changes> {
  return database.write(["drafts"], async (tx) => {
    const changes = new Changes();
    const known = await tx.objectStore("drafts").get(draft.id);
    const saved = known ? { ...draft, evidence: known.evidence } : draft;
    await tx.objectStore("drafts").put(saved);
    changes.drafts.push(saved);
    return changes;
  });
}

/** The draft and those of its photos that nothing else names. */
export function deleteDraft(database: Database, id: string): Promise<Changes> {
  return database.write(["drafts", "photos", "bytes"], async (tx) => {
    const changes = new Changes();
    const draft = await tx.objectStore("drafts").get(id);
    await tx.objectStore("drafts").delete(id);
    changes.draftsGone.push(id);
    for (const { sha256 } of draft?.evidence ?? []) await dropDraftPhoto(tx, id, sha256, changes);
    return changes;
  });
}

/** The draft with the photo, in one write with its bytes. */
export function putPhoto(
  database: Database,
  draftId: string,
  evidence: Evidence,
  bytes: Record<PhotoSize, ArrayBuffer>,
  now: string,
): Promise<{ draft: Draft; changes: Changes }> {
  return database.write(["drafts", "photos", "bytes"], async (tx) => {
    const changes = new Changes();
    const draft = await needDraft(tx, draftId);
    const known = await tx.objectStore("photos").get([draftId, evidence.sha256]);
    if (!known) {
      const { sha256, size, media_type } = evidence;
      const photo: PhotoRecord = {
        activity: draftId,
        sha256,
        size,
        media_type,
        state: "draft",
        addedAt: now,
      };
      await tx.objectStore("photos").put(photo);
      changes.photos.push(photo);
    }
    await tx.objectStore("bytes").put(bytes.screen, [evidence.sha256, "screen"]);
    await tx.objectStore("bytes").put(bytes.thumb, [evidence.sha256, "thumb"]);
    const others = draft.evidence.filter((each) => each.sha256 !== evidence.sha256);
    const next = { ...draft, evidence: [...others, evidence], changedAt: now };
    await tx.objectStore("drafts").put(next);
    changes.drafts.push(next);
    return { draft: next, changes };
  });
}

export function removePhoto(
  database: Database,
  draftId: string,
  sha256: string,
  now: string,
): Promise<{ draft: Draft; changes: Changes }> {
  return database.write(["drafts", "photos", "bytes"], async (tx) => {
    const changes = new Changes();
    const draft = await needDraft(tx, draftId);
    const next = {
      ...draft,
      evidence: draft.evidence.filter((each) => each.sha256 !== sha256),
      changedAt: now,
    };
    await tx.objectStore("drafts").put(next);
    changes.drafts.push(next);
    await dropDraftPhoto(tx, draftId, sha256, changes);
    return { draft: next, changes };
  });
}

async function needDraft(tx: Writing, id: string): Promise<Draft> {
  const draft = await tx.objectStore("drafts").get(id);
  if (!draft) throw new Error(`no draft ${id}`);
  return draft;
}

/** A photo that was never sent goes with its draft; its bytes stay while another activity shows it. */
async function dropDraftPhoto(
  tx: Writing,
  activity: string,
  sha256: string,
  changes: Changes,
): Promise<void> {
  const photos = tx.objectStore("photos");
  if ((await photos.get([activity, sha256]))?.state !== "draft") return;
  await photos.delete([activity, sha256]);
  changes.photosGone.push({ activity, sha256 });
  if ((await photos.getAllKeys()).some(([, other]) => other === sha256)) return;
  await tx.objectStore("bytes").delete([sha256, "screen"]);
  await tx.objectStore("bytes").delete([sha256, "thumb"]);
}
