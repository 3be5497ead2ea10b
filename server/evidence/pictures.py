"""From a file's bytes to what the house shows of it: size, thumbnail, screen, perceptual hash.

Runs in the decoder's child process only, since a picture is the most dangerous thing that a
stranger can send. Not here: the limits of that process (`decoder_child`), the bytes as they came
(`metadata` strips those for serving).
"""

from __future__ import annotations

import base64
import io
import math
import statistics
import warnings
from dataclasses import dataclass

from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from server.evidence.limits import (
    PHOTO_PIXELS_MAX,
    PHOTO_SIDE_MAX_PX,
    PLACEHOLDER_SIDE_MAX_PX,
    SCREEN_QUALITY,
    SCREEN_SIDE_MAX_PX,
    THUMB_QUALITY,
    THUMB_SIDE_MAX_PX,
)

# Named so that no other decoder is ever loaded; a JPEG with several pictures calls itself MPO.
_PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
_FORMATS = ("JPEG", "PNG", "WEBP")
_MEDIA_TYPES = {
    "JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp",
}  # fmt: skip

_ORIENTATION = 0x0112
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
_ICC_MAX_BYTES = 16 * 1024


class RefusedPictureError(Exception):
    """The bytes are no photo that we take; `reason` is a key of `decoder.REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """What a photo looks like. Sizes are in pixels as a viewer sees it, turned upright.

    `orientation` is the file's own EXIF value (1–8); `phash` 16 hex digits; `placeholder` a tiny
    data URL.
    """

    media_type: str
    width: int
    height: int
    orientation: int
    placeholder: str
    phash: str
    thumb: bytes
    screen: bytes


def examine(content: bytes) -> Picture:
    """Decode `content`. Raises `RefusedPictureError`; anything else is a failure of the library."""
    Image.MAX_IMAGE_PIXELS = None  # its guard warns only (F9); ours stands below
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(content), formats=_FORMATS)
        except (OSError, ValueError, SyntaxError) as error:
            raise RefusedPictureError("format") from error
        _check_header(image)
        orientation = _orientation(image)
        width, height = image.size
        if orientation >= 5:
            width, height = height, width
        try:
            screen = _screen(image, orientation)
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError) as error:
            raise RefusedPictureError("damaged") from error
    thumb = _fitted(screen, THUMB_SIDE_MAX_PX)
    return Picture(
        media_type=_MEDIA_TYPES[image.format or ""],
        width=width,
        height=height,
        orientation=orientation,
        placeholder=_placeholder(thumb),
        phash=perceptual_hash(screen),
        thumb=_written(thumb, "WEBP", quality=THUMB_QUALITY, method=4),
        screen=_written(
            screen, "JPEG", quality=SCREEN_QUALITY, progressive=True, optimize=True,
            icc_profile=_colours(image),
        ),
    )  # fmt: skip


def _check_header(image: Image.Image) -> None:
    """Count pixels by the header, before a byte is unpacked (F9)."""
    width, height = image.size
    if max(width, height) > PHOTO_SIDE_MAX_PX:
        raise RefusedPictureError("side")
    if width * height > PHOTO_PIXELS_MAX:
        raise RefusedPictureError("pixels")
    if min(width, height) < 1:
        raise RefusedPictureError("damaged")


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # whatever a hostile EXIF block provokes, upright will do
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def _screen(image: Image.Image, orientation: int) -> Image.Image:
    """The photo at screen size, upright, RGB on white."""
    scale = max(1.0, max(image.size) / SCREEN_SIDE_MAX_PX)
    # A JPEG unpacks to half or a quarter for half the cost (255 → 119 ms for 12 MP).
    image.draft("RGB", (math.ceil(image.width / scale), math.ceil(image.height / scale)))
    image.load()
    small = _as_rgb(_fitted(_with_smooth_colours(image), SCREEN_SIDE_MAX_PX))
    for turn in _TURNS.get(orientation, ()):
        small = small.transpose(turn)
    return small


def _with_smooth_colours(image: Image.Image) -> Image.Image:
    """A mode that can be scaled without tearing colours apart."""
    if image.mode.startswith("I"):  # 16-bit grey
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("P", "PA", "1"):
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    return image


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "La", "RGBa"):
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        return paper.convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _fitted(image: Image.Image, side_max_px: int) -> Image.Image:
    small = image.copy() if max(image.size) <= side_max_px else image
    if small is image:
        scale = side_max_px / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return small


def _written(image: Image.Image, image_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def _colours(image: Image.Image) -> bytes | None:
    """The colour profile, where it still fits the pixels and is no place to hide things."""
    profile = image.info.get("icc_profile")
    fits = isinstance(profile, bytes) and len(profile) <= _ICC_MAX_BYTES and image.mode == "RGB"
    return profile if fits else None


def _placeholder(thumb: Image.Image) -> str:
    tiny = _written(_fitted(thumb, PLACEHOLDER_SIDE_MAX_PX), "WEBP", quality=30)
    return "data:image/webp;base64," + base64.b64encode(tiny).decode()


_SIDE, _LOW = 32, 8
_COSINES = [
    [math.cos(math.pi * k * (2 * n + 1) / (2 * _SIDE)) for n in range(_SIDE)] for k in range(_LOW)
]


def perceptual_hash(image: Image.Image) -> str:
    """64 bits as 16 hex digits that survive scaling and saving again: photos of different things
    lie 16 bits or more apart, saves of one photo 10 or less (Hamming distance).

    Bits tell which of the 8 × 8 lowest frequencies of the picture lie above their median.
    """
    grey = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).tobytes()
    rows = [grey[start : start + _SIDE] for start in range(0, _SIDE * _SIDE, _SIDE)]
    across = [[_dot(wave, row) for wave in _COSINES] for row in rows]
    columns = list(zip(*across, strict=True))
    lowest = [_dot(wave, column) for wave in _COSINES for column in columns]
    middle = statistics.median(lowest)
    bits = 0
    for value in lowest:
        bits = bits << 1 | (value > middle)
    return f"{bits:016x}"


def _dot(left: list[float], right: bytes | tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))
