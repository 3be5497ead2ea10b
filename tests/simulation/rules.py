"""The one kind of activity of the simulated world, with its own small rules.

It has what merging needs: a group, a set, a rule over two fields, a rule for submitting, and it
leaves fields of a newer app unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields import MergePolicy

KIND = "broadcast"
#: The communes in force when the world begins; of the last one nobody has charge.
COMMUNES = ("commune:c-00004-2025", "commune:c-00008-2025", "commune:c-00025-2025")
ELSEWHERE = COMMUNES[-1]
POLICY = MergePolicy(
    groups=(("lat", "lon"),),
    set_fields={"evidence": "sha256", "lines": "id"},
    known_fields=frozenset({"title", "count", "limit", "lat", "lon", "note", "event_date"}),
)
COUNT_MAX = 100
#: What each version of app and server knows: 1 is an old app, 3 is newer than the server.
_ADDED = {1: (), 2: ("note",), 3: ("note", "mood")}
_POLICIES = {
    version: MergePolicy(
        POLICY.groups,
        POLICY.set_fields,
        POLICY.known_fields - {"note"} | frozenset(added),
    )
    for version, added in _ADDED.items()
}

#: A title that makes the server's own code fail, as a bug would.
BUG_TITLE = "bug!"


def policy_of(kind: str) -> MergePolicy:
    return POLICY


def policy_of_version(version: int) -> MergePolicy:
    """What an app or a server of that version knows of the kind."""
    return _POLICIES[version]


def validate(
    fields: Mapping[str, Any], sets: Mapping[str, Any], status: str
) -> list[dict[str, Any]]:
    """Counts in range and not above their limit; complete when submitted."""
    problems = []
    for name in ("count", "limit"):
        value = fields.get(name)
        if value is not None and not (type(value) is int and 0 <= value <= COUNT_MAX):
            problems.append(_problem(name, "range"))
    if not problems and fields.get("count", 0) > fields.get("limit", COUNT_MAX):
        problems.append(_problem("count", "above_limit"))
    if status == "submitted" and not fields.get("title"):
        problems.append(_problem("title", "required"))
    return problems


def _problem(field: str, code: str) -> dict[str, Any]:
    return {"field": field, "code": code, "vi": "Chưa đúng.", "en": "Not valid."}
