"""The only writers of plans: import, copy for a new year, change of a reading, and publishing.

Not here: who may (`accounts.policy` says `plan.edit`), reading YAML (`document`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from server import clock, problems
from server.accounts.policy import ensure
from server.change_feed.operations import put_document
from server.http.actor import Actor
from server.plans import copying, queries
from server.plans.document import normalise, read_yaml
from server.plans.models import Plan, PlanAmendment, PlanRow, PlanTarget
from server.plans.readings import unknown_values
from server.problems import ProblemError

#: The annex that every installation begins with.
FIRST_ANNEX = Path(__file__).parent / "data" / "annex-ii-2025.yaml"

#: The feed that every phone reads.
_REFERENCE = "reference"

_plans: Table = Plan.__table__  # type: ignore[assignment]
_rows: Table = PlanRow.__table__  # type: ignore[assignment]
_targets: Table = PlanTarget.__table__  # type: ignore[assignment]
_amendments: Table = PlanAmendment.__table__  # type: ignore[assignment]

_TARGET_COLUMNS = ("id", "metric", "label", "unit", "min", "max")
_ROW_COLUMNS = ("code", "section", "group", "name", "targets")


def import_plan(session: Session, actor: Actor, now: datetime, document: Any) -> str:
    """Bring in an annex (parsed YAML of the form annex-plan/1); returns the plan's id.

    The same content again changes nothing; other content is a new version. Raises plan-invalid
    with every mistake, row by row.
    """
    ensure(actor, "plan.edit")
    return _put(session, actor, now, normalise(document), is_official=True, copied_from=None)


def import_plan_text(session: Session, actor: Actor, now: datetime, text: str) -> str:
    """`import_plan` from YAML text."""
    return import_plan(session, actor, now, read_yaml(text))


def copy_plan(session: Session, actor: Actor, now: datetime, plan_id: str, year: int) -> str:
    """Make the plan of `year` from `plan_id`; returns its id. It waits for the official annex.

    Raises not-found for the source, plan-exists where `year` has the plan already.
    """
    ensure(actor, "plan.edit")
    source = queries.body(session, plan_id)
    if source is None:
        raise ProblemError(problems.NOT_FOUND)
    copied = copying.for_year(source, year)
    new_id = copied["plan"]["id"]
    if _head(session, new_id) is not None:
        raise ProblemError(problems.PLAN_EXISTS, plan=new_id)
    return _put(session, actor, now, copied, is_official=False, copied_from=plan_id)


def set_readings(
    session: Session, actor: Actor, now: datetime, plan_id: str, readings: Mapping[str, Any]
) -> None:
    """Change how open words of the plan are read; what is not named stays."""
    ensure(actor, "plan.edit")
    body, head = queries.body(session, plan_id), _head(session, plan_id)
    if body is None or head is None:
        raise ProblemError(problems.NOT_FOUND)
    if wrong := unknown_values(readings):
        raise ProblemError(
            problems.PLAN_INVALID,
            problems=[{"row": None, "field": f"readings.{name}", "vi": "Không có cách hiểu này.",
                       "en": "No such reading."} for name in wrong],
        )  # fmt: skip
    changed = {**body, "readings": {**body["readings"], **readings}}
    _put(session, actor, now, changed, is_official=head.is_official, copied_from=head.copied_from)


def load_reference_plans(session: Session, actor: Actor, now: datetime) -> None:
    """See that the first annex is there, and that the present year has a plan."""
    text = FIRST_ANNEX.read_text(encoding="utf-8")
    first = normalise(read_yaml(text))
    first_id = first["plan"]["id"]
    if _head(session, first_id) is None:
        import_plan_text(session, actor, now, text)
    today = clock.today_in_vietnam(now)
    if today.year > first["plan"]["year"] and queries.current_plan(session, today) is None:
        copy_plan(session, actor, now, first_id, today.year)


def _head(session: Session, plan_id: str) -> Any:
    return session.connection().execute(
        select(_plans).where(_plans.c.id == plan_id)
    ).one_or_none()  # fmt: skip


def _put(
    session: Session, actor: Actor, now: datetime, body: dict[str, Any], *,
    is_official: bool, copied_from: str | None,
) -> str:  # fmt: skip
    """Write `body` (normal form) as the plan's next version, unless it is the present one."""
    connection = session.connection()
    plan_id: str = body["plan"]["id"]
    digest = _digest(body)
    present = _head(session, plan_id)
    if present is not None:
        known = connection.execute(
            select(_amendments.c.digest).where(
                _amendments.c.plan_id == plan_id, _amendments.c.version == present.version
            )
        ).scalar_one()
        if known == digest and present.is_official == is_official:
            return plan_id
    version = 1 if present is None else present.version + 1
    values = {
        "title": body["plan"]["title"], "year": body["plan"]["year"],
        "valid_from": date.fromisoformat(body["plan"]["valid_from"]),
        "valid_to": date.fromisoformat(body["plan"]["valid_to"]),
        "is_official": is_official, "copied_from": copied_from, "version": version,
        "document": {key: body[key] for key in ("plan", "sections", "groups", "terms")},
        "readings": body["readings"], "changed_at": now,
    }  # fmt: skip
    if present is None:
        connection.execute(insert(_plans).values(id=plan_id, **values))
    else:
        connection.execute(update(_plans).where(_plans.c.id == plan_id).values(values))
    _put_rows(session, plan_id, body["rows"])
    connection.execute(
        insert(_amendments).values(
            plan_id=plan_id, version=version, changed_at=now, account_id=actor.account_id,
            digest=digest, body=body,
        )
    )  # fmt: skip
    put_document(session, _REFERENCE, "plan", plan_id, queries.plan(session, plan_id))
    return plan_id


def _put_rows(session: Session, plan_id: str, rows: list[dict[str, Any]]) -> None:
    connection = session.connection()
    for table in (_targets, _rows):
        connection.execute(delete(table).where(table.c.plan_id == plan_id))
    connection.execute(
        insert(_rows),
        [
            {
                "plan_id": plan_id, "code": row["code"], "position": position,
                "section": row["section"], "group_code": row["group"], "name": row["name"],
                "detail": {k: v for k, v in row.items() if k not in _ROW_COLUMNS},
            }
            for position, row in enumerate(rows)
        ],
    )  # fmt: skip
    targets = [(row["code"], target) for row in rows for target in row["targets"]]
    if targets:
        connection.execute(
            insert(_targets),
            [
                {
                    "plan_id": plan_id, "row_code": code, "position": position,
                    **{name: target[name] for name in _TARGET_COLUMNS},
                    "detail": {k: v for k, v in target.items() if k not in _TARGET_COLUMNS},
                }
                for position, (code, target) in enumerate(targets)
            ],
        )  # fmt: skip


def _digest(body: dict[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
