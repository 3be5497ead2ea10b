"""A phone's photos on their way to the real server: tus 1.0, in two pieces, over any bad line."""

from __future__ import annotations

import base64
import contextlib
import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.factories.evidence import Photo
from tests.reliability.ledger import Ledger

TIMEOUT_S = 20
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class Upload:
    """One photo of one account. Says in the ledger what the server said that it holds."""

    port: int
    token: str
    account: str
    photo: Photo
    #: Its name, which is that of the bytes.
    sha256: str = ""

    def __post_init__(self) -> None:
        if not self.sha256:
            object.__setattr__(self, "sha256", self.photo.sha256)

    @classmethod
    def named(cls, port: int, token: str, account: str, sha256: str) -> Upload:
        """One whose bytes are not at hand, to ask about."""
        return cls(port, token, account, Photo(b"", "", 0, 0), sha256)

    def deliver(self, ledger: Ledger, is_over: Callable[[], bool]) -> bool:
        """Go on from wherever the server stands until it holds the photo. False: time is up."""
        while not is_over():
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.try_once(ledger) is None:
                    return True
            time.sleep(0.05)
        return False

    def held(self) -> tuple[int, bool]:
        """The offset that the server tells, and whether it holds the photo whole; -1: unknown."""
        status, headers = self._ask("HEAD", self._path, {})
        if status == 404:
            return -1, False
        assert status == 200, status
        return int(headers["Upload-Offset"]), headers["Upload-Verified"] == "true"

    def try_once(self, ledger: Ledger) -> int | None:
        """Go on until the server holds the photo (None) or will not: the status."""
        name = base64.b64encode(self.sha256.encode()).decode()
        kind = base64.b64encode(self.photo.media_type.encode()).decode()
        size = len(self.photo.content)
        status, headers = self._ask("POST", "/api/v1/uploads", {
            "Upload-Length": str(size), "Upload-Metadata": f"sha256 {name},type {kind}",
        })  # fmt: skip
        while status in (201, 204):
            offset, verified = int(headers["Upload-Offset"]), headers["Upload-Verified"] == "true"
            ledger.write(
                photo=self.sha256, size=size, account=self.account, token=self.token,
                offset=offset, verified=verified, at=time.monotonic_ns(),
            )  # fmt: skip
            if verified:
                return None
            # two pieces, so that there is something to lose in between
            piece = self.photo.content[offset : max(offset + 1, size // 2) if not offset else size]
            status, headers = self._ask("PATCH", self._path, {
                "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream",
            }, piece)  # fmt: skip
        # whatever it could not do now, it may do later; a refusal would be a fault of ours
        assert status >= 500 or status in (404, 409, 423), status
        return status

    @property
    def _path(self) -> str:
        return f"/api/v1/uploads/{self.sha256}"

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        with contextlib.closing(connection):
            own = {"Authorization": f"Bearer {self.token}", **TUS, **headers}
            connection.request(method, path, body or None, own)
            response = connection.getresponse()
            response.read()
            return response.status, dict(response.headers)
