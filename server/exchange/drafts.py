"""Drafts backed up into the account's own feed, so that a lost phone loses no half-written report.

Each draft has a verdict of its own, and none of them stops an operation. Only phones of the same
account get them; no list, count or reviewer knows of drafts. The last one to arrive stands: the
phone sees in its feed what is kept of it. Not here: drafts of which a phone made operations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from server.activities.placement import Atlas
from server.change_feed import operations as change_feed
from server.change_feed import queries as documents
from server.devices import queries as devices
from server.exchange import parsing
from server.exchange.request import SyncRequest
from server.http.actor import Actor
from sync.codec import canonical
from sync.limits import DRAFT_BYTES_MAX, DRAFTS_KEPT_MAX

TYPE = "draft"
# ---- why a draft was not kept
MALFORMED = "malformed"
TOO_LARGE = "too_large"
TOO_MANY = "too_many"
REVOKED = "revoked"


def keep(session: Session, actor: Actor, request: SyncRequest) -> list[dict[str, Any]]:
    """Keep, replace or drop the request's drafts: `[{id, saved, reason}]` in its order."""
    assert actor.device_id is not None
    scope = f"account:{actor.account_id}"
    prefix = f"{TYPE}:{actor.device_id}:"
    here = {row.id for row in documents.live_documents(session, scope, prefix)}
    device_name = devices.device_name(session, actor.device_id) if request.drafts else ""
    verdicts = []
    for raw in request.drafts:
        reason = _why_not(raw)
        known = raw if isinstance(raw, Mapping) else {}
        draft_id = parsing.readable_id(known.get("id"))
        if reason is None:
            document_id = f"{prefix}{draft_id}"
            if known["body"] is None:
                change_feed.drop_document(session, document_id)
                here.discard(document_id)
            elif document_id not in here and len(here) >= DRAFTS_KEPT_MAX:
                reason = TOO_MANY
            else:
                here.add(document_id)
                change_feed.put_document(session, scope, TYPE, document_id, {
                    "id": draft_id, "device": actor.device_id, "device_name": device_name,
                    "changed_at": known["changed_at"], "draft": known["body"],
                })  # fmt: skip
        verdicts.append(_verdict(draft_id, reason))
    _drop_taken(session, scope, request)
    return verdicts


def drop_of(session: Session, account_id: str, device_id: str) -> None:
    """Take away what was kept under an id that the phone bears no more: it sends its drafts anew
    under its present one, and would be shown its own as another phone's."""
    prefix = f"{TYPE}:{device_id}:"
    for row in documents.live_documents(session, f"account:{account_id}", prefix):
        change_feed.drop_document(session, row.id)


def refuse(request: SyncRequest) -> list[dict[str, Any]]:
    """The verdicts for a phone that was shut out: what is no report yet, nobody waits for."""
    found = [raw if isinstance(raw, Mapping) else {} for raw in request.drafts]
    return [_verdict(parsing.readable_id(raw.get("id")), REVOKED) for raw in found]


def places_of_now(session: Session, documents: Sequence[Row[Any]]) -> dict[str, str]:
    """Feeds that drafts among `documents` name by an earlier name, and where they are by now.

    A draft is kept as it was written. Of a divided commune its author has still to say which part.
    """
    named = {_scope_of(row.body) for row in documents if row.type == TYPE and not row.gone}
    atlas = Atlas(session)
    found = {scope: atlas.place(scope) for scope in sorted(named - {""})}
    return {
        scope: place.scope
        for scope, place in found.items()
        if place is not None and place.scope != scope
    }


def shown(body: Mapping[str, Any], places: Mapping[str, str]) -> Mapping[str, Any]:
    """A backup as another phone of the account gets it: in the place that it is in now."""
    scope = _scope_of(body)
    if scope not in places:
        return body
    return {**body, "draft": {**body["draft"], "scope": places[scope]}}


def without_content(body: Mapping[str, Any]) -> dict[str, Any]:
    """A backup as its own phone gets it: that it is kept, and which state of it."""
    return {name: value for name, value in body.items() if name != "draft"}


def is_of(document_id: str, device_id: str | None) -> bool:
    """Whether the document is the backup of a draft of that phone."""
    return document_id.startswith(f"{TYPE}:{device_id}:")


def _scope_of(body: Mapping[str, Any]) -> str:
    found = body["draft"].get("scope")
    return found if isinstance(found, str) else ""


def _drop_taken(session: Session, scope: str, request: SyncRequest) -> None:
    """Another phone of the account goes on with these; only drafts of its own account count."""
    mine = {row.id for row in documents.live_documents(session, scope, f"{TYPE}:")}
    for document_id in request.taken:
        if document_id in mine:
            change_feed.drop_document(session, document_id)


def _why_not(raw: object) -> str | None:
    """What is wrong with a draft as such, or None."""
    if not isinstance(raw, Mapping) or not parsing.is_readable(raw):
        return MALFORMED
    body = raw.get("body")
    if parsing.readable_id(raw.get("id")) is None or "body" not in raw:
        return MALFORMED
    if not _is_moment(raw.get("changed_at")) or not (body is None or isinstance(body, Mapping)):
        return MALFORMED
    if body is not None and len(canonical(body)) > DRAFT_BYTES_MAX:
        return TOO_LARGE
    return None


def _is_moment(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 40:
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _verdict(draft_id: str | None, reason: str | None) -> dict[str, Any]:
    return {"id": draft_id, "saved": reason is None, "reason": reason}
