"""Every picture of a code is read by a decoder that is none of ours, as paper and phones treat it.

Codes, angles and noise come from fixed seeds: what is read today is read tomorrow.
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from server.leaflets import qr
from server.short_codes import RANDOM_BYTES, new_code

PUBLIC_URL = "https://loa.vn"
LEVELS: tuple[qr.Level, ...] = ("L", "M", "Q", "H")


def codes(seed: int, amount: int) -> list[str]:
    chance = random.Random(seed)
    return [new_code(chance.randbytes(RANDOM_BYTES)) for _ in range(amount)]


def picture(address: str, dpi: int, level: qr.Level = qr.DEFAULT_LEVEL) -> Image.Image:
    """A 20 mm print on a page that is wider than its quiet zone, in grey."""
    bare = Image.open(io.BytesIO(qr.png(qr.symbol_of(address, level), 20, dpi))).convert("L")
    page = Image.new("L", (bare.width * 2, bare.height * 2), 255)
    page.paste(bare, (bare.width // 2, bare.height // 2))
    return page


def read(image: Image.Image) -> list[str]:
    return [one.text for one in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize(("level", "width"), [("L", 25), ("M", 25), ("Q", 25), ("H", 29)])
def test_the_symbol_is_small(level: qr.Level, width: int) -> None:
    address = qr.address_of(PUBLIC_URL, "K7Q3F2M9X")
    assert (address, len(address)) == ("HTTPS://LOA.VN/Q/K7Q3F2M9X", 26)
    assert qr.symbol_of(address, level).width == width
    assert qr.symbol_of(address + "XX", level).width == width  # as long as an address may get


def test_an_address_that_is_no_capitals_only_costs_space() -> None:
    address = "HTTPS://LOA.VN/Q/K7Q3F2M9X?ỗ"
    symbol = qr.symbol_of(address)
    assert symbol.width > 29
    assert read(Image.open(io.BytesIO(qr.png(symbol, 40, 300)))) == [address]


@pytest.mark.parametrize("dpi", [150, 300])
@pytest.mark.parametrize("size_mm", [20, 32])
def test_a_module_is_whole_pixels_and_the_size_is_stated(dpi: int, size_mm: int) -> None:
    symbol = qr.symbol_of(qr.address_of(PUBLIC_URL, "K7Q3F2M9X"))
    image = Image.open(io.BytesIO(qr.png(symbol, size_mm, dpi)))
    side = symbol.width + 8
    assert image.width == image.height
    assert image.width % side == 0
    printed = image.width / image.info["dpi"][0] * 25.4
    assert printed * symbol.width / side == pytest.approx(size_mm, rel=0.001)
    quiet = image.width // side * 4
    frame = Image.new("1", image.size, 1)
    frame.paste(image.crop((quiet, quiet, image.width - quiet, image.height - quiet)),
                (quiet, quiet))  # fmt: skip
    assert ImageChops.difference(frame.convert("L"), image.convert("L")).getbbox() is None


def test_the_svg_is_one_path_that_draws_the_same() -> None:
    symbol = qr.symbol_of(qr.address_of(PUBLIC_URL, "K7Q3F2M9X"), "Q")
    text = qr.svg(symbol, 20)
    root = ElementTree.fromstring(text)
    assert root.attrib["width"] == root.attrib["height"] == "26.4mm"
    paper, dark = root
    assert len(text) < 8_000
    drawn = Image.new("L", (33, 33), 255)
    for left, top, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", dark.attrib["d"]):
        drawn.paste(0, (int(left), int(top), int(left) + int(width), int(top) + 1))
    assert paper.attrib["fill"] == "#fff"
    assert read(drawn.resize((330, 330), Image.Resampling.NEAREST)) == [
        "HTTPS://LOA.VN/Q/K7Q3F2M9X"
    ]


def turned(image: Image.Image, chance: random.Random) -> Image.Image:
    angle = chance.uniform(0, 360)
    return image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def tilted(image: Image.Image, chance: random.Random) -> Image.Image:
    """As from a phone held askew: the far edge is up to a quarter shorter."""
    shrink = chance.uniform(0.1, 0.25)
    wide, high = image.size
    far, near, drop = wide * (1 - shrink), wide, high * (1 - shrink / 2)
    inset = (near - far) / 2
    corners = ((inset, 0), (wide - inset, 0), (wide, drop), (0, drop))
    source = ((0, 0), (wide, 0), (wide, high), (0, high))
    out = image.transform(
        image.size, Image.Transform.PERSPECTIVE, _perspective(corners, source),
        Image.Resampling.BICUBIC, fillcolor=255,
    )  # fmt: skip
    return out.rotate(chance.choice((0, 90, 180, 270)), expand=True)


def blurred(image: Image.Image, chance: random.Random) -> Image.Image:
    """Out of focus by almost half a module."""
    module = image.width / 2 / 33
    return image.filter(ImageFilter.GaussianBlur(module * chance.uniform(0.3, 0.45)))


def noisy(image: Image.Image, chance: random.Random) -> Image.Image:
    """Grey paper, faint ink, and grain as of a cheap camera in the dark."""
    faint = image.point(lambda value: 70 + value * 130 // 255)
    grain = Image.frombytes("L", image.size, chance.randbytes(image.width * image.height))
    return Image.blend(faint, grain, 0.25)


def _perspective(
    corners: tuple[tuple[float, float], ...], source: tuple[tuple[float, float], ...]
) -> list[float]:
    """The eight numbers that lead from each corner to its source, by Gauss."""
    rows = []
    for (x, y), (u, v) in zip(corners, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for at in range(8):
        best = max(range(at, 8), key=lambda row: abs(rows[row][at]))
        rows[at], rows[best] = rows[best], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for other in range(8):
            if other != at:
                factor = rows[other][at]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[at], strict=True)]
    return [row[8] for row in rows]


@pytest.mark.parametrize("treat", [turned, tilted, blurred, noisy])
@pytest.mark.parametrize("dpi", [150, 300])
def test_every_code_is_read(
    dpi: int, treat: Callable[[Image.Image, random.Random], Image.Image]
) -> None:
    chance = random.Random(dpi)
    unread = []
    for code in codes(seed=dpi, amount=25):
        address = qr.address_of(PUBLIC_URL, code)
        if read(treat(picture(address, dpi), chance)) != [address]:
            unread.append(code)
    assert not unread


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dpi", [150, 300])
def test_every_level_is_read_straight(dpi: int, level: qr.Level) -> None:
    for code in codes(seed=7, amount=25):
        address = qr.address_of(PUBLIC_URL, code)
        assert read(picture(address, dpi, level)) == [address]
