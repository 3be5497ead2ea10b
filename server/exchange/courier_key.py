"""The server's key pair for sealed files: whoever carries one can't read it, only deliver it.

The private key lies in the data folder. It is made at the first use, out of the secret key, so
that several machines with one secret key open each other's files; once it lies there, a secret
key that is changed later does not matter. Not here: the files themselves (`sealed`).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.settings import Settings

CURVE = ec.SECP256R1()
NAME = "courier_key"
#: The order of P-256 (FIPS 186-4, D.1.2.3): private keys lie between 1 and one less.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_INFO = b"loa courier key 1"
#: More bytes than the order has, so that what remains of the division favours no key.
_SEED_BYTES = 48


@dataclass(frozen=True, slots=True)
class CourierKey:
    """The pair; `id` is 16 hex digits of the public key's hash."""

    private: ec.EllipticCurvePrivateKey

    @property
    def public_bytes(self) -> bytes:
        """The point, uncompressed: 65 bytes."""
        public = self.private.public_key()
        return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def id(self) -> str:
        return hashlib.sha256(self.public_bytes).hexdigest()[:16]

    def to_wire(self) -> dict[str, str]:
        """`{id, public_key}`: the raw point in base64, as WebCrypto imports it."""
        return {"id": self.id, "public_key": base64.b64encode(self.public_bytes).decode()}


def load(settings: Settings) -> CourierKey:
    """The key of this installation, made if there is none."""
    path = settings.data_dir / NAME
    with contextlib.suppress(FileNotFoundError):
        return _read(path)
    _write_once(path, _derived(settings.secret_key))
    return _read(path)


def _read(path: Path) -> CourierKey:
    return CourierKey(ec.derive_private_key(int(path.read_text(encoding="ascii"), 16), CURVE))


def _derived(secret_key: str) -> int:
    seed = HKDF(SHA256(), _SEED_BYTES, salt=None, info=_INFO).derive(secret_key.encode())
    return int.from_bytes(seed, "big") % (_ORDER - 1) + 1


def _write_once(path: Path, number: int) -> None:
    """Put the key there whole or not at all; of several processes at once the first one's stays."""
    beside = path.with_name(f".{NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{number:064x}\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)  # a name that is taken is never taken over
    finally:
        beside.unlink()
