"""The child process: bombs cost it, never us."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator

import pytest

from server.evidence.decoder import REASONS, Decoder, DecoderBusyError, Refused, shared_decoder
from server.evidence.pictures import Picture
from tests.factories.evidence import make_photo, make_png_bomb


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    decoder = Decoder()
    yield decoder
    decoder.close()


def test_a_photo_is_seen(decoder: Decoder) -> None:
    picture = decoder.decode(make_photo(orientation=6).content)
    assert isinstance(picture, Picture)
    assert (picture.width, picture.height, picture.orientation) == (480, 640, 6)


def test_every_reason_is_told_in_both_languages() -> None:
    assert set(REASONS) == {"format", "pixels", "side", "damaged", "costly"}
    assert all(text["vi"] and text["en"] for text in REASONS.values())


def test_bombs_are_refused_quickly_and_leave_us_as_we_were(decoder: Decoder) -> None:
    bomb = make_png_bomb().content
    assert len(bomb) < 100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(10):
        started = time.monotonic()
        assert decoder.decode(bomb) == Refused("side")
        assert time.monotonic() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_a_child_that_was_killed_is_replaced(decoder: Decoder) -> None:
    decoder.decode(make_photo().content)
    assert decoder._child is not None
    os.kill(decoder._child.pid, signal.SIGKILL)
    assert isinstance(decoder.decode(make_photo().content), Picture)


def test_a_child_without_time_is_ended_and_says_nothing_of_the_photo() -> None:
    decoder = Decoder(wall_max_s=0.001)
    with pytest.raises(DecoderBusyError):
        decoder.decode(make_photo().content)
    decoder.close()


def test_a_fresh_child_comes_after_so_many_photos(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.evidence.decoder.DECODER_PHOTOS_MAX", 1)
    decoder.decode(make_photo().content)
    first = decoder._child
    decoder.decode(make_photo().content)
    assert decoder._child is not first


def test_one_process_shares_one_decoder() -> None:
    assert shared_decoder() is shared_decoder()
