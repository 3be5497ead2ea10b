/**
 * Work handed to a colleague: what waits is sealed for the server alone and travels as a file.
 *
 * `LOA1`, an ephemeral P-256 key (65 bytes), an IV (12 bytes), AES-256-GCM; the key by HKDF-SHA256
 * over ECDH, salted with the ephemeral key. Inside: a 4-byte length, JSON, the photos' bytes.
 * Nothing leaves the outbox by it: delivered twice, by two ways, it counts once.
 */
import type { Operation } from "../store/records.ts";

export const COURIER_TYPE = "application/vnd.loa.courier";
const MAGIC = "LOA1";
const KEY_BYTES = 65;
const IV_BYTES = 12;
const encoder = new TextEncoder();

export interface Parcel {
  token: string;
  device: string;
  epoch: number;
  made_at: string;
  operations: Operation[];
  photos: { sha256: string; size: number }[];
}

/** What chance gives; a test gives its own. */
export interface Chance {
  ephemeral: CryptoKeyPair;
  iv: Uint8Array<ArrayBuffer>;
}

/** `publicKey` is the server's, raw, base64. `bytes` are the photos' in the parcel's order. */
export async function seal(
  parcel: Parcel,
  bytes: readonly ArrayBuffer[],
  publicKey: string,
  chance?: Chance,
): Promise<Blob> {
  const { ephemeral, iv } = chance ?? (await drawn());
  const own = new Uint8Array(await crypto.subtle.exportKey("raw", ephemeral.publicKey));
  const raw = Uint8Array.from(atob(publicKey), (letter) => letter.charCodeAt(0));
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const server = await crypto.subtle.importKey("raw", raw, curve, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: server }, ephemeral.privateKey, 256);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: own, info: encoder.encode("loa courier 1") },
    await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]),
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt"],
  );
  const head = encoder.encode(JSON.stringify(parcel));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, head.byteLength);
  const plain = await new Blob([length.buffer, head, ...bytes]).arrayBuffer();
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain);
  return new Blob([encoder.encode(MAGIC), own, iv, sealed], { type: COURIER_TYPE });
}

async function drawn(): Promise<Chance> {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const ephemeral = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  return { ephemeral, iv: crypto.getRandomValues(new Uint8Array(IV_BYTES)) };
}

/** Whether these bytes may be such a file; only the server can open it. */
export function isSealed(bytes: ArrayBuffer): boolean {
  const start = new TextDecoder("latin1").decode(bytes.slice(0, MAGIC.length));
  return start === MAGIC && bytes.byteLength > MAGIC.length + KEY_BYTES + IV_BYTES;
}
