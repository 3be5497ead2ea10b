"""The protocol's clauses, without a server."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from server import problems
from server.evidence import tus

SHA256 = "ab" * 32
CHUNK = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "10"}


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _creation(**changed: str | None) -> dict[str, str]:
    headers: dict[str, Any] = {
        "Upload-Length": "1000",
        "Upload-Metadata": f"sha256 {_encoded(SHA256)},type {_encoded('image/jpeg')}",
        **{key.replace("_", "-"): value for key, value in changed.items()},
    }
    return {key: value for key, value in headers.items() if value is not None}


def test_what_is_announced_is_what_is_spoken() -> None:
    announced = tus.announce()
    assert announced["Tus-Version"] == "1.0.0"
    assert set(announced["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "checksum", "expiration", "termination",
    }  # fmt: skip
    assert announced["Tus-Max-Size"] == str(25 * 1024 * 1024)


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0"])
def test_another_version_is_refused_and_ours_named(version: str | None) -> None:
    refused = tus.check_version({} if version is None else {"Tus-Resumable": version})
    assert refused is not None
    assert refused.problem is problems.TUS_VERSION
    assert refused.headers["Tus-Version"] == "1.0.0"


def test_a_creation_names_the_photo() -> None:
    found = tus.read_creation(_creation(), 0)
    assert isinstance(found, tus.Creation)
    assert (found.sha256, found.size, found.media_type) == (SHA256, 1000, "image/jpeg")
    assert found.chunk is None


def test_a_creation_may_bring_a_first_chunk() -> None:
    found = tus.read_creation(_creation(Content_Type=CHUNK["Content-Type"]), 400)
    assert isinstance(found, tus.Creation)
    assert found.chunk == tus.Chunk(0, 400, None)


@pytest.mark.parametrize(
    ("headers", "content_length", "problem"),
    [
        (_creation(Upload_Length=None), 0, problems.UPLOAD_MALFORMED),
        (_creation(Upload_Length="-1"), 0, problems.UPLOAD_MALFORMED),
        (_creation(Upload_Length="0"), 0, problems.UPLOAD_MALFORMED),
        (_creation(Upload_Length="١٠"), 0, problems.UPLOAD_MALFORMED),
        (_creation(Upload_Length=str(25 * 1024 * 1024 + 1)), 0, problems.TOO_LARGE),
        (_creation(Upload_Metadata=None), 0, problems.UPLOAD_MALFORMED),
        (_creation(Upload_Metadata="sha256 !!!"), 0, problems.UPLOAD_MALFORMED),
        (_creation(Upload_Metadata=f"sha256 {_encoded('AB' * 32)}"), 0, problems.UPLOAD_MALFORMED),
        (_creation(), 400, problems.UNSUPPORTED_MEDIA_TYPE),
        (_creation(Content_Type=CHUNK["Content-Type"]), 1001, problems.TOO_LARGE),
        (_creation(Content_Type=CHUNK["Content-Type"]), None, problems.LENGTH_REQUIRED),
    ],
)
def test_a_creation_that_cannot_be_is_refused(
    headers: dict[str, str], content_length: int | None, problem: problems.Problem
) -> None:
    found = tus.read_creation(headers, content_length)
    assert isinstance(found, tus.Refusal)
    assert found.problem is problem


def test_a_chunk_says_where_it_belongs() -> None:
    assert tus.read_chunk(CHUNK, 90, 100) == tus.Chunk(10, 90, None)


@pytest.mark.parametrize(
    ("changed", "content_length", "problem"),
    [
        ({"Content-Type": "application/json"}, 5, problems.UNSUPPORTED_MEDIA_TYPE),
        ({"Upload-Offset": "x"}, 5, problems.UPLOAD_MALFORMED),
        ({"Upload-Offset": "-5"}, 5, problems.UPLOAD_MALFORMED),
        ({}, None, problems.LENGTH_REQUIRED),
        ({}, 91, problems.TOO_LARGE),
        ({"Upload-Checksum": "md5 AAAA"}, 5, problems.UPLOAD_MALFORMED),
        ({"Upload-Checksum": "sha256 AAAA"}, 5, problems.UPLOAD_MALFORMED),
    ],
)
def test_a_chunk_that_cannot_be_is_refused(
    changed: dict[str, str], content_length: int | None, problem: problems.Problem
) -> None:
    found = tus.read_chunk({**CHUNK, **changed}, content_length, 100)
    assert isinstance(found, tus.Refusal)
    assert found.problem is problem


def test_another_offset_is_a_conflict_that_names_the_present_one() -> None:
    refused = tus.check_offset(tus.Chunk(10, 5, None), 12)
    assert refused is not None
    assert refused.problem is problems.OFFSET_MISMATCH
    assert refused.headers == {"Upload-Offset": "12"}
    assert tus.check_offset(tus.Chunk(12, 5, None), 12) is None


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_checksum_fits_its_bytes_only(algorithm: str) -> None:
    digest = base64.b64encode(hashlib.new(algorithm, b"bytes").digest()).decode()
    chunk = tus.read_chunk({**CHUNK, "Upload-Checksum": f"{algorithm} {digest}"}, 5, 100)
    assert isinstance(chunk, tus.Chunk)
    assert chunk.checksum is not None
    assert chunk.checksum.fits(b"bytes")
    assert not chunk.checksum.fits(b"Bytes")


def test_a_checked_chunk_must_fit_in_memory() -> None:
    digest = base64.b64encode(bytes(32)).decode()
    size = 9 * 1024 * 1024
    found = tus.read_chunk({**CHUNK, "Upload-Checksum": f"sha256 {digest}"}, size, 2 * size)
    assert isinstance(found, tus.Refusal)
    assert found.problem is problems.TOO_LARGE


def test_metadata_comes_back_as_it_went() -> None:
    header = tus.write_metadata(SHA256, "image/jpeg", "Ảnh loa thôn 4.jpg")
    assert tus.read_metadata(header) == {
        "sha256": SHA256, "type": "image/jpeg", "filename": "Ảnh loa thôn 4.jpg",
    }  # fmt: skip
    assert tus.read_metadata("") == {}
    assert tus.read_metadata("is_public") == {"is_public": ""}


@pytest.mark.parametrize(
    "header", ["a YQ==,a YQ==", " ,", "a b c", "a /////w==", f"a {_encoded(chr(0))}"]
)
def test_metadata_of_another_shape_is_refused(header: str) -> None:
    assert tus.read_metadata(header) is None
