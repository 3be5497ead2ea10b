"""What is new for a phone: pages of rows beyond its cursors, out of one snapshot.

A scope with nothing new and an equal digest is left out: nothing to do costs half a kilobyte.
Not here: which scopes an account has (`accounts.areas`), the shape of an activity
(`activities.wire`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy.orm import Session

from server.activities import queries as activities
from server.activities import wire
from server.activities.operations import Result
from server.change_feed import moves
from server.change_feed import queries as change_feed
from server.change_feed.queries import Glance
from server.exchange import drafts
from server.exchange.pages import Key, MadePage, PageCache
from server.exchange.request import SyncRequest
from server.http.actor import Actor
from sync.feed import Page, page, start_of
from sync.outcome import Applied

#: Feeds that hold documents; all others hold activities.
_DOCUMENT_LEVELS = ("account", "reference")

#: By engine: a copy of a database lives the same life until somebody says otherwise.
_caches: WeakKeyDictionary[Any, PageCache] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a phone asks of the feeds. `own` are activities that it need not be told of whole."""

    request: SyncRequest
    device_id: str | None
    scopes: tuple[str, ...]
    own: Mapping[str, Result]

    def cursor(self, scope: str, incarnation: str) -> int:
        """Where the phone's next page of `scope` begins."""
        return start_of(self.request.cursors.get(scope), self.request.incarnation, incarnation)


def wanted(
    actor: Actor, request: SyncRequest, results: Sequence[Result], leaving: Sequence[str] = ()
) -> Wanted:
    """`results` are those of the operations that came with this request; `leaving` are scopes on
    their way into one of the actor's (`follow`)."""
    return Wanted(request, actor.device_id, (*leaving, *actor.scopes), _own(results))


def known_changes(wanted: Wanted, seen: Glance) -> dict[str, Any] | None:
    """The answer's `changes` where no row has to be read for it; None where one has to.

    Nothing is new, or nothing but what this request brought: numbers are given once, so if the
    phone's own rows bear every number beyond its cursor, there are no other rows.
    """
    found: dict[str, Any] = {}
    room = wanted.request.max_rows
    for scope in wanted.scopes:
        last, digest, _ = seen.heads[scope]
        cursor = wanted.cursor(scope, seen.incarnation)
        if last <= cursor:
            if wanted.request.digests.get(scope) != digest:
                found[scope] = {"to": cursor, "more": False, "digest": digest, "rows": []}
            continue
        rows = _own_rows(wanted.own, scope, cursor)
        room -= len(rows)
        if len(rows) != last - cursor or room < 0:
            return None
        found[scope] = {"to": last, "more": False, "digest": digest, "rows": rows}
    return found


def changes(session: Session, wanted: Wanted, seen: Glance) -> dict[str, Any]:
    """The answer's `changes`: `{scope: {"to", "more", "digest", "rows"}}`.

    `seen` was read in this same snapshot.
    """
    found: dict[str, Any] = {}
    room = wanted.request.max_rows
    for scope in _most_wanted_first(wanted.scopes):
        last, digest, moved_seq = seen.heads[scope]
        cursor = wanted.cursor(scope, seen.incarnation)
        if last <= cursor:
            if wanted.request.digests.get(scope) != digest:
                found[scope] = {"to": cursor, "more": False, "digest": digest, "rows": []}
            continue
        if room == 0:
            found[scope] = {"to": cursor, "more": True, "digest": digest, "rows": []}
            continue
        key = (seen.incarnation, scope, cursor, room, last)
        made = _page(session, key, wanted, with_moves=moved_seq > cursor)
        room -= made.count
        found[scope] = {
            "to": made.to, "more": made.more, "digest": digest, "rows": orjson.Fragment(made.rows),
        }  # fmt: skip
    return found


def _page(session: Session, key: Key, wanted: Wanted, *, with_moves: bool) -> MadePage:
    """The page, from what is kept if it is the same for every reader."""
    _, scope, cursor, limit, _ = key
    # An account's own feed differs by phone, and is nobody else's
    is_shared = not scope.startswith("account:") and not any(
        result.scope == scope for result in wanted.own.values()
    )
    bind = session.get_bind()
    cache = _caches.setdefault(getattr(bind, "engine", bind), PageCache())
    kept = cache.get(key) if is_shared else None
    if kept is not None:
        return kept
    read = _read(session, scope, cursor, limit, wanted, with_moves=with_moves)
    made = MadePage(orjson.dumps(read.rows), len(read.rows), read.to, read.more)
    if is_shared and not any(map(_is_on_its_way, read.rows)):
        cache.keep(key, made)
    return made


def _is_on_its_way(row: Mapping[str, Any]) -> bool:
    """Whether the row tells how far a photo has come, which moves without a new number."""
    return any("offset" in element for element in row.get("evidence", ()))


