"""Real photos of invented scenes, made with Pillow: every seed another picture."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

GPS_CANARY = "21.0277644"  # never to be found in what is served


@dataclass(frozen=True)
class Photo:
    """A file as a phone would send it."""

    content: bytes
    media_type: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def element(self) -> dict[str, Any]:
        """The element of the set field `evidence` that names this photo."""
        return {"sha256": self.sha256, "size": len(self.content), "media_type": self.media_type,
                "width": self.width, "height": self.height, "source": "camera"}  # fmt: skip


def make_scene(seed: int = 1, width: int = 640, height: int = 480) -> Image.Image:
    """Hills, houses and a mast in colours and places that depend on `seed`."""
    chance = random.Random(seed)
    image = Image.new("RGB", (width, height), _colour(chance, 130, 255))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = chance.randrange(width), chance.randrange(height)
        w, h = chance.randrange(width // 8, width // 2), chance.randrange(height // 8, height // 2)
        shape = draw.rectangle if chance.random() < 0.5 else draw.ellipse
        shape((x - w // 2, y - h // 2, x + w // 2, y + h // 2), fill=_colour(chance, 0, 255))
    return image.filter(ImageFilter.GaussianBlur(1))


def make_photo(
    seed: int = 1,
    *,
    width: int = 640,
    height: int = 480,
    media_type: str = "image/jpeg",
    orientation: int = 1,
    quality: int = 85,
) -> Photo:
    """A photo with EXIF: orientation, a maker, and a place that must never leave the house."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Invented Camera Works"
    exif[0x010E] = GPS_CANARY
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 1.0, 39.9), 3: "E", 4: (105.0, 50.0, 3.1)})
    buffer = io.BytesIO()
    image_format = media_type.removeprefix("image/").upper()
    make_scene(seed, width, height).save(buffer, image_format, exif=exif, quality=quality)
    if orientation >= 5:
        width, height = height, width
    return Photo(buffer.getvalue(), media_type, width, height)


def make_heavy_photo(seed: int = 1, size_bytes: int = 1_000_000) -> Photo:
    """A JPEG of about that size: noise compresses badly."""
    side = int((size_bytes / 0.91) ** 0.5)
    noise = Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3))
    buffer = io.BytesIO()
    noise.save(buffer, "JPEG", quality=90)
    return Photo(buffer.getvalue(), "image/jpeg", side, side)


def make_png_bomb(width: int = 20_000, height: int = 20_000) -> Photo:
    """A small PNG whose header promises `width` × `height` pixels, all of them there."""
    row = zlib.compressobj(9)
    lines = row.compress(b"\0" * (1 + (width + 7) // 8) * height) + row.flush()
    content = (
        b"\x89PNG\r\n\x1a\n"
        + _png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + _png_chunk(b"IDAT", lines)
        + _png_chunk(b"IEND", b"")
    )
    return Photo(content, "image/png", width, height)


def _png_chunk(name: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + check


def _colour(chance: random.Random, low: int, high: int) -> tuple[int, int, int]:
    return (chance.randint(low, high), chance.randint(low, high), chance.randint(low, high))
