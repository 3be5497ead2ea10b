"""A QR code drawn in the terminal, two rows of modules to a line of half blocks."""

from __future__ import annotations

import qrcode
from qrcode.constants import ERROR_CORRECT_L

QUIET_ZONE = 2  # the standard says 4; terminals' margins do the rest, and 80 columns are few

#: Drawn light on dark as terminals are: a light module is ink. (upper, lower) dark → letter.
_HALVES = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}


def terminal_qr(text: str) -> str:
    """`text` as lines of half blocks, readable by a phone from a dark terminal."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_L, border=QUIET_ZONE)
    code.add_data(text)
    rows: list[list[bool]] = [[bool(dark) for dark in row] for row in code.get_matrix()]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return "\n".join(
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )
