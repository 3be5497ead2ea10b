"""The page of states: every cell made by running the real code, so that it can't tell otherwise.

Statuses of an activity × what an author does come from `sync.reconcile`, decisions from the table
of `reviews.states`, what a phone keeps from `sync.replica`, photos from `_PHOTO`. Not here: rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from server.reviews.states import DECISIONS, after_decision
from sync import digest
from sync.conflict import Conflict, FieldValue, Standing
from sync.fields import MergePolicy
from sync.operation import parse_operation
from sync.reconcile import Context, Reconciled, reconcile
from sync.record import Record, Status
from sync.replica import Replica

_STATUSES: tuple[Status, ...] = get_args(Status)
_POLICY = MergePolicy((), {}, frozenset({"title", "note"}))
_SCOPE = "commune:c-00004-2025"
_SHOWN = "title as shown"


def _id(number: int) -> str:
    return f"019acb00-0000-7000-8000-{number:012x}"


@dataclass(frozen=True, slots=True)
class _Deed:
    """Something that an author does, in words, and the operation that it makes."""

    words: str
    type: str
    seen: bool = True
    set: Mapping[str, Any] | None = None
    was: Mapping[str, Any] | None = None


_DEEDS = (
    _Deed("create", "create", set={"title": "a"}),
    _Deed("edit", "edit", set={"note": "b"}, was={"note": None}),
    _Deed("edit what others had changed meanwhile", "edit", seen=False,
          set={"title": "b"}, was={"title": "a"}),
    _Deed("edit, and others had changed something else", "edit", seen=False,
          set={"note": "b"}, was={"note": None}),
    _Deed("edit to what it is already", "edit", set={"title": _SHOWN}, was={"title": "a"}),
    _Deed("submit, complete", "submit"),
    _Deed("submit with a change", "submit", set={"note": "b"}, was={"note": None}),
    _Deed("submit, something missing", "submit", set={"title": None}, was={"title": _SHOWN}),
    _Deed("withdraw, having seen the present version", "withdraw"),
    _Deed("withdraw, not having seen it", "withdraw", seen=False),
)  # fmt: skip


def _validate(fields: Mapping[str, Any], _sets: object, status: str) -> list[dict[str, Any]]:
    missing = status == "submitted" and not fields.get("title")
    return [{"field": "title", "code": "required"}] if missing else []


def _record(status: Status) -> Record:
    approved = 4 if status == "approved" else None
    return Record(_id(1), _SCOPE, "talk", 1, "author", status, 4, {"title": _SHOWN}, {}, {},
                  approved)  # fmt: skip


def _run(status: Status | None, deed: _Deed) -> Reconciled:
    wire = {
        "id": _id(2), "activity": _id(1), "type": deed.type, "scope": _SCOPE, "kind": "talk",
        "kind_version": 1, "set": dict(deed.set or {}), "was": dict(deed.was or {}),
        "base": None if deed.type == "create" else 4 if deed.seen else 3,
    }  # fmt: skip
    context = Context(author="author", may_write=True, validate=_validate)
    record = None if status is None else _record(status)
    return reconcile(record, parse_operation(wire), _POLICY, context)


def _told(done: Reconciled, before: Status | None) -> str:
    """An outcome as a cell: its name, its reason, and the status if it is another."""
    kind = done.conflicts[0].kind if done.conflicts else done.outcome.reason
    text = f"{done.outcome.name}: {kind}" if kind else done.outcome.name
    after = None if done.record is None else done.record.status
    return text if after == before else f"{text} → **{after}**"


def _table(head: list[str], rows: Iterator[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _activity_rows() -> Iterator[list[str]]:
    for deed in _DEEDS:
        yield [deed.words, *(_told(_run(status, deed), status) for status in (None, *_STATUSES))]
    for decision in DECISIONS:
        after = (after_decision(status, decision) for status in _STATUSES)
        yield [f"reviewer: {decision}", "", *(f"→ **{each}**" if each else "no" for each in after)]


def _moves() -> list[tuple[str, str, str]]:
    """(from, to, by what) of every change of status."""
    found: dict[tuple[str, str], list[str]] = {}
    for deed in _DEEDS:
        for status in (None, *_STATUSES):
            done = _run(status, deed)
            after = None if done.record is None else done.record.status
            if after is not None and after != status:
                moves = found.setdefault((status or "[*]", after), [])
                moves += [deed.type] * (deed.type not in moves)
    for status in _STATUSES:
        for decision in DECISIONS:
            if (to := after_decision(status, decision)) is not None:
                found.setdefault((status, to), []).append(decision)
    for status in _STATUSES:
        done = _resolve(status, "withdrawal", "proposed", by="reviewer")
        if done.record is not None and done.record.status != status:
            found.setdefault((status, done.record.status), []).append("withdrawal accepted")
    return [(old, new, ", ".join(by)) for (old, new), by in found.items()]


def _resolve(status: Status, kind: str, choice: str, by: str) -> Reconciled:
    """A conflict that one of the author's own phones left, decided by `by`."""
    withdraws = kind == "withdrawal"
    values = () if withdraws else (FieldValue("note", None, "b", None),)
    conflict = Conflict(kind, _id(3), values, "withdraw" if withdraws else "edit")  # type: ignore[arg-type]
    wire = {
        "id": _id(2), "activity": _id(1), "type": "resolve", "scope": _SCOPE, "kind": "talk",
        "kind_version": 1, "base": 4, "set": {}, "was": {},
        "resolve": {"conflict": conflict.id, "choice": choice},
    }  # fmt: skip
    context = Context(author=by, may_write=True, validate=_validate, may_review=by == "reviewer",
                      standing=Standing(conflict, "author"))  # fmt: skip
    return reconcile(_record(status), parse_operation(wire), _POLICY, context)


