"""Messages as bytes, as they reach the model server: packed or plain, and sealed files.

Part of the model server, which else is handed what stands in them. Files are opened by the real
code. Not here: who damages them (`garbling`).
"""

from __future__ import annotations

import io
import json
import zlib

from cryptography.hazmat.primitives.asymmetric import ec

from server.exchange.sealed import SealedFile as Opened
from server.exchange.sealed import UnreadableError
from tests.factories.courier import CURVE, make_parcel, point_of, seal
from tests.simulation.port import Refused, SealedFile
from tests.simulation.state import Wire
from tests.simulation.twins import Twins

_KEY = ec.derive_private_key(2**200 + 7, CURVE)
_EPHEMERAL = ec.derive_private_key(2**190 + 9, CURVE)
_IV = bytes(range(12))  # the same bytes for the same seed
_GZIP = 16 + zlib.MAX_WBITS


class BytesIn(Twins):
    """Needs what `ModelServer` sets up."""

    def sync_bytes(self, device: str, body: bytes, *, packed: bool) -> Wire:
        """Raises Refused(400) for what is no whole message."""
        try:
            request: Wire = self.read_request(body, packed)
        except (ValueError, zlib.error, EOFError) as error:
            raise Refused(400) from error
        if request.get("device") != device:
            raise Refused(403)
        return self.sync(request)

    def read_request(self, body: bytes, packed: bool) -> Wire:
        if packed:
            unpacker = zlib.decompressobj(_GZIP)
            body = unpacker.decompress(body)
            if not unpacker.eof or unpacker.unused_data:
                raise EOFError
        request: Wire = json.loads(body.decode("utf-8"))
        return request

    def sync(self, request: Wire) -> Wire:
        raise NotImplementedError

    def seal(self, file: SealedFile, carrier: str) -> bytes:
        parcel = make_parcel(file.device, file.device, file.operations, epoch=file.epoch)
        return seal(parcel, [], point_of(_KEY), ephemeral=_EPHEMERAL, iv=_IV)

    def bring(self, body: bytes, carrier: str) -> None:
        """Raises Refused(422) for a file that is not as its phone sealed it."""
        try:
            self.carry(self.open(body), carrier)
        except UnreadableError as error:
            raise Refused(422) from error

    def open(self, body: bytes) -> SealedFile:
        parcel = Opened(io.BytesIO(body), len(body), _KEY).open()
        operations = tuple(parcel.operations)
        return SealedFile(parcel.device, parcel.epoch, operations)  # type: ignore[arg-type]
