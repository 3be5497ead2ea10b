"""The only writers of decisions.

A decision holds for exactly what the reviewer saw: version and digest are compared with the
locked row, so of two reviewers one wins and the other is shown what changed. Not here: the wire
shape of requests (`schemas`), conflicts and amendments (`conflicts`), what was parked
(`settling`), possible duplicates (`duplicates`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from server import catalogue, problems
from server.activities import duplicates, wire
from server.activities import operations as activities
from server.activities import queries as activity_queries
from server.database.ids import new_id
from server.http.actor import Actor
from server.problems import ProblemError
from server.reviews import policy, queries, states
from server.reviews.models import Decision
from server.reviews.remarks import check_remarks, written

OVERRIDE_MAX_CHARACTERS = 500


def decide(
    session: Session,
    actor: Actor,
    now: datetime,
    activity_id: str,
    decision: str,
    version: int,
    digest: str,
    remarks: Sequence[Mapping[str, Any]],
    override: Mapping[str, Any] | None = None,
) -> Row[Any]:
    """Decide on the activity as it was at `version` with `digest`; returns its row afterwards.

    `remarks`: see `remarks.check_remarks`. `override`: `{"reason"}`, for approving though photos
    are missing or a conflict is open. The same decision given again is answered as the first
    time. Raises `not-found`, `forbidden`, `own-work`, `stale-review` (with `differences`),
    `decision-impossible`, `invalid`, `evidence-missing`, `open-conflict`.
    """
    row = activity_queries.get(session, activity_id, lock=True)
    policy.ensure_may_decide(actor, row)
    assert row is not None
    if queries.was_decided(session, actor, row, decision, version, digest):
        return row
    if (row.version, row.digest) != (version, digest):
        raise stale(session, row, version)
    status = states.after_decision(row.status, decision)
    if status is None:
        raise _impossible(row.status)
    _check(decision, remarks, row)
    against = _overridden(session, row, override) if decision == "approve" else None
    session.add(
        Decision(
            id=new_id(now),
            activity_id=row.id,
            account_id=actor.account_id,
            account_name=actor.name,
            decision=decision,
            version=version,
            digest=digest,
            remarks=written(remarks),
            override=against,
            decided_at=now,
        )
    )
    session.flush()
    review = {
        "decision": decision,
        "by": {"id": actor.account_id, "name": actor.name},
        "at": wire.moment(now),
        "remarks": written(remarks),
    }
    if against is not None:
        review["override"] = against
    if decision == "reject":
        duplicates.release(session, actor, now, [row.id])
    return activities.record_decision(session, actor, now, row.id, status, review, version)


def stale(session: Session, row: Row[Any], version: int) -> ProblemError:
    """`stale-review`, with what changed since `version`."""
    return ProblemError(
        problems.STALE_REVIEW,
        version=row.version,
        digest=row.digest,
        activity_status=row.status,
        review=row.review,
        differences=queries.differences(session, row, version),
    )


def _impossible(status: str) -> ProblemError:
    reason = states.CLOSED.get(status, {})
    return ProblemError(
        problems.DECISION_IMPOSSIBLE,
        activity_status=status,
        vi=reason.get("vi"),
        en=reason.get("en"),
    )


def _check(decision: str, remarks: Sequence[Mapping[str, Any]], row: Row[Any]) -> None:
    kind = catalogue.kinds().get(row.kind)
    fields = {*row.fields, *row.sets, *(() if kind is None else kind.fields)}
    found = check_remarks(decision, remarks, fields, row.sets.get(wire.EVIDENCE, {}))
    if found:
        raise ProblemError(problems.INVALID, problems=found)


def _overridden(
    session: Session, row: Row[Any], override: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """What stands against the approval, with the reason to give it all the same; else None."""
    (item,) = activity_queries.wire_rows(session, [row])
    missing = [photo for photo in item["evidence"] if not photo["verified"]]
    conflicts = item["conflicts"]
    if not missing and not conflicts:
        return None
    reason = str((override or {}).get("reason") or "").strip()[:OVERRIDE_MAX_CHARACTERS]
    if not reason:
        if missing:
            raise ProblemError(problems.EVIDENCE_MISSING, missing=[_shown(p) for p in missing])
        raise ProblemError(problems.OPEN_CONFLICT, conflicts=conflicts)
    return {
        "reason": reason,
        "missing": [photo["sha256"] for photo in missing],
        "conflicts": [conflict["id"] for conflict in conflicts],
    }


def _shown(photo: Mapping[str, Any]) -> dict[str, Any]:
    """How far a missing photo has come."""
    kept = ("sha256", "size", "offset", "refused")
    return {name: photo[name] for name in kept if name in photo}
