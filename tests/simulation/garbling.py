"""A byte of a message becomes another on its way: by a broken proxy, a bad stick, a tired cable.

TLS finds it on a line; beneath it stand gzip's checksum and strict UTF-8, and a sealed file proves
itself. Whatever is not what was sent is nothing. Not here: messages that are cut (`network`).
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace

from tests.simulation.events import Response
from tests.simulation.network import NetworkEvents
from tests.simulation.port import Crashed, Refused
from tests.simulation.state import Wire


class GarblingEvents(NetworkEvents):
    """One bit of a request, an answer or a sealed file is turned over."""

    def request_garbled(self) -> bool:
        message = self._pick(answer=False)
        if message is None:
            return False
        self.travelling.remove(message)
        body, packed = self._garbled(message.request)
        before = self.server.state
        try:
            answer = self.server.sync_bytes(message.request["device"], body, packed=packed)
            response = Response(answer=answer)
        except Refused as refused:
            response = Response(refused.status, media_type="application/problem+json", text="{}")
        except Crashed:
            self.oracle.on_heard(message.request, self.server, sure=False)
            return True
        self.oracle.on_heard(message.request, self.server, sure=False)
        sent = tuple(message.request["operations"])
        # In gzip's head nobody reads the time: what was whole may meet a lock as any other
        read = response.status not in (400, 403)
        self.oracle.on_garbled(before, self.server.state, sent, read=read)
        self.travelling.append(replace(message, response=response))
        return True

    def answer_garbled(self) -> bool:
        message = self._pick(answer=True)
        if message is None or message.response is None or message.response.answer is None:
            return False
        self.travelling.remove(message)
        body, packed = self._garbled(message.response.answer)
        if packed:
            try:
                body = gzip.decompress(body)
            except (OSError, EOFError, zlib.error):
                body = b""  # a browser says that nothing came
            if body == json.dumps(message.response.answer).encode():
                return True  # the time in gzip's head, which nobody reads: as if it were lost
        self._deliver(replace(message, response=Response(body=body)))
        return True

    def file_garbled(self) -> bool:
        """A sealed file suffers on its stick; the phone holds all of it still."""
        if not self.files:
            return False
        file = self.chance.choice(self.files)
        carrier = self.chance.choice(self.phones).disk.device
        before = self.server.state
        try:
            body = self._turn_over(self.server.seal(file, carrier), 1 << self.chance.randrange(8))
            self.server.bring(body, carrier)
        except Crashed:
            return True
        except Refused as refused:
            self.oracle.on_garbled(before, self.server.state, (), read=False)
            self.note(f"garbled file of {len(file.operations)} refused {refused.status}")
            return True
        self.oracle.on_garbled(before, self.server.state, file.operations, read=True)
        return True

    def _garbled(self, message: Wire) -> tuple[bytes, bool]:
        """The bytes of a message, one of them wrong, and whether they are packed."""
        body = json.dumps(message).encode()
        if self.chance.random() < 0.5:
            return self._turn_over(
                gzip.compress(body, 1, mtime=0), 1 << self.chance.randrange(8)
            ), True
        # Plain text shows it by its first bit alone: all others make another letter of a letter.
        return self._turn_over(body, 0x80), False

    def _turn_over(self, body: bytes, bit: int) -> bytes:
        place = self.chance.randrange(len(body))
        return body[:place] + bytes([body[place] ^ bit]) + body[place + 1 :]
