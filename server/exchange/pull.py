"""What is new for a phone: pages of rows beyond its cursors, out of one snapshot.

A scope with nothing new and an equal digest is left out: nothing to do costs half a kilobyte.
Not here: which scopes an account has (`accounts.areas`), the shape of an activity
(`activities.wire`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from server.activities import queries as activities
from server.activities import wire
from server.activities.operations import Result
from server.change_feed import moves
from server.change_feed import queries as change_feed
from server.exchange import drafts
from server.exchange.request import SyncRequest
from server.http.actor import Actor
from sync.feed import Page, page, start_of
from sync.outcome import Applied

#: Feeds that hold documents; all others hold activities.
_DOCUMENT_LEVELS = ("account", "reference")


def changes(
    session: Session,
    actor: Actor,
    request: SyncRequest,
    incarnation: str,
    results: Sequence[Result],
    leaving: Sequence[str] = (),
) -> dict[str, Any]:
    """The answer's `changes`: `{scope: {"to", "more", "digest", "rows"}}`.

    `results` are those of the operations that came with this request; `leaving` are scopes on
    their way into one of the actor's (`follow`).
    """
    readable = (*actor.scopes, *leaving)
    heads = change_feed.heads(session, readable)
    own = _own(results)
    found: dict[str, Any] = {}
    room = request.max_rows
    for scope in _most_wanted_first(readable):
        last, digest, moved_seq = heads[scope]
        cursor = start_of(request.cursors.get(scope), request.incarnation, incarnation)
        if last <= cursor:
            if request.digests.get(scope) != digest:
                found[scope] = {"to": cursor, "more": False, "digest": digest, "rows": []}
            continue
        if room == 0:
            found[scope] = {"to": cursor, "more": True, "digest": digest, "rows": []}
            continue
        read = _read(session, scope, cursor, room, own, actor.device_id,
                     with_moves=moved_seq > cursor)  # fmt: skip
        room -= len(read.rows)
        found[scope] = {
            "to": read.to,
            "more": read.more,
            "digest": digest,
            "rows": list(read.rows),
        }
    return found


@dataclass(frozen=True, slots=True)
class Following:
    """What the account gained and lost against the scopes that the phone follows.

    `leaving` are scopes whose rows are still on their way into one that the account has: the
    phone reads them to their end.
    """

    grants: dict[str, Any]
    leaving: tuple[str, ...] = ()


def follow(session: Session, actor: Actor, cursors: Mapping[str, int]) -> Following:
    """Compare what the account may read with what the phone names in `cursors`."""
    granted = set(actor.scopes)
    strange = sorted(scope for scope in cursors if scope not in granted)
    redirects = moves.redirects(session, strange) if strange else {}
    followed = {scope: to for scope, to in redirects.items() if to.to in granted}
    return Following(
        {
            "added": [scope for scope in actor.scopes if scope not in cursors],
            "dropped": [scope for scope in strange if scope not in followed],
            "moved": {scope: to.to for scope, to in followed.items() if to.emptied},
        },
        tuple(scope for scope, to in followed.items() if not to.emptied),
    )


def _read(
    session: Session,
    scope: str,
    cursor: int,
    limit: int,
    own: Mapping[str, Result],
    device_id: str | None,
    *,
    with_moves: bool,
) -> Page:
    if scope.partition(":")[0] in _DOCUMENT_LEVELS:
        documents = change_feed.documents_after(session, scope, cursor, limit + 1)
        return page([_document(row, device_id) for row in documents], cursor, limit)
    rows = activities.feed_page(session, scope, cursor, limit + 1)
    beyond: list[dict[str, Any]] = [{"seq": row.seq, "row": row} for row in rows]
    if with_moves:
        left = moves.moved_after(session, scope, cursor, limit + 1)
        beyond += [{"seq": row.seq, "left": row} for row in left]
    read = page(beyond, cursor, limit)
    found = [each["row"] for each in read.rows if "row" in each]
    whole = [row for row in found if not _is_known(row, own, cursor)]
    shown = {row["id"]: row for row in activities.wire_rows(session, whole)}
    return Page(
        tuple(
            _left(each["left"])
            if "left" in each
            else shown.get(each["row"].id) or wire.own_row(each["row"])
            for each in read.rows
        ),
        read.to,
        read.more,
    )


def _left(row: Any) -> dict[str, Any]:
    """What stands in a scope for a row that went to another."""
    return {"type": row.type, "id": row.row_id, "seq": row.seq, "gone": True,
            "moved_to": row.moved_to}  # fmt: skip


def _document(row: Any, device_id: str | None) -> dict[str, Any]:
    known = {"type": row.type, "id": row.id, "seq": row.seq, "version": row.version}
    if row.gone:
        return {**known, "gone": True}
    own_draft = drafts.is_of(row.id, device_id)
    return {**known, "body": drafts.without_content(row.body) if own_draft else row.body}


def _own(results: Sequence[Result]) -> dict[str, Result]:
    """Activities for which every operation of this request went in as the phone had it."""
    own: dict[str, Result] = {}
    touched: set[str] = set()
    for result in results:
        if result.fresh and isinstance(result.outcome, Applied):
            own[result.activity_id] = result
        else:
            touched.add(result.activity_id)
    return {id: result for id, result in own.items() if id not in touched}


def _is_known(row: Any, own: Mapping[str, Result], cursor: int) -> bool:
    """Whether the phone has the row's body: its own change on a row that it had seen.

    Somebody's change between our commit and this snapshot, or one before that the phone had not
    read, makes the whole row necessary.
    """
    result = own.get(row.id)
    if result is None or result.seq != row.seq:
        return False
    return result.seq_before is None or result.seq_before <= cursor


def _most_wanted_first(scopes: Sequence[str]) -> list[str]:
    """The account's own notices, then the reference data, then its communes."""
    order = {"account": 0, "reference": 1}
    return sorted(scopes, key=lambda scope: order.get(scope.partition(":")[0], 2))
