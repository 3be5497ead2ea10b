"""Scenes for pictures, made over HTTP as phones make them: two values for one thing, a change asked
for on what is approved, something set aside. Not here: the demo's ordinary weeks (`loa demo`)."""

from __future__ import annotations

import json
import re
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from server import clock
from server.database.ids import new_id
from tests.support.serving import Server

Row = dict[str, Any]


@dataclass
class Handset:
    """A phone without a screen: enrolled by a link, it sends operations and reads rows."""

    server: Server
    link: str
    rows: dict[str, Row] = field(default_factory=dict)
    incarnation: str | None = None
    _n: int = 0

    def __post_init__(self) -> None:
        code = re.sub(r".*#noi-may=", "", self.link)
        enrolled = self._post("devices", {"enrolment_code": code, "name": "Máy thứ hai"})
        self.device, self.token = enrolled["device"], enrolled["token"]
        self.account = enrolled["account"]
        self.scopes: list[str] = enrolled["scopes"]
        self.sync()

    def sync(self, *operations: Row) -> Row:
        """One trip; the newest rows are kept by id."""
        answer = self._post("sync", {
            "protocol": 1, "device": self.device, "epoch": 1, "last_n": self._n, "app": "cảnh",
            "catalogue": None, "unsent": {"operations": 0, "photos": 0, "oldest_at": None},
            "incarnation": self.incarnation, "cursors": dict.fromkeys(self.scopes, 0),
            "digests": {}, "operations": list(operations), "max_rows": 500,
        })  # fmt: skip
        self.incarnation = answer["incarnation"]
        for changes in answer["changes"].values():
            for row in changes["rows"]:
                if row["type"] == "activity" and "fields" in row:
                    self.rows[row["id"]] = row
        return answer

    def mine(self, status: str, kind: str = "loudspeaker_broadcast") -> Row:
        """The newest own activity of a status that nobody disputes yet."""
        return max(
            (
                row
                for row in self.rows.values()
                if row["author"]["id"] == self.account["id"]
                and (row["status"], row["kind"]) == (status, kind)
                and not row["conflicts"]
            ),
            key=lambda row: str(row["event_date"]),
        )

    def edit(self, row: Row, **values: Any) -> Row:
        """An operation that changes `row` as it was when this phone read it."""
        self._n += 1
        return {
            "id": new_id(clock.now()), "activity": row["id"], "type": "edit", "scope": row["scope"],
            "kind": row["kind"], "kind_version": row["kind_version"], "base": row["version"],
            "incarnation": self.incarnation, "set": values,
            "was": {name: row["fields"].get(name) for name in values},
            "add": {}, "remove": {}, "after": None, "n": self._n,
            "captured": {"wall": "2026-11-22T10:00:00+07:00", "monotonic_ms": 1, "boot": "b",
                         "beacon": None},
        }  # fmt: skip

    def _post(self, path: str, body: Row) -> Row:
        request = urllib.request.Request(
            f"{self.server.url}/api/v1/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        if path == "sync":
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: Row = json.load(answer)
        return found


def disagree(handset: Handset) -> str:
    """Two values for one thing, each written without sight of the other; the activity's id."""
    row = handset.mine("submitted")
    on_air = row["fields"]["clusters_on_air"]
    first = {"clusters_on_air": on_air - 1, "programme_title": "Lương hưu cho lao động tự do"}
    second = {
        "clusters_on_air": on_air - 2,
        "programme_title": "Nhà nước hỗ trợ tiền đóng BHXH tự nguyện",
    }
    handset.sync(handset.edit(row, **first))
    handset.sync(handset.edit(row, **second))
    return str(row["id"])


def ask_to_amend(handset: Handset) -> str:
    """A change of what is approved; the activity's id."""
    row = handset.mine("approved")
    handset.sync(handset.edit(row, duration_min=row["fields"]["duration_min"] + 4))
    return str(row["id"])


def be_set_aside(handset: Handset) -> None:
    """What no rule lets in; the server keeps it whole."""
    handset.sync(handset.edit(handset.mine("submitted"), duration_min=100_000))
