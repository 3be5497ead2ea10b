"""What may be a file of a leaflet is told by its bytes."""

from __future__ import annotations

import hashlib
import struct

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from server.files.memory import MemoryStore
from server.leaflets import files
from server.problems import ProblemError

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"ID3\x04rest", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"\x00\x00\x00\x20ftypM4A \x00", "audio/mp4"),
        (b"\xff\xf1\x50\x80", None),  # AAC without a box
        (b"<html><script>", None),
        (b"RIFF....WAVE", None),
        (b"", None),
    ],
)
def test_audio_is_known_by_its_first_bytes(content: bytes, media_type: str | None) -> None:
    assert files.audio_type(content) == media_type


@pytest.mark.parametrize("content", [b"", b"<html>", b"%PDF-1.7 cut", b"x%PDF-1.7\n%%EOF"])
def test_what_is_no_whole_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(ProblemError) as raised:
        files.keep_pdf(MemoryStore(), content)
    assert raised.value.problem.slug == "leaflet-file-refused"


def test_a_file_lies_under_its_hash() -> None:
    store = MemoryStore()
    kept = files.keep_pdf(store, PDF)
    assert kept.sha256 == hashlib.sha256(PDF).hexdigest()
    assert store.read(f"leaflet/{kept.sha256}") == PDF


def test_players_get_the_part_that_they_ask_for() -> None:
    store = MemoryStore()
    kept = files.keep_audio(store, b"OggS" + bytes(range(100)))
    request = Request(EnvironBuilder(headers={"Range": "bytes=4-7"}).get_environ())
    answer = files.answer(store, kept.sha256, kept.media_type, request)
    assert answer.status_code == 206
    assert b"".join(answer.iter_encoded()) == bytes(range(4))
    assert answer.headers["Content-Range"] == "bytes 4-7/104"


#: A second of MP3 has about 38 frames of 1,152 samples; of Ogg the last page counts them.
FRAME = b"\xff\xfb\x90\x00" + bytes(413)
OPUS = b"OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00"


def ogg_page(number: int, granule: int, packet: bytes, kind: int) -> bytes:
    head = struct.pack("<4sBBqIII", b"OggS", 0, kind, granule, 7, number, 0)
    return head + bytes([1, len(packet)]) + packet


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        (FRAME * 400, 10),
        (FRAME, 1),
        (ogg_page(0, 0, OPUS, 2) + ogg_page(1, 48_000 * 75, b"sound", 4), 75),
        (b"OggS" + bytes(96), None),
        (b"ID3\x04rest", None),
    ],
)
def test_a_sound_says_how_long_it_lasts_where_its_file_does(
    content: bytes, seconds: int | None
) -> None:
    assert files.keep_audio(MemoryStore(), content).seconds == seconds
