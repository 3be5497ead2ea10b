"""An activity as phones and consoles read it: one shape for feed, list and detail.

Not here: which rows a reader may see, and what the field values mean (`catalogue`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from sync.conflict import resolver

#: The set field whose elements are photos (contract.md).
EVIDENCE = "evidence"


def moment(value: datetime | None) -> str | None:
    """A time as text: UTC, milliseconds, `Z`; both databases give the same."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def activity(
    row: Row[Any],
    conflicts: Sequence[Mapping[str, Any]],
    states: Mapping[str, Mapping[str, Any]],
    duplicates: Sequence[str] = (),
) -> dict[str, Any]:
    """The wire row. `states` tells by sha256 what the server holds of its photos; `duplicates`
    are the activities that may tell of the same event, while nobody has decided."""
    sets: Mapping[str, Mapping[str, Mapping[str, Any]]] = row.sets
    return {
        "type": "activity",
        "id": row.id,
        "seq": row.seq,
        "version": row.version,
        "digest": row.digest,
        "kind": row.kind,
        "kind_version": row.kind_version,
        "scope": row.scope,
        "unit": row.unit_id,
        "status": row.status,
        "fields": row.fields,
        "sets": {name: elements(found) for name, found in sets.items() if name != EVIDENCE},
        "evidence": [
            {"verified": False, **element, **states.get(str(element["sha256"]), {})}
            for element in elements(sets.get(EVIDENCE, {}))
        ],
        "author": {"id": row.author_id, "name": row.author_name},
        "event_date": row.event_date.isoformat() if row.event_date else None,
        "created_at": moment(row.created_at),
        "received_at": moment(row.received_at),
        "changed_at": moment(row.changed_at),
        "submitted_at": moment(row.submitted_at),
        "approved_version": row.approved_version,
        "review": row.review,
        "duplicate_of": row.duplicate_of,
        "possible_duplicates": list(duplicates),
        "conflicts": list(conflicts),
        "extra": row.extra,
    }


def conflict(row: Row[Any], record: Row[Any]) -> dict[str, Any]:
    """An open conflict as it stands in an activity's `conflicts`; `current` is today's value."""
    return {
        "id": row.id,
        "kind": row.kind,
        "operation": row.operation_id,
        "type": row.operation_type,
        "by": {"id": row.author_id, "name": row.author_name},
        "resolver": resolver(row.author_id, record.author_id, record.status),
        "fields": [{**value, "current": _now(record, value)} for value in row.field_values],
        "opened_at": moment(row.opened_at),
    }


def _now(record: Row[Any], value: Mapping[str, Any]) -> Any:
    """What stands in the record of a field in question; of a set, its elements in question."""
    name, mine = value["field"], value["mine"]
    if not (isinstance(mine, dict) and mine.keys() == {"add", "remove"}):
        return record.fields.get(name, record.extra.get(name))
    present: Mapping[str, Any] = record.sets.get(name, {})
    added = [id for id, element in present.items() if _names(mine["add"], id, element)]
    return [present[id] for id in sorted({*added, *(i for i in mine["remove"] if i in present)})]


def _names(added: Sequence[Mapping[str, Any]], id: str, element: Mapping[str, Any]) -> bool:
    keys = [key for key, value in element.items() if value == id]
    return any(each.get(key) == id for each in added for key in keys)


def own_row(
    id: str, seq: int | None, version: int | None, digest: str | None, status: str | None
) -> dict[str, Any]:
    """The row that a phone gets back for what it has just sent itself: all but the body."""
    return {"type": "activity", "id": id, "seq": seq, "version": version, "digest": digest,
            "status": status, "own": True}  # fmt: skip


def elements(found: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """A set's elements in one order everywhere: PostgreSQL keeps no order of keys."""
    return [found[key] for key in sorted(found, key=lambda k: (str(found[k].get("captured")), k))]
