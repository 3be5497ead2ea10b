"""What is seen of a photo: upright, small enough, recognised again."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from server.evidence.pictures import RefusedPictureError, examine, perceptual_hash
from tests.factories.evidence import make_photo, make_png_bomb, make_scene


def _distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp"])
def test_a_photo_gets_a_thumbnail_and_a_screen(media_type: str) -> None:
    photo = make_photo(width=2400, height=1800, media_type=media_type)
    picture = examine(photo.content)
    assert (picture.media_type, picture.width, picture.height) == (media_type, 2400, 1800)
    thumb, screen = Image.open(io.BytesIO(picture.thumb)), Image.open(io.BytesIO(picture.screen))
    assert (thumb.format, thumb.size) == ("WEBP", (320, 240))
    assert (screen.format, screen.size) == ("JPEG", (1600, 1200))
    assert screen.info.get("progressive")
    assert not screen.getexif()
    assert len(picture.placeholder) < 400
    head, _, tiny = picture.placeholder.partition(",")
    assert head == "data:image/webp;base64"
    assert max(Image.open(io.BytesIO(base64.b64decode(tiny))).size) == 16


def test_a_small_photo_is_not_blown_up() -> None:
    picture = examine(make_photo(width=200, height=100).content)
    assert Image.open(io.BytesIO(picture.screen)).size == (200, 100)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_way_up_is_kept(orientation: int) -> None:
    """A red top-left corner stays where a viewer sees it."""
    upright = Image.new("RGB", (300, 200), "white")
    upright.paste("red", (0, 0, 150, 100))
    back = {1: [], 2: [0], 3: [3], 4: [1], 5: [5], 6: [2], 7: [6], 8: [4]}[orientation]
    stored = upright
    for turn in back:
        stored = stored.transpose(Image.Transpose(turn))
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    stored.save(buffer, "JPEG", exif=exif, quality=95)
    picture = examine(buffer.getvalue())
    assert (picture.width, picture.height) == (300, 200)
    seen = Image.open(io.BytesIO(picture.screen))
    assert seen.getpixel((40, 40))[1] < 60
    assert seen.getpixel((260, 160))[1] > 200
    assert seen.getpixel((260, 40))[1] > 200


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "I;16", "1", "CMYK"])
def test_every_kind_of_pixel_is_shown(mode: str) -> None:
    buffer = io.BytesIO()
    image = make_scene().convert("RGB")
    scene = Image.new("I;16", (64, 48), 40_000) if mode == "I;16" else image.convert(mode)
    scene.save(buffer, "JPEG" if mode == "CMYK" else "PNG")
    screen = Image.open(io.BytesIO(examine(buffer.getvalue()).screen))
    assert screen.mode == "RGB"
    if mode == "I;16":
        assert abs(screen.getpixel((5, 5))[0] - 156) < 4


def test_what_is_clear_stands_on_white() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(buffer, "PNG")
    screen = Image.open(io.BytesIO(examine(buffer.getvalue()).screen))
    assert screen.getpixel((10, 10)) == (255, 255, 255)


def test_too_many_pixels_are_refused_by_the_header() -> None:
    with pytest.raises(RefusedPictureError, match="pixels"):
        examine(make_png_bomb(8_000, 8_000).content)
    with pytest.raises(RefusedPictureError, match="side"):
        examine(make_png_bomb(12_001, 10).content)


@pytest.mark.parametrize("image_format", ["GIF", "BMP", "TIFF"])
def test_other_formats_are_refused(image_format: str) -> None:
    buffer = io.BytesIO()
    make_scene().save(buffer, image_format)
    with pytest.raises(RefusedPictureError, match="format"):
        examine(buffer.getvalue())


def test_text_and_cut_files_are_refused() -> None:
    with pytest.raises(RefusedPictureError, match="format"):
        examine(b"%!PS-Adobe-3.0 EPSF-3.0")
    with pytest.raises(RefusedPictureError, match="damaged"):
        examine(make_photo().content[:5000])


def test_a_photo_saved_again_is_recognised_and_others_are_not() -> None:
    hashes = []
    for seed in range(12):
        scene = make_scene(seed, 1200, 900)
        own = perceptual_hash(scene)
        hashes.append(own)
        for changed in (scene.resize((320, 240)), _saved(scene, 40)):
            assert _distance(own, perceptual_hash(changed)) <= 10
    pairs = [(a, b) for i, a in enumerate(hashes) for b in hashes[:i]]
    assert min(_distance(a, b) for a, b in pairs) >= 16


def _saved(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)
