"""Sealing work for a courier as a phone does it: the reference for other programs.

`python -m tests.factories.courier` writes `tests/vectors/courier.json`, which the phone's tests
seal again with WebCrypto, byte for byte.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

VECTORS = Path(__file__).parents[1] / "vectors" / "courier.json"
CURVE = ec.SECP256R1()


def seal(
    parcel: Mapping[str, Any],
    photos: Sequence[bytes],
    public_key: bytes,
    *,
    ephemeral: ec.EllipticCurvePrivateKey | None = None,
    iv: bytes | None = None,
) -> bytes:
    """The sealed file; `photos` are the bytes in the order of `parcel["photos"]`."""
    head = json.dumps(parcel, ensure_ascii=False, separators=(",", ":")).encode()
    return seal_plain(
        len(head).to_bytes(4, "big") + head + b"".join(photos), public_key, ephemeral, iv
    )


def seal_plain(
    plain: bytes,
    public_key: bytes,
    ephemeral: ec.EllipticCurvePrivateKey | None = None,
    iv: bytes | None = None,
) -> bytes:
    """As `seal`, with any plain text inside."""
    ephemeral = ephemeral or ec.generate_private_key(CURVE)
    iv = iv or os.urandom(12)
    point = point_of(ephemeral)
    server = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public_key)
    shared = ephemeral.exchange(ec.ECDH(), server)
    key = HKDF(SHA256(), 32, salt=point, info=b"loa courier 1").derive(shared)
    return b"LOA1" + point + iv + AESGCM(key).encrypt(iv, plain, None)


def make_parcel(
    token: str,
    device_id: str,
    operations: Sequence[Mapping[str, Any]] = (),
    photos: Sequence[tuple[str, int]] = (),
    **changes: Any,
) -> dict[str, Any]:
    """What stands inside a file; `photos` are hashes and sizes."""
    return {
        "token": token,
        "device": device_id,
        "epoch": 1,
        "made_at": "2026-11-20T03:00:00.000Z",
        "operations": list(operations),
        "photos": [{"sha256": sha256, "size": size} for sha256, size in photos],
        **changes,
    }


def point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as 65 bytes."""
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def vectors() -> dict[str, Any]:
    """Files with fixed keys: what goes in, and every byte that comes out."""
    server, ephemeral = (
        ec.derive_private_key(number, CURVE) for number in (2**200 + 7, 2**190 + 9)
    )
    iv = bytes(range(12))
    pictures = [b"not really a photo", b"nor this: \x00\xff"]
    operation = {
        "id": "019acb00-0000-7000-8000-000000000002",
        "activity": "019acb00-0000-7000-8000-000000000001",
        "type": "create", "scope": "commune:c-00004-2025", "kind": "loudspeaker_broadcast",
        "kind_version": 1, "base": None, "incarnation": None,
        "set": {"title": "Thông báo lịch khám", "duration_min": 15}, "was": {}, "add": {},
        "remove": {}, "after": None, "n": 7, "captured": None,
    }  # fmt: skip
    entries = [(hashlib.sha256(each).hexdigest(), len(each)) for each in pictures]
    cases = []
    for name, operations, photos in (
        ("nothing in it", [], []),
        ("an operation", [operation], []),
        ("an operation and two photos", [operation], pictures),
    ):
        parcel = make_parcel(
            "loa_token_of_an_invented_phone", "019acb00-0000-7000-8000-0000000000dd", operations,
            entries[: len(photos)], epoch=3,
        )  # fmt: skip
        sealed = seal(parcel, photos, point_of(server), ephemeral=ephemeral, iv=iv)
        cases.append({
            "name": name, "parcel": parcel, "photos": [_text(each) for each in photos],
            "sealed": _text(sealed),
        })  # fmt: skip
    return {
        "about": "Sealed files (PROTOCOL.md 8). Keys as JWK for WebCrypto; the rest in base64.",
        "server": _jwk(server),
        "server_public_key": _text(point_of(server)),
        "ephemeral": _jwk(ephemeral),
        "iv": _text(iv),
        "cases": cases,
    }


def _jwk(private: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = private.private_numbers()
    public = numbers.public_numbers
    return {"kty": "EC", "crv": "P-256", "x": _url(public.x), "y": _url(public.y),
            "d": _url(numbers.private_value)}  # fmt: skip


def _url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def text_of_vectors() -> str:
    """The file's text."""
    return json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    VECTORS.write_text(text_of_vectors(), encoding="utf-8")
