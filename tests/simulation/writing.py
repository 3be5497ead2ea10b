"""People write reports that they do not send yet, on one phone and then on another.

Not here: reports that are sent (`people`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.simulation.drafts import TYPE, book_of, copies_of, put_book
from tests.simulation.phone import Killed, Phone
from tests.simulation.scene import Scene

_BEGINNING = datetime(2026, 11, 20, tzinfo=UTC)


class WritingEvents(Scene):
    """Drafts: begun, changed, dropped, taken over."""

    def draft_written(self) -> bool:
        phone = self.chance.choice(self.phones)
        book = book_of(phone.disk)
        known = sorted(book.drafts)
        id = self.chance.choice(known) if known and self.chance.random() < 0.6 else self.name()
        text = f"{self.chance.randrange(100)}"
        return self._write(phone, lambda: book.write(id, self._moment(phone), text), id)

    def draft_dropped(self) -> bool:
        """It was sent, or thrown away."""
        phone = self.chance.choice(self.phones)
        book = book_of(phone.disk)
        if not book.drafts:
            return False
        id = self.chance.choice(sorted(book.drafts))
        return self._write(phone, lambda: book.drop(id), f"{id} no more")

    def draft_taken(self) -> bool:
        """Another phone of the account goes on with what this one shows."""
        phone = self.chance.choice(self.phones)
        book = book_of(phone.disk)
        own = f"{TYPE}:{phone.disk.device}:"
        there = {id: row["body"] for id, row in copies_of(phone.disk).items()
                 if not id.startswith(own) and id not in book.taken
                 and row["body"].get("draft") is not None}  # fmt: skip
        if not there:
            return False
        id = self.chance.choice(sorted(there))
        body = there[id]
        return self._write(phone, lambda: book.take(id, body, self._moment(phone)), f"of {id}")

    def _write(self, phone: Phone, act: object, what: str) -> bool:
        assert callable(act)
        try:
            phone.save(lambda disk: put_book(disk, act()))
        except Killed:
            phone.restart()
            return False
        self.note(f"{phone.label} draft {what}")
        return True

    def _moment(self, phone: Phone) -> str:
        at = _BEGINNING + timedelta(seconds=phone.wall(self.now))
        return at.isoformat(timespec="microseconds")
