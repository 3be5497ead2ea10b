"""Drawn photos: real JPEGs, each its own."""

from __future__ import annotations

import io

from PIL import Image

from server.cli import demo_photos


def test_each_seed_draws_another_photo_and_the_same_seed_the_same() -> None:
    drawn = [demo_photos.draw(seed, "20/11/2026 17:04 · Loa") for seed in range(6)]
    assert len(set(drawn)) == 6
    assert drawn[0] == demo_photos.draw(0, "20/11/2026 17:04 · Loa")
    with Image.open(io.BytesIO(drawn[0])) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (demo_photos.WIDTH_PX, demo_photos.HEIGHT_PX)
