"""Answers of a server, written by hand: what the tests of one phone are made of."""

from __future__ import annotations

from typing import Any

from sync import digest
from sync.replica import Replica
from tests.sync.vectors import SCOPE, id_of

A = id_of(99)


def create(phone: Replica, number: int = 1, activity: str = A, **values: Any) -> dict[str, Any]:
    return phone.save(
        "create", id_of(number), activity, scope=SCOPE, kind="broadcast", kind_version=1,
        set=values or {"title": "a"},
    )  # fmt: skip


def row(version: int, seq: int, fields: dict[str, Any], id: str = A, **more: Any) -> dict[str, Any]:
    return {
        "type": "activity", "id": id, "seq": seq, "version": version, "kind": "broadcast",
        "kind_version": 1, "scope": SCOPE, "status": "draft", "fields": fields, "sets": {},
        "evidence": [], "extra": {}, "review": None, "conflicts": [],
        "digest": digest.content_digest("broadcast", fields, {}), **more,
    }  # fmt: skip


def told(request: dict[str, Any], outcome: str = "applied", **members: Any) -> list[dict[str, Any]]:
    return [
        {"id": wire["id"], "activity": wire["activity"], "scope": SCOPE, "outcome": outcome,
         "version": 1, "seq": 1, **members}
        for wire in request["operations"]
    ]  # fmt: skip


def answer(
    rows: list[dict[str, Any]] | None = None,
    outcomes: list[dict[str, Any]] | None = None,
    *,
    live: list[tuple[str, int]] | None = None,
    to: int = 0,
    more: bool = False,
    **members: Any,
) -> dict[str, Any]:
    """`live` are the ids and versions that the server holds; those of `rows` unless told."""
    if live is None:
        live = [(r["id"], r["version"]) for r in rows or [] if not r.get("gone")]
    total = 0
    for side in live:
        total = digest.add(total, None, side)
    changes = {"to": to or max((r["seq"] for r in rows or []), default=0), "more": more,
               "digest": digest.to_text(total), "rows": rows or []}  # fmt: skip
    return {
        "incarnation": "life", "server_time": "2026-11-22T00:00:01Z", "outcomes": outcomes or [],
        "changes": {} if rows is None else {SCOPE: changes}, "durable_through": None, **members,
    }  # fmt: skip


def sync(phone: Replica, made: Any) -> None:
    """One exchange; `made` makes the answer from the request."""
    request = phone.make_request()
    phone.take_answer(request, made(request))


def shown(phone: Replica) -> Any:
    seen = phone.view(A)
    return None if seen is None else dict(seen["fields"])
