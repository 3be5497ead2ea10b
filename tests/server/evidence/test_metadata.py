"""What is served tells nothing about place and maker, and shows the same pixels the same way up."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageOps

from server.evidence.metadata import UnwalkableError, strip
from tests.factories.evidence import GPS_CANARY, make_photo, make_scene

TYPES = ["image/jpeg", "image/png", "image/webp"]


@pytest.mark.parametrize("media_type", TYPES)
@pytest.mark.parametrize("orientation", [1, 6])
def test_place_and_maker_are_gone_and_the_pixels_are_not(media_type: str, orientation: int) -> None:
    photo = make_photo(media_type=media_type, orientation=orientation)
    assert GPS_CANARY.encode() in photo.content
    served = strip(media_type, photo.content, orientation)
    assert GPS_CANARY.encode() not in served
    assert b"Invented Camera" not in served
    before, after = Image.open(io.BytesIO(photo.content)), Image.open(io.BytesIO(served))
    assert after.getexif().get_ifd(0x8825) == {}
    assert after.getexif().get(0x0112, 1) == orientation
    upright = [ImageOps.exif_transpose(image).tobytes() for image in (before, after)]
    assert upright[0] == upright[1]


def test_comments_and_what_hangs_behind_the_picture_are_gone() -> None:
    content = make_photo().content
    comment = b"\xff\xfe\x00\x0eXcanary-note"
    extended = content[:2] + comment + content[2:] + b"<script>canary-note</script>"
    served = strip("image/jpeg", extended, 1)
    assert b"canary-note" not in served
    assert Image.open(io.BytesIO(served)).size == (640, 480)


def test_a_progressive_photo_with_a_colour_profile_keeps_both() -> None:
    buffer = io.BytesIO()
    make_scene().save(buffer, "JPEG", progressive=True, icc_profile=b"profile" * 20)
    served = Image.open(io.BytesIO(strip("image/jpeg", buffer.getvalue(), 1)))
    assert served.info["progressive"]
    assert served.info["icc_profile"] == b"profile" * 20
    assert served.tobytes() == Image.open(buffer).tobytes()


@pytest.mark.parametrize("media_type", TYPES)
def test_any_cut_or_twisted_file_is_stripped_or_refused_but_never_breaks(media_type: str) -> None:
    content = make_photo(width=64, height=48, media_type=media_type).content
    for end in range(0, len(content), 7):
        twisted = bytearray(content)
        twisted[end] ^= 0xFF
        for file in (content[:end], bytes(twisted)):
            try:
                strip(media_type, file, 1)
            except UnwalkableError:
                continue
