"""Draws the demo's photos: a pole with loudspeakers by a house, or a page of the log book."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFont

WIDTH_PX, HEIGHT_PX = 1200, 900
_INK, _PAPER = (40, 45, 60), (246, 241, 228)


def draw(seed: int, stamp: str) -> bytes:
    """A JPEG that differs from every other seed's; `stamp` is burned in at its foot."""
    chance = random.Random(seed)  # noqa: S311 - a picture, not a secret
    picture = _log_book(chance) if chance.random() < 0.35 else _pole(chance)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, HEIGHT_PX - 70, WIDTH_PX, HEIGHT_PX), fill=(20, 24, 32))
    pen.text((24, HEIGHT_PX - 56), stamp, fill="white", font=ImageFont.load_default(34))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=78)
    return file.getvalue()


def _pole(chance: random.Random) -> Image.Image:
    tint = chance.randint(-25, 25)
    picture = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), (150 + tint, 195 + tint // 2, 230))
    pen = ImageDraw.Draw(picture)
    for _ in range(3):
        x, peak = chance.randint(-200, WIDTH_PX), chance.randint(260, 420)
        pen.polygon([(x - 420, 620), (x, peak), (x + 420, 620)], fill=(110, 140 + tint, 140))
    pen.rectangle((0, 600, WIDTH_PX, HEIGHT_PX), fill=(196, 180 + tint // 3, 150))
    house = chance.randint(560, 760)
    pen.rectangle((house, 400, house + 380, 690), fill=(240, 222, 170))
    pen.polygon([(house - 40, 410), (house + 190, 300), (house + 420, 410)], fill=(170, 70, 45))
    pen.rectangle((house + 150, 520, house + 230, 690), fill=(90, 60, 40))
    pole = chance.randint(180, 420)
    pen.rectangle((pole - 14, 110, pole + 14, 760), fill=(150, 150, 155))
    for level in range(chance.randint(1, 3)):
        y = 150 + level * 130
        for side in (-1, 1):
            pen.polygon(
                [
                    (pole + side * 20, y + 24),
                    (pole + side * 130, y - 24),
                    (pole + side * 130, y + 72),
                ],
                fill=(95 + tint, 100, 110),
            )
    return picture


def _log_book(chance: random.Random) -> Image.Image:
    picture = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), _PAPER)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(40)
    for row, y in enumerate(range(90, HEIGHT_PX - 110, 80)):
        pen.line((0, y + 62, WIDTH_PX, y + 62), fill=(170, 190, 215), width=3)
        day, minute = chance.randint(1, 28), chance.choice((0, 15, 30, 45))
        pen.text((60, y), f"{day:02d}/11", fill=_INK, font=font)
        pen.text((260, y), f"{chance.choice((5, 17)):02d}:{minute:02d}", fill=_INK, font=font)
        words = chance.choice(("BHXH tu nguyen", "BHYT ho gia dinh", "Tiem phong", "Hop thon"))
        pen.text((460, y), f"{row + 1}. {words}", fill=_INK, font=font)
    for x in (230, 430):
        pen.line((x, 0, x, HEIGHT_PX), fill=(215, 160, 160), width=3)
    return picture.rotate(chance.uniform(-4, 4), fillcolor=(120, 100, 80))
