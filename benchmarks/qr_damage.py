"""How often a soiled code is still read, for each level of error correction.

    python -m benchmarks.qr_damage [--codes 200] [--dpi 150]

Codes of 20 mm are covered by blots over 3, 6 and 10 % of the symbol, white as torn paper and black
as ink in turns; then they are turned a little and read by zxing. Blots fall anywhere, or only
beside the three squares in the corners, by which a reader finds a symbol and which no level of
correction makes good. Chance has a fixed seed. Prints a line a level: shares read.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import random
import sys
from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.leaflets import qr
from server.short_codes import RANDOM_BYTES, new_code

LEVELS: tuple[qr.Level, ...] = ("L", "M", "Q", "H")
COVERED = (0.0, 0.03, 0.06, 0.10)
BLOTS = 5


def main() -> None:
    """Print a line for each level."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codes", type=int, default=200)
    parser.add_argument("--dpi", type=int, default=150)
    arguments = parser.parse_args()
    for level in LEVELS:
        modules = qr.symbol_of(qr.address_of("https://loa.vn", "K7Q3F2M9X"), level).width
        rates = {
            where: {f"{share:.0%}": rate_of(level, share, arguments, spares=spares)
                    for share in COVERED}
            for where, spares in (("anywhere", False), ("beside_the_squares", True))
        }  # fmt: skip
        print(json.dumps({"level": level, "modules": modules, **rates}), flush=True)


def rate_of(level: qr.Level, share: float, arguments: argparse.Namespace, *, spares: bool) -> float:
    """The share of codes that are read with `share` of the symbol covered."""
    read = 0
    for number in range(arguments.codes):
        chance = random.Random(number)
        address = qr.address_of("https://loa.vn", new_code(chance.randbytes(RANDOM_BYTES)))
        picture = qr.png(qr.symbol_of(address, level), 20, arguments.dpi)
        image = Image.open(io.BytesIO(picture)).convert("L")
        spoil(image, share, number % 2 * 255, chance, spares=spares)
        turned = image.rotate(
            chance.uniform(-10, 10), Image.Resampling.BICUBIC, True, fillcolor=255
        )
        read += [one.text for one in zxingcpp.read_barcodes(turned)] == [address]
    return round(read / arguments.codes, 3)


def spoil(
    image: Image.Image, share: float, paint: int, chance: random.Random, *, spares: bool
) -> None:
    """Cover `share` of the symbol by round blots of `paint`, which may overlap."""
    side = image.width
    quiet = qr.QUIET_MODULES * side / round(side / _module(image))
    low, high, square = quiet, side - quiet, 8 * _module(image)
    whole = (high - low) ** 2
    cover = Image.new("L", image.size, 0)
    draw = ImageDraw.Draw(cover)
    radius = (share * whole / BLOTS / math.pi) ** 0.5
    while (lacking := share * whole - cover.histogram()[-1]) >= 1:
        radius = max(1.0, min(radius, (lacking / math.pi) ** 0.5))
        x, y = (chance.uniform(low + radius, high - radius) for _ in range(2))
        is_left, is_top = x - radius < low + square, y - radius < low + square
        is_right, is_bottom = x + radius > high - square, y + radius > high - square
        if spares and ((is_left and (is_top or is_bottom)) or (is_right and is_top)):
            continue
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    image.paste(paint, mask=cover)


def _module(image: Image.Image) -> float:
    """Pixels a module: the quiet zone is four of them, and white up to the first square."""
    box = image.point(lambda value: 255 - value).getbbox()
    assert box is not None
    return box[0] / qr.QUIET_MODULES


if __name__ == "__main__":
    main()
