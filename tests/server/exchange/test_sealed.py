"""Sealed files: opened only whole, and byte for byte as other programs seal them."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.exchange.sealed import START, Parcel, SealedFile, UnreadableError
from tests.factories.courier import (
    CURVE,
    VECTORS,
    make_parcel,
    point_of,
    seal,
    seal_plain,
    text_of_vectors,
)

KEY = ec.generate_private_key(CURVE)
HEAD = make_parcel("loa_x", "device")


def opened(content: bytes, private: ec.EllipticCurvePrivateKey = KEY) -> Parcel:
    return SealedFile(io.BytesIO(content), len(content), private).open()


def cases() -> list[Any]:
    found = json.loads(VECTORS.read_text(encoding="utf-8"))
    return [pytest.param(found, case, id=case["name"]) for case in found["cases"]]


def test_vectors_are_as_the_reference_makes_them() -> None:
    assert VECTORS.read_text(encoding="utf-8") == text_of_vectors()


@pytest.mark.parametrize(("vectors", "case"), cases())
def test_vectors_open(vectors: dict[str, Any], case: dict[str, Any]) -> None:
    number = int.from_bytes(base64.urlsafe_b64decode(vectors["server"]["d"] + "="), "big")
    private = ec.derive_private_key(number, CURVE)
    content = base64.b64decode(case["sealed"])
    sealed = SealedFile(io.BytesIO(content), len(content), private)
    parcel = sealed.open()
    assert (parcel.token, parcel.epoch) == (case["parcel"]["token"], 3)
    assert list(parcel.operations) == case["parcel"]["operations"]
    photos = [sealed.plain(photo.at).read(photo.size) for photo in parcel.photos]
    assert photos == [base64.b64decode(text) for text in case["photos"]]


def test_any_changed_byte_is_found() -> None:
    content = seal(HEAD, [], point_of(KEY))
    assert opened(content).token == "loa_x"
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 1
        with pytest.raises(UnreadableError):
            opened(bytes(changed))


def test_a_file_cut_anywhere_is_refused() -> None:
    content = seal(HEAD, [], point_of(KEY))
    for length in [*range(0, START + 40), len(content) - 1]:
        with pytest.raises(UnreadableError):
            opened(content[:length])
    with pytest.raises(UnreadableError):
        opened(content + b"\0")


def test_another_servers_file_is_refused() -> None:
    with pytest.raises(UnreadableError):
        opened(seal(HEAD, [], point_of(KEY)), ec.generate_private_key(CURVE))


@pytest.mark.parametrize(
    "plain",
    [
        b"\0\0\0\x02[]",
        b"\0\0\0\x02{}",
        b"\0\0\0\x04null",
        b"\xff\xff\xff\xff{}",
        b"\0\0\0\x01{",
        b"\0\0\0\x02{}and more",
        *(
            len(text := json.dumps(HEAD | change).encode()).to_bytes(4, "big") + text
            for change in (
                {"token": None}, {"device": ""}, {"epoch": -1}, {"epoch": True}, {"made_at": 3},
                {"operations": {}}, {"operations": [{}] * 5001}, {"photos": [None]},
                {"photos": [{"sha256": "a" * 64, "size": 1}]},
                {"photos": [{"sha256": "a" * 64, "size": -1}]},
                {"photos": [{"sha256": "a" * 64, "size": "1"}]},
                {"token": "\0"}, {"epoch": float("nan")},
            )
        ),
    ],
)  # fmt: skip
def test_what_is_sealed_rightly_may_still_be_nonsense(plain: bytes) -> None:
    with pytest.raises(UnreadableError):
        opened(seal_plain(plain, point_of(KEY)))


def test_photos_must_be_what_they_are_called() -> None:
    parcel = make_parcel("loa_x", "device", photos=[("a" * 64, 3)])
    with pytest.raises(UnreadableError):
        opened(seal(parcel, [b"abc"], point_of(KEY)))
