"""One scope on a phone: rows as the server last showed them, cursor and digest.

Not here: operations of one's own (`replica`), and rows with them on top (`view`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sync import digest as digests
from sync.view import Row


@dataclass
class Shadow:
    """One scope as the server last showed it.

    `unseen` is not None while the scope is read anew: rows not met again by its end are gone.
    """

    cursor: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    sum: int = 0
    complete: bool = False
    unseen: set[str] | None = None
    #: The digest for which the scope was read anew last: once is enough for one digest.
    distrusted: str | None = None

    def put(self, row: Row) -> None:
        """Take a row unless a later state of it is already here."""
        held = self.rows.get(row["id"])
        again = self.unseen is not None and row["id"] in self.unseen
        if held is not None and not again and held["seq"] > row["seq"]:
            return
        self.drop(row["id"])
        self.rows[row["id"]] = row
        self.sum = digests.add(self.sum, None, (row["id"], row["version"]))

    def carry(self, row: Row, *, old: bool) -> None:
        """Let a row of another scope, which lies here by now, stand in until its own has come.

        It counts in the sum: the server's digest counts it here too, at the same version. An `old`
        one, of an earlier life of the server, stays so, which its number -1 says.
        """
        if row["id"] not in self.rows:
            self.put({**row, "seq": -1 if old else 0})

    def carry_all(self, other: Shadow, scope: str) -> None:
        """Let all rows of `other`, which was merged into this `scope`, stand in."""
        for id, row in other.rows.items():
            self.carry({**row, "scope": scope}, old=other.may_be_old(id))

    def drop(self, id: str) -> None:
        held = self.rows.pop(id, None)
        if held is not None:
            self.sum = digests.add(self.sum, (id, held["version"]), None)
        if self.unseen is not None:
            self.unseen.discard(id)

    def read_anew(self) -> None:
        """Begin again at the start; what is shown stays until the end is reached."""
        self.cursor = 0
        self.complete = False
        self.unseen = set(self.rows)

    def may_be_old(self, id: str) -> bool:
        """Whether the row may be one of which the server, restored since, never told."""
        if id not in self.rows:
            return False
        return self.rows[id]["seq"] < 0 or (self.unseen is not None and id in self.unseen)

    def end_of_pages(self) -> None:
        """All rows beyond the cursor were read."""
        for id in tuple(self.unseen or ()):
            self.drop(id)
        self.unseen = None
        self.complete = True

    def doubts(self, digest: str) -> bool:
        """Whether the rows differ from the server's, judged at the end of the pages.

        True once for one digest: if reading anew does not help, the fault is not in what was
        missed, and reading all of it at each sync would only cost the person's data volume.
        """
        if digests.to_text(self.sum) == digest:
            self.distrusted = None
            return False
        again = self.distrusted != digest
        self.distrusted = digest
        return again

    def copy(self) -> Shadow:
        unseen = None if self.unseen is None else set(self.unseen)
        rows = dict(self.rows)
        return Shadow(self.cursor, rows, self.sum, self.complete, unseen, self.distrusted)


def where_rows_went(
    changes: Mapping[str, Mapping[str, Any]], moved: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Row id -> the scope where it is now, of all rows that left one by these pages.

    A row whose commune was merged away twice has left the one between as well; `moved` are scopes
    of which the phone knows that they lie wholly in another.
    """
    left: dict[str, dict[str, str]] = {}
    for scope, page in changes.items():
        for row in page["rows"]:
            if row.get("moved_to"):
                left.setdefault(row["id"], {})[scope] = row["moved_to"]
    ends = {id: _end(tuple(ways.values()), ways) for id, ways in left.items()}
    return {id: _follow(scope, moved) for id, scope in ends.items()}


def _follow(scope: str, moved: Mapping[str, str]) -> str:
    for _ in range(len(moved)):  # a restored server may have turned one round
        scope = moved.get(scope, scope)
    return scope


def _end(reached: tuple[str, ...], left: Mapping[str, str]) -> str:
    return next((scope for scope in reached if scope not in left), reached[-1])
