/** A sealed file is the same, byte for byte, as the server's side makes and opens it. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isSealed, type Parcel, seal } from "./courier.ts";

interface Vectors {
  server_public_key: string;
  ephemeral: JsonWebKey;
  iv: string;
  cases: { name: string; parcel: Parcel; photos: string[]; sealed: string }[];
}

const path = new URL("../../../tests/vectors/courier.json", import.meta.url);
const vectors = JSON.parse(readFileSync(path, "utf8")) as Vectors;
const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

async function ephemeral(): Promise<CryptoKeyPair> {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const { d: _secret, ...open } = vectors.ephemeral;
  return {
    privateKey: await crypto.subtle.importKey("jwk", vectors.ephemeral, curve, false, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey("jwk", open, curve, true, []),
  };
}

test.each(vectors.cases)("$name", async ({ parcel, photos, sealed }) => {
  const chance = { ephemeral: await ephemeral(), iv: bytes(vectors.iv) };
  const parts = photos.map((photo) => bytes(photo).buffer);
  const file = await seal(parcel, parts, vectors.server_public_key, chance);
  const made = Buffer.from(await file.arrayBuffer()).toString("base64");
  expect(made).toBe(sealed);
  expect(isSealed(await file.arrayBuffer())).toBe(true);
});

test("no two files are alike, and another file is none", async () => {
  const { parcel } = vectors.cases[0]!;
  const [one, other] = [0, 1].map(() => seal(parcel, [], vectors.server_public_key));
  expect(Buffer.from(await (await one!).arrayBuffer())).not.toEqual(
    Buffer.from(await (await other!).arrayBuffer()),
  );
  expect(
    isSealed(
      bytes(btoa("%PDF-1.7 something else that is long enough to be looked at in earnest, twice")).buffer,
    ),
  ).toBe(false);
});
