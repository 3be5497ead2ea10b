"""Short codes of print runs: nine characters that a QR code holds and a person can type.

Eight characters of chance and one that checks them, of Crockford's alphabet, which has no I, L, O
and U. The sum of all nine, each times its own power of a generator of GF(32), is zero: so one wrong
character never passes, nor do two that changed places, wherever they stand. The field app does the
same (`pwa/src/leaflets/code.ts`); `tests/vectors/short_codes.json` holds both to it. Beside the
catalogue's vocabulary, which has fields of this type. Not here: whether a run bears a code, and
pictures of codes (`leaflets`).
"""

from __future__ import annotations

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 9
#: Chance that a code needs: 40 bits.
RANDOM_BYTES = 5

#: x^5 + x^2 + 1, over which 2 generates all of the field but zero.
_FIELD = 0b100101
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
#: What people write for a character that looks alike.
_LIKE = str.maketrans("OIL", "011")
#: A whole address, as a scanner reads it: the code is what follows the last `/q/`.
_ADDRESS = re.compile(r".*/q/([^/?#]*).*", re.IGNORECASE | re.DOTALL)


def _powers() -> tuple[int, ...]:
    found = [1]
    for _ in range(LENGTH - 1):
        doubled = found[-1] << 1
        found.append(doubled ^ _FIELD if doubled & 32 else doubled)
    return tuple(found)


def _product(first: int, second: int) -> int:
    product = 0
    while second:
        if second & 1:
            product ^= first
        first <<= 1
        if first & 32:
            first ^= _FIELD
        second >>= 1
    return product


#: The check character stands last and has weight 1, so it is the sum of the others.
_WEIGHTS = tuple(reversed(_powers()))


def _sum(code: str) -> int:
    total = 0
    for character, weight in zip(code, _WEIGHTS, strict=False):
        total ^= _product(_VALUES[character], weight)
    return total


def new_code(chance: bytes) -> str:
    """The code of five bytes of chance, its check character included."""
    assert len(chance) == RANDOM_BYTES, "a code needs 40 bits of chance"
    number = int.from_bytes(chance)
    body = "".join(ALPHABET[(number >> shift) & 31] for shift in range(35, -1, -5))
    return body + ALPHABET[_sum(body)]


def normalise(text: str) -> str:
    """A code as it is stored: upper case, without blanks and hyphens, O read as 0, I and L as 1.

    Takes what a person types as well as the whole address that a scanner reads. Whatever else
    stands in the text stays, so `is_valid` refuses it.
    """
    address = _ADDRESS.fullmatch(text)
    code = address[1] if address else text
    return re.sub(r"[\s\u2010-\u2015-]", "", code).upper().translate(_LIKE)


def is_valid(code: str) -> bool:
    """Whether a normalised code is whole and its check character right."""
    return len(code) == LENGTH and all(each in _VALUES for each in code) and _sum(code) == 0


def show(code: str) -> str:
    """The code in groups that an eye can hold: `K7Q-3F2-M9X`."""
    return "-".join(code[start : start + 3] for start in range(0, LENGTH, 3))
