"""A ZIP that is sent while it is made: whole for any program, broken where the making broke."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from server.leaflets.archives import zipped

NOW = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
FILES = [(f"labels-{number}.pdf", bytes([number]) * 70_000) for number in range(3)]


def test_what_arrives_is_a_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped(iter(FILES), NOW)))) as archive:
        assert archive.testzip() is None
        assert [(one.filename, archive.read(one)) for one in archive.infolist()] == FILES
        assert {one.date_time for one in archive.infolist()} == {(2026, 11, 21, 3, 30, 0)}


def test_each_file_leaves_before_the_next_is_made() -> None:
    made = []

    def files() -> Iterator[tuple[str, bytes]]:
        for one in FILES:
            made.append(one[0])
            yield one

    sent = zipped(files(), NOW)
    assert FILES[0][1] in next(sent)
    assert made == ["labels-0.pdf"]


def test_what_goes_wrong_leaves_no_whole_zip() -> None:
    def files() -> Iterator[tuple[str, bytes]]:
        yield FILES[0]
        raise RuntimeError("gone")

    sent: list[bytes] = []
    with pytest.raises(RuntimeError, match="gone"):
        sent.extend(zipped(files(), NOW))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(sent)))
