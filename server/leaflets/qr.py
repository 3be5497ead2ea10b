"""A print run's code as a picture: the symbol, one SVG path, a PNG with whole pixels a module.

The address is written in capitals, so that the symbol stays in the alphanumeric mode and small
enough for 20 mm. The quiet zone lies outside the stated size. Pure. Not here: the code itself
(`server.short_codes`), sheets of paper (`printing`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

Level = Literal["L", "M", "Q", "H"]

#: Decided by `benchmarks/qr_damage.py`: soiled by a tenth, no other level is mostly read.
DEFAULT_LEVEL: Level = "H"
#: Below this a phone of today's markets no longer reads a soiled print.
SIZE_MM_MIN = 20
SIZE_MM_MAX = 200
QUIET_MODULES = 4
MM_PER_INCH = 25.4

_LEVELS: Mapping[Level, int] = {
    "L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H,
}  # fmt: skip
_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code without its quiet zone: rows of modules, dark ones True."""

    modules: tuple[tuple[bool, ...], ...]

    @property
    def width(self) -> int:
        """Modules along a side."""
        return len(self.modules)


def address_of(public_url: str, code: str) -> str:
    """What the symbol of `code` says: `HTTPS://LOA.VN/Q/K7Q3F2M9X`."""
    return f"{public_url.upper()}/Q/{code}"


def symbol_of(address: str, level: Level = DEFAULT_LEVEL) -> Symbol:
    """The smallest symbol that says `address`."""
    mode = MODE_ALPHA_NUM if _ALPHANUMERIC.issuperset(address) else MODE_8BIT_BYTE
    code = qrcode.QRCode(error_correction=_LEVELS[level], border=0, box_size=1)
    code.add_data(QRData(address.encode(), mode=mode), optimize=0)
    code.make(fit=True)
    return Symbol(tuple(tuple(bool(module) for module in row) for row in code.modules))


def quiet_mm(symbol: Symbol, size_mm: float) -> float:
    """The white border that a symbol of `size_mm` needs on each side."""
    return QUIET_MODULES * size_mm / symbol.width


def svg(symbol: Symbol, size_mm: float) -> str:
    """The symbol with its quiet zone as one path; the symbol itself is `size_mm` wide."""
    side = symbol.width + 2 * QUIET_MODULES
    whole = round(size_mm + 2 * quiet_mm(symbol, size_mm), 3)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole:g}mm" height="{whole:g}mm" '
        f'viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{path(symbol)}"/></svg>'
    )


def path(symbol: Symbol) -> str:
    """Dark modules as an SVG path, each run of neighbours in a row one rectangle."""
    parts = []
    for top, row in enumerate(symbol.modules, QUIET_MODULES):
        left = 0
        while left < symbol.width:
            start = left
            while left < symbol.width and row[left]:
                left += 1
            if length := left - start:
                parts.append(f"M{start + QUIET_MODULES} {top}h{length}v1h-{length}z")
            left += 1
    return "".join(parts)


def png(symbol: Symbol, size_mm: float, dpi: int) -> bytes:
    """The symbol with its quiet zone in black and white.

    A module is a whole number of pixels, at least one; the resolution that the file states makes
    up for it, so that a program which heeds it prints the symbol `size_mm` wide.
    """
    scale = max(1, round(size_mm / MM_PER_INCH * dpi / symbol.width))
    side = symbol.width + 2 * QUIET_MODULES
    image = Image.new("1", (side, side), 1)
    for top, row in enumerate(symbol.modules, QUIET_MODULES):
        for left, is_dark in enumerate(row, QUIET_MODULES):
            if is_dark:
                image.putpixel((left, top), 0)
    image = image.resize((side * scale, side * scale), Image.Resampling.NEAREST)
    stated = scale * symbol.width * MM_PER_INCH / size_mm
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True, dpi=(stated, stated))
    return out.getvalue()
