"""What one operation changed, as a line of an activity's history shows it.

Not here: the table (`models.ActivityEvent`), and the texts of decisions (`operations`).
"""

from __future__ import annotations

from typing import Any

from sync.codec import same
from sync.operation import Operation
from sync.outcome import Outcome
from sync.record import Record


def detail(
    before: Record | None, after: Record, operation: Operation, outcome: Outcome
) -> dict[str, Any]:
    """`{"operation", "outcome", "status", "changes": {field: {"before", "after"}}, …}`.

    Changes of a set are the ids that came and went. What did not go in stands in the conflict.
    """
    found: dict[str, Any] = {
        "operation": operation.id,
        "outcome": outcome.name,
        "status": after.status,
        "changes": _changes({} if before is None else before.fields, after.fields),
    }
    old_sets = {} if before is None else before.sets
    for name in {*old_sets, *after.sets}:
        old, new = old_sets.get(name, {}), after.sets.get(name, {})
        came = [id for id in new if id not in old or not same(dict(new[id]), dict(old[id]))]
        gone = [id for id in old if id not in new]
        if came or gone:
            found.setdefault("sets", {})[name] = {"added": came, "removed": gone}
    if operation.resolve is not None:
        found["resolve"] = dict(operation.resolve)
    if outcome.reason is not None:
        found["reason"] = outcome.reason
    if outcome.conflicts:
        found["conflicts"] = [conflict.to_wire() for conflict in outcome.conflicts]
    return found


def _changes(old: Any, new: Any) -> dict[str, Any]:
    if old is new:
        return {}
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in {**old, **new}
        if not same(old.get(name), new.get(name))
    }
