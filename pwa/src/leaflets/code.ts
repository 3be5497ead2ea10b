/** Short codes of print runs: the server's `server/short_codes.py` once more, held by shared vectors.
 *
 * Nine characters of Crockford's alphabet; each times its own power of a generator of GF(32) add up to
 * zero, so no single wrong character and no two that changed places pass. Pure.
 */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const CODE_LENGTH = 9;

/** Twice `value` in GF(32), over x^5 + x^2 + 1. */
const doubled = (value: number) => (value << 1) ^ (value & 16 ? 0b100101 : 0);

/** Whether a normalised code is whole and its check character right. */
export function isCode(code: string): boolean {
  let sum = 0;
  for (const each of code) {
    const value = ALPHABET.indexOf(each);
    if (value < 0) return false;
    // Horner: the last character has weight 1, the one before it 2, and so on
    sum = doubled(sum) ^ value;
  }
  return code.length === CODE_LENGTH && sum === 0;
}

/** A code as it is stored: upper case, without blanks and hyphens, O read as 0, I and L as 1; of a whole
 * address, what follows its last `/q/`. Whatever else stands there stays, so `isCode` refuses it. */
export function normalise(text: string): string {
  const address = /.*\/q\/([^/?#]*)/is.exec(text);
  return (address?.[1] ?? text)
    .replace(/[\s\u2010-\u2015-]/g, "")
    .toUpperCase()
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
}

/** The code in groups that an eye can hold: `K7Q-3F2-M9X`. */
export function show(code: string): string {
  return code.match(/.{1,3}/g)?.join("-") ?? "";
}