def _resolution_rows() -> Iterator[list[str]]:
    for kind in ("fields", "amendment", "withdrawal"):
        for by in ("author", "reviewer"):
            for choice in ("current", "proposed"):
                cells = [_told(_resolve(status, kind, choice, by), status) for status in _STATUSES]
                yield [f"{kind}: {by} takes {choice}", *cells]


_LIFE = "life"
_ANSWER = {"incarnation": _LIFE, "server_time": "2026-11-22T00:00:01Z", "changes": {}}


def _phone() -> Replica:
    """A phone with one new activity in its outbox."""
    phone = Replica("phone", [_SCOPE], lambda _: _POLICY, lambda: _id(9))
    phone.incarnation = _LIFE
    phone.save("create", _id(2), _id(1), scope=_SCOPE, kind="talk", kind_version=1,
               set={"title": "a"})  # fmt: skip
    return phone


def _take(phone: Replica, outcome: str | None, reason: str | None = None, **more: Any) -> None:
    request = phone.make_request()
    told = {"id": _id(2), "activity": _id(1), "scope": _SCOPE, "outcome": outcome, "version": 1,
            "seq": 1, "reason": reason}  # fmt: skip
    phone.take_answer(request, {**_ANSWER, "outcomes": [told] if outcome else [], **more})


def _where(phone: Replica) -> str:
    """Where the phone holds the operation."""
    ids = [pending.wire["id"] for pending in phone.outbox]
    places = [("outbox", bool(ids)), ("kept", bool(phone.kept)), ("parked", bool(phone.parked))]
    found = [name for name, there in places if there]
    if ids == [_id(9)]:
        found[0] = "outbox, under a new id"
    return " and ".join(found) or "let go of"


