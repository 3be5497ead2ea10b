"""Half-written reports on a phone, and which of them it knows to be backed up.

The rules of the field app (`pwa/src/sync/request.ts`, `taking.ts`), for phones of the simulated
world. Not here: the server's side (`keeping`), and who writes (`writing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sync.replica import Replica
from tests.simulation.state import Wire

TYPE = "draft"


@dataclass(frozen=True)
class DraftBook:
    """`drafts`: id -> when it changed, what it says. `told`: what the server was told of each.
    `taken`: copies of other phones that this one goes on with."""

    drafts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    taken: tuple[str, ...] = ()

    def write(self, id: str, now: str, text: str) -> DraftBook:
        """What stands there from `now` on; a clock that was put back does not make it older."""
        before, _ = self.drafts.get(id, ("", ""))
        at = now if now > before else _just_after(before)
        return replace(self, drafts={**self.drafts, id: (at, text)})

    def drop(self, id: str) -> DraftBook:
        return replace(self, drafts={k: v for k, v in self.drafts.items() if k != id})

    def take(self, document: str, body: Wire, now: str) -> DraftBook:
        """Go on with what another phone of the account had backed up."""
        book = self.write(body["id"], max(now, body["changed_at"]), body["draft"]["text"])
        return replace(book, taken=(*self.taken, document))

    def due(self, copies: Mapping[str, str]) -> list[Wire]:
        """What the server's copies lack; `copies`: draft -> when the copy was changed, as the
        phone's feed has it."""
        gone = [id for id in self.told if id not in self.drafts]
        changed = [
            id for id, (at, _) in self.drafts.items()
            if self.told.get(id) != at or (id in copies and copies[id] < at)
        ]  # fmt: skip
        return [{"id": id, "changed_at": self.told[id], "body": None} for id in gone] + [
            {"id": id, "changed_at": self.drafts[id][0], "body": {"text": self.drafts[id][1]}}
            for id in changed
        ]

    def heard(self, request: Wire, *, new_life: bool) -> DraftBook:
        """An answer to `request` was taken."""
        told = dict(self.told)
        if new_life:
            told = {id: at for id, at in told.items() if id not in self.drafts}
        for each in request.get("drafts", ()):
            if each["body"] is None:
                told.pop(each["id"], None)
            else:
                told[each["id"]] = each["changed_at"]
        taken = tuple(each for each in self.taken if each not in request.get("taken", ()))
        return replace(self, told=told, taken=taken)


def _just_after(moment: str) -> str:
    at = datetime.fromisoformat(moment) + timedelta(microseconds=1)
    return at.isoformat(timespec="microseconds")


def book_of(replica: Replica) -> DraftBook:
    """It is part of what is durable, and copied with it."""
    found: DraftBook = vars(replica).get("book") or DraftBook()
    return found


def put_book(replica: Replica, book: DraftBook) -> None:
    vars(replica)["book"] = book


def copies_of(replica: Replica) -> dict[str, Any]:
    """Document id -> its row, of all drafts that the account's feed shows."""
    return {
        row["id"]: row
        for shadow in replica.scopes.values()
        for row in shadow.rows.values()
        if row.get("type") == TYPE
    }


def with_drafts(request: Wire, replica: Replica) -> Wire:
    """The request with what the server's copies lack."""
    book = book_of(replica)
    prefix = f"{TYPE}:{replica.device}:"
    copies = {id.removeprefix(prefix): str(row["body"]["changed_at"])
              for id, row in copies_of(replica).items() if id.startswith(prefix)}  # fmt: skip
    due = book.due(copies)
    request = {**request, "drafts": due} if due else request
    return {**request, "taken": list(book.taken)} if book.taken else request