@dataclass(frozen=True, slots=True)
class Following:
    """What the account gained and lost against the scopes that the phone follows.

    `leaving` are scopes whose rows are still on their way into one that the account has: the
    phone reads them to their end.
    """

    grants: dict[str, Any]
    leaving: tuple[str, ...] = ()


def follows_only_its_own(actor: Actor, cursors: Mapping[str, int]) -> bool:
    """Whether the phone names no scope that the account has not: as nearly always."""
    return cursors.keys() <= set(actor.scopes)


def follow(session: Session, actor: Actor, cursors: Mapping[str, int]) -> Following:
    """Compare what the account may read with what the phone names in `cursors`."""
    granted = set(actor.scopes)
    strange = sorted(scope for scope in cursors if scope not in granted)
    redirects = moves.redirects(session, strange) if strange else {}
    followed = {scope: to for scope, to in redirects.items() if to.to in granted}
    # Merged twice: rows that are still on their way from one to the next must not be lost sight of
    between = dict.fromkeys(each for to in followed.values() for each in to.through)
    added = (*actor.scopes, *(scope for scope in between if scope not in granted))
    past = {each: to.to for to in followed.values() if not to.emptied for each in to.past}
    leaving = {scope: to.steps for scope, to in followed.items() if not to.emptied}
    leaving |= dict.fromkeys((scope for scope in between if scope not in leaving), 1)
    return Following(
        {
            "added": [scope for scope in added if scope not in cursors],
            "dropped": [scope for scope in strange if scope not in followed],
            "moved": past | {scope: to.to for scope, to in followed.items() if to.emptied},
        },
        # The farthest first: what left a feed is read no later than what came through it
        tuple(sorted(leaving, key=lambda scope: -leaving[scope])),
    )


def _read(
    session: Session,
    scope: str,
    cursor: int,
    limit: int,
    wanted: Wanted,
    *,
    with_moves: bool,
) -> Page:
    if scope.partition(":")[0] in _DOCUMENT_LEVELS:
        documents = change_feed.documents_after(session, scope, cursor, limit + 1)
        places = drafts.places_of_now(session, documents)
        return page([_document(row, wanted.device_id, places) for row in documents], cursor, limit)
    rows = activities.feed_page(session, scope, cursor, limit + 1)
    beyond: list[dict[str, Any]] = [{"seq": row.seq, "row": row} for row in rows]
    # print runs of the place
    documents = change_feed.documents_after(session, scope, cursor, limit + 1)
    beyond += [{"seq": row.seq, "document": row} for row in documents]
    if with_moves:
        left = moves.moved_after(session, scope, cursor, limit + 1)
        beyond += [{"seq": row.seq, "left": row} for row in left]
    read = page(beyond, cursor, limit)
    found = [each["row"] for each in read.rows if "row" in each]
    whole = [row for row in found if not _is_known(row, wanted.own, cursor)]
    shown = {row["id"]: row for row in activities.wire_rows(session, whole)}
    return Page(
        tuple(
            _left(each["left"])
            if "left" in each
            else _document(each["document"], None, {})
            if "document" in each
            else shown.get(each["row"].id) or _own_row(wanted.own[each["row"].id])
            for each in read.rows
        ),
        read.to,
        read.more,
    )


def _left(row: Any) -> dict[str, Any]:
    """What stands in a scope for a row that went to another."""
    return {"type": row.type, "id": row.row_id, "seq": row.seq, "gone": True,
            "moved_to": row.moved_to}  # fmt: skip


def _document(row: Any, device_id: str | None, places: Mapping[str, str]) -> dict[str, Any]:
    known = {"type": row.type, "id": row.id, "seq": row.seq, "version": row.version}
    if row.gone:
        return {**known, "gone": True}
    if row.type != drafts.TYPE:
        return {**known, "body": row.body}
    if drafts.is_of(row.id, device_id):
        return {**known, "body": drafts.without_content(row.body)}
    return {**known, "body": drafts.shown(row.body, places)}


def _own(results: Sequence[Result]) -> dict[str, Result]:
    """Activities for which every operation of this request went in as the phone had it.

    The digest is the phone's proof; what this server does not know (`extra`) it does not cover.
    """
    own: dict[str, Result] = {}
    touched: set[str] = set()
    for result in results:
        if result.fresh and isinstance(result.outcome, Applied) and result.is_covered:
            own[result.activity_id] = result
        else:
            touched.add(result.activity_id)
    return {id: result for id, result in own.items() if id not in touched}


def _own_rows(own: Mapping[str, Result], scope: str, cursor: int) -> list[dict[str, Any]]:
    """The rows of this request's operations in `scope` beyond the cursor, by seq."""
    found = [
        _own_row(result)
        for result in own.values()
        if result.scope == scope
        and result.seq is not None
        and result.seq > cursor
        and (result.seq_before is None or result.seq_before <= cursor)
    ]
    return sorted(found, key=lambda row: int(row["seq"]))


def _own_row(result: Result) -> dict[str, Any]:
    return wire.own_row(
        result.activity_id, result.seq, result.version, result.digest, result.status
    )


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