def _row() -> dict[str, Any]:
    """The changes in which the operation's row comes."""
    row = {"type": "activity", "id": _id(1), "seq": 1, "version": 1, "kind": "talk",
           "scope": _SCOPE, "status": "draft", "fields": {"title": "a"}, "sets": {}}  # fmt: skip
    total = digest.to_text(digest.add(0, None, (_id(1), 1)))
    return {_SCOPE: {"to": 1, "more": False, "digest": total, "rows": [row]}}


def _outbox_rows() -> Iterator[list[str]]:
    events: tuple[tuple[str, Callable[[Replica], None]], ...] = (
        ("no answer", lambda _: None),
        ("`applied`, `merged` or `conflict`", lambda phone: _take(phone, "applied")),
        ("`retry`", lambda phone: _take(phone, "retry", "after_unknown")),
        ("`parked`", lambda phone: _take(phone, "parked", "invalid")),
        ("`parked: id_reuse`", lambda phone: _take(phone, "parked", "id_reuse")),
    )
    later: tuple[dict[str, Any], ...] = (
        {"durable_through": "2026-11-22T00:00:00Z", "changes": _row()},
        {"durable_through": "2026-11-23T00:00:00Z", "changes": _row()},
        {"incarnation": "another life"},
    )
    for words, happen in events:
        cells = []
        for more in ({}, *later):
            phone = _phone()
            happen(phone)
            if more:
                _take(phone, None, **more)
            cells.append(_where(phone))
        yield [words, *cells]


#: A photo on the phone (`pwa/src/store/records.ts`) and its delivery (`server/evidence`).
_PHOTO = (
    ("draft", "its activity is saved", "waiting"),
    ("draft", "its draft is thrown away", "[*]"),
    ("waiting", "the server has it: all bytes, hashed to the name, looked at", "received"),
    ("waiting", "the server can't read it", "damaged"),
    ("waiting", "the disk gives back other bytes", "damaged"),
    ("received", "a restored server lost it", "waiting"),
)
_DELIVERY = (
    ("[*]", "POST: opened", "open"),
    ("open", "PATCH: bytes on the disk, then the offset is answered", "open"),
    ("open", "all bytes, hash right, readable", "verified"),
    ("open", "all bytes, hash right, unreadable", "refused"),
    ("open", "all bytes, hash wrong: begun again", "open"),
    ("open", "DELETE, or expired", "[*]"),
)


def _diagram(moves: Iterator[tuple[str, str, str]]) -> list[str]:
    lines = [f"    {old} --> {new}: {words.replace(':', ' –')}" for old, words, new in moves]
    return ["```mermaid", "stateDiagram-v2", *lines, "```", ""]


def page() -> str:
    """docs/states.md."""
    before = ["(none)", *_STATUSES]
    lines = [
        "# States",
        "",
        "Made by `make generate` from the code that decides: `sync/reconcile.py` was run over",
        "every status and operation, `sync/replica.py` over every outcome; decisions are the table",
        "of `server/reviews/states.py`. What the words mean stands in `sync/PROTOCOL.md`.",
        "",
        "## An activity",
        "",
        *_diagram((old, by, new) for old, new, by in _moves()),
        "What an operation, or a reviewer's decision, leads to in each status. Where no arrow",
        "stands the status stays.",
        "",
        *_table(["", *before], _activity_rows()),
        "",
        "## A conflict",
        "",
        "Left by another phone of the author, then decided. What is parked leaves it open.",
        "",
        *_table(["", *_STATUSES], _resolution_rows()),
        "",
        "## An operation on the phone",
        "",
        "Where the phone holds an operation after the server's answer, and what it does with it",
        "once a verified backup is older or younger than the answer, or the server was restored.",
        "",
        *_table(["answer", "then", "backup older", "backup younger", "server restored"],
                _outbox_rows()),
        "",
        "## A photo on the phone",
        "",
        *_diagram(iter(_PHOTO)),
        "## The delivery of a photo",
        "",
        *_diagram(iter(_DELIVERY)),
    ]  # fmt: skip
    return "\n".join(lines).rstrip("\n") + "\n"
