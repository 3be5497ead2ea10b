"""Mistakes about bytes that are not those that were sent, one a variant; each must be caught.

Not here: messages of which a part is missing (`broken_phones`).
"""

from __future__ import annotations

import json
import zlib

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.exchange.sealed import INFO, MAGIC, POINT_BYTES, START, TAG_BYTES, UnreadableError
from sync.replica import Replica
from tests.simulation.bytes_in import _KEY
from tests.simulation.events import Response
from tests.simulation.phone import Phone
from tests.simulation.port import Refused, SealedFile
from tests.simulation.server import ModelServer
from tests.simulation.state import Wire


class ReadsWhatItCan(ModelServer):
    """A letter that cannot be read is shown as a box: the rest is good."""

    def sync_bytes(self, device: str, body: bytes, *, packed: bool) -> Wire:
        try:
            return super().sync_bytes(device, body, packed=packed)
        except (KeyError, TypeError) as error:  # a name was hit
            raise Refused(400) from error

    def read_request(self, body: bytes, packed: bool) -> Wire:
        if packed:
            body = zlib.decompressobj(-zlib.MAX_WBITS).decompress(body[10:])  # no checksum
        request: Wire = json.loads(body.decode("utf-8", "replace"))
        return request


class OpensWithoutProof(ModelServer):
    """Nobody could have sealed the file but one of our phones: what for look at the tag."""

    def bring(self, body: bytes, carrier: str) -> None:
        try:
            super().bring(body, carrier)
        except (KeyError, TypeError) as error:  # a name was hit
            raise Refused(422) from error

    def open(self, body: bytes) -> SealedFile:
        try:
            point = body[len(MAGIC) : len(MAGIC) + POINT_BYTES]
            other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            key = HKDF(SHA256(), 32, salt=point, info=INFO).derive(_KEY.exchange(ec.ECDH(), other))
            start = body[len(MAGIC) + POINT_BYTES : START] + (2).to_bytes(4, "big")
            plain = Cipher(algorithms.AES(key), modes.CTR(start)).decryptor()
            text = plain.update(body[START:-TAG_BYTES])[4:].decode("utf-8", "replace")
            parcel = json.loads(text)
            return SealedFile(parcel["device"], parcel["epoch"], tuple(parcel["operations"]))
        except (ValueError, KeyError) as error:
            raise UnreadableError from error


class ShowsABox(Phone):
    """The browser makes text of whatever comes: what reads as an answer is one."""

    def hear(self, request: Wire, response: Response, now: float) -> Replica | None:
        if response.body is not None:
            try:
                answer = json.loads(response.body.decode("utf-8", "replace"))
            except ValueError:
                return super().hear(request, response, now)
            return super().hear(request, Response(answer=answer), now)
        return super().hear(request, response, now)
