"""A program from outside: it knows the contract and the protocol, and nothing of the code.

Only what anybody has: an http client, the `loa` command, and the standard library. Answers are
returned as they come; what they must hold is said by the tests.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.support.serving import Server

TUS = {"Tus-Resumable": "1.0.0"}


def new_id() -> str:
    """A UUIDv7, as a phone makes it."""
    head = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    head = head & ~(0xF << 76) | (7 << 76)
    return str(uuid.UUID(int=head & ~(0x3 << 62) | (2 << 62)))


@dataclass
class Caller:
    """Asks one server; asks no proxy and follows no redirect."""

    server: Server
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update(self.headers)

    def __call__(self, method: str, path: str, **parts: Any) -> requests.Response:
        url = path if path.startswith("http") else self.server.url + path
        return self.http.request(method, url, timeout=30, allow_redirects=False, **parts)

    def read(self, path: str, **query: str | int) -> Any:
        answer = self("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


class Phone(Caller):
    """An enrolled phone: operations out, rows in, photos up."""

    def __init__(self, server: Server, enrolment_code: str, name: str = "Máy của cộng tác viên"):
        enrolled = Caller(server)(
            "POST", "/api/v1/devices", json={"enrolment_code": enrolment_code, "name": name}
        )
        assert enrolled.status_code == 201, enrolled.text
        self.enrolled = enrolled.json()
        super().__init__(server, {"Authorization": f"Bearer {self.enrolled['token']}"})
        self.scope = next(
            (s for s in self.enrolled["scopes"] if not s.startswith(("account:", "reference"))), ""
        )
        self.n = 0

    def operation(self, type_: str, activity: str, kind: str, **parts: Any) -> dict[str, Any]:
        """The envelope of the protocol, every member in it."""
        self.n += 1
        return {
            "id": new_id(), "activity": activity, "type": type_, "scope": self.scope,
            "kind": kind, "kind_version": 1, "base": None, "incarnation": None,
            "set": {}, "was": {}, "add": {}, "remove": {}, "after": None, "n": self.n,
            "captured": {"wall": "2026-11-22T07:01:09+07:00", "monotonic_ms": 812345,
                         "boot": "b1", "beacon": None},
        } | parts  # fmt: skip

    def report(
        self, kind: str, fields: dict[str, Any], photos: list[dict[str, Any]] | None = None
    ) -> list[dict[str, Any]]:
        """Two operations: create, and submit after it."""
        activity = new_id()
        add = {"evidence": photos} if photos else {}
        create = self.operation("create", activity, kind, set=fields, add=add)
        return [create, self.operation("submit", activity, kind, after=create["id"])]

    def message(self, *operations: dict[str, Any], **parts: Any) -> dict[str, Any]:
        return {
            "protocol": 1, "device": self.enrolled["device"], "epoch": 1, "last_n": self.n,
            "app": "outside/1", "catalogue": "", "incarnation": None, "cursors": {},
            "unsent": {"operations": len(operations), "photos": 0, "oldest_at": None},
            "digests": {}, "operations": list(operations), "max_rows": 500,
        } | parts  # fmt: skip

    def sync(self, *operations: dict[str, Any], packed: bool = False, **parts: Any) -> Any:
        body = json.dumps(self.message(*operations, **parts)).encode()
        headers = {"Content-Type": "application/json"}
        if packed:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        answer = self("POST", "/api/v1/sync", data=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def outcomes(self, *operations: dict[str, Any], **parts: Any) -> list[dict[str, Any]]:
        """One outcome for each operation, in their order."""
        found = {one["id"]: one for one in self.sync(*operations, **parts)["outcomes"]}
        return [found[operation["id"]] for operation in operations]

    def row(self, activity: str) -> dict[str, Any]:
        """The activity as the feed of its scope tells it to a phone that knows nothing."""
        cursors: dict[str, int] = {}
        incarnation = None
        while True:
            answer = self.sync(cursors=cursors, incarnation=incarnation)
            incarnation = answer["incarnation"]
            change = answer["changes"].get(self.scope, {"rows": [], "more": False})
            for row in change["rows"]:
                if row["id"] == activity:
                    return dict(row)
            assert change["more"], f"no {activity} in {self.scope}"
            cursors = {scope: each["to"] for scope, each in answer["changes"].items()}

    def create_upload(
        self, content: bytes, size: int | None = None, sha256: str | None = None, **headers: str
    ) -> requests.Response:
        """Creation with upload: the first bytes (or all) go with the POST."""
        metadata = {
            "sha256": sha256 or hashlib.sha256(content).hexdigest(),
            "type": "image/jpeg", "filename": "ảnh.jpg",
        }  # fmt: skip
        return self("POST", "/api/v1/uploads", data=content, headers=TUS | {
            "Upload-Length": str(size or len(content)),
            "Upload-Metadata": ",".join(f"{k} {packed_text(v)}" for k, v in metadata.items()),
            "Content-Type": "application/offset+octet-stream",
        } | headers)  # fmt: skip

    def send_chunk(
        self, sha256: str, offset: int, chunk: bytes, **headers: str
    ) -> requests.Response:
        return self("PATCH", f"/api/v1/uploads/{sha256}", data=chunk, headers=TUS | {
            "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream",
        } | headers)  # fmt: skip


def packed_text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Console(Caller):
    """Somebody signed in with a plain http client: a cookie and the token against forgery."""

    def __init__(self, server: Server, username: str, password: str):
        super().__init__(server)
        answer = self("POST", "/api/v1/session", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        self.signed_in = answer.json()
        self.http.headers["X-CSRF-Token"] = self.signed_in["csrf_token"]

    def decide(
        self, seen: dict[str, Any], decision: str, *remarks: dict[str, Any]
    ) -> requests.Response:
        """Decide on what was seen: its version and its digest."""
        return self("POST", f"/api/v1/activities/{seen['id']}/decisions", json={
            "decision": decision, "version": seen["version"], "digest": seen["digest"],
            "remarks": list(remarks),
        })  # fmt: skip

    def decided(self, activity: str, decision: str, *remarks: dict[str, Any]) -> dict[str, Any]:
        """Open the activity, decide, and read it again."""
        answer = self.decide(self.read(f"/api/v1/activities/{activity}"), decision, *remarks)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = self.read(f"/api/v1/activities/{activity}")
        return found
