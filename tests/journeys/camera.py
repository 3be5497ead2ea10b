"""What a phone's camera sees, as a film for Chromium's made camera: a sheet with a QR code, held in
a hand that is not quite still. Not here: codes and sheets themselves; the product makes those."""

from __future__ import annotations

import io
import random
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFilter
from qrcode.constants import ERROR_CORRECT_Q

WIDTH, HEIGHT = 640, 480
#: For a page to wait until the reader of codes lies on its phone.
READER_KEPT = """async () => {
  const cache = await caches.open("code-reader");
  while ((await cache.keys()).length === 0) await new Promise((done) => setTimeout(done, 100));
}"""
FRAMES = 12


def code_picture(text: str) -> Image.Image:
    """The code as it is printed, its quiet zone around it."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, box_size=8, border=4)
    code.add_data(text)
    code.make(fit=True)
    picture: Image.Image = code.make_image().get_image().convert("RGB")
    return picture


def scene(sheet: Image.Image, turned: float, shifted: tuple[int, int]) -> Image.Image:
    """`sheet` on a table, turned by degrees, a little out of focus."""
    table = Image.new("RGB", (WIDTH, HEIGHT), (96, 78, 60))
    pen = ImageDraw.Draw(table)
    for at in range(0, HEIGHT, 24):
        pen.line((0, at, WIDTH, at + 9), fill=(110, 90, 70), width=3)
    paper = Image.new("RGB", (360, 400), (244, 241, 232))
    paper.paste(sheet.resize((270, 270)), (45, 60))
    mask = Image.new("L", paper.size, 255).rotate(turned, expand=True)
    paper = paper.rotate(turned, expand=True, resample=Image.Resampling.BICUBIC)
    place = ((WIDTH - paper.width) // 2 + shifted[0], (HEIGHT - paper.height) // 2 + shifted[1])
    table.paste(paper, place, mask)
    return table.filter(ImageFilter.GaussianBlur(0.8))


def film(folder: Path, sheet: Image.Image, name: str = "camera") -> Path:
    """A film of JPEG pictures that Chromium plays over and over."""
    shaking = random.Random(4)
    data = io.BytesIO()
    for _ in range(FRAMES):
        shift = (shaking.randint(-8, 8), shaking.randint(-6, 6))
        scene(sheet, 6 + shaking.random() * 3, shift).save(data, "JPEG", quality=85)
    path = folder / f"{name}.mjpeg"
    path.write_bytes(data.getvalue())
    return path


def arguments(path: Path | None) -> list[str]:
    """Chromium's: a camera that shows the film, without asking; None for no camera at all."""
    if path is None:
        return []
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]
