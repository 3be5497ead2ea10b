"""The only readers of plans for other rooms: all, one, the one of a day. Plain JSON values."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from server.plans.models import Plan, PlanAmendment, PlanRow, PlanTarget
from server.plans.readings import described, with_defaults

_plans: Table = Plan.__table__  # type: ignore[assignment]
_rows: Table = PlanRow.__table__  # type: ignore[assignment]
_targets: Table = PlanTarget.__table__  # type: ignore[assignment]
_amendments: Table = PlanAmendment.__table__  # type: ignore[assignment]


def plan(session: Session, plan_id: str) -> dict[str, Any] | None:
    """The whole plan with its rows in the annex's order, or None.

    Cells that stand in another row are filled in; `inherited` names them with that row.
    """
    connection = session.connection()
    head = connection.execute(select(_plans).where(_plans.c.id == plan_id)).one_or_none()
    if head is None:
        return None
    rows = connection.execute(
        select(_rows).where(_rows.c.plan_id == plan_id).order_by(_rows.c.position)
    ).all()
    targets: dict[str, list[dict[str, Any]]] = {}
    for target in connection.execute(
        select(_targets).where(_targets.c.plan_id == plan_id).order_by(_targets.c.position)
    ):
        targets.setdefault(target.row_code, []).append(_target(target))
    shown = {row.code: _row(row, targets.get(row.code, [])) for row in rows}
    for row_shown in shown.values():
        for cell, source in row_shown["inherited"].items():
            row_shown[cell] = shown[source][cell]
    return {
        **_head(head),
        "sections": head.document["sections"],
        "groups": head.document["groups"],
        "rows": list(shown.values()),
        "readings": with_defaults(head.readings),
        "terms": head.document["terms"],
    }


def plans(session: Session) -> list[dict[str, Any]]:
    """All plans without their rows, the latest year first."""
    found = session.connection().execute(select(_plans).order_by(_plans.c.year.desc(), _plans.c.id))
    return [_head(row) for row in found]


def current_plan(session: Session, day: date) -> dict[str, Any] | None:
    """The head of the plan in force on `day`; an official one before a copy."""
    row = session.connection().execute(
        select(_plans)
        .where(_plans.c.valid_from <= day, _plans.c.valid_to >= day)
        .order_by(_plans.c.is_official.desc(), _plans.c.changed_at.desc(), _plans.c.id)
    ).first()  # fmt: skip
    return None if row is None else _head(row)


def amendments(session: Session, plan_id: str) -> list[dict[str, Any]]:
    """The versions of a plan, the latest first: {"version", "changed_at", "account_id"}."""
    rows = session.connection().execute(
        select(_amendments.c.version, _amendments.c.changed_at, _amendments.c.account_id)
        .where(_amendments.c.plan_id == plan_id)
        .order_by(_amendments.c.version.desc())
    )  # fmt: skip
    return [
        {"version": row.version, "changed_at": row.changed_at.isoformat(),
         "account_id": row.account_id}
        for row in rows
    ]  # fmt: skip


def body(session: Session, plan_id: str) -> dict[str, Any] | None:
    """The plan's present version as it was brought in, in normal form."""
    row = session.connection().execute(
        select(_amendments.c.body)
        .where(_amendments.c.plan_id == plan_id)
        .order_by(_amendments.c.version.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip
    return None if row is None else dict(row.body)


def readings_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The plan's readings with their questions and options."""
    return described(plan["readings"])


def _head(row: Row[Any]) -> dict[str, Any]:
    known = row.document["plan"]
    return {
        "id": row.id,
        "title": row.title,
        "year": row.year,
        "annex": known.get("annex"),
        "issuer": known.get("issuer"),
        "issued_with": known.get("issued_with"),
        "plan_number": known.get("plan_number"),
        "plan_date": known.get("plan_date"),
        "columns": known.get("columns") or [],
        "source_note": known.get("source_note"),
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat(),
        "is_official": row.is_official,
        "copied_from": row.copied_from,
        "version": row.version,
        "changed_at": row.changed_at.isoformat(),
    }


def _row(row: Row[Any], targets: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "code": row.code, "section": row.section, "group": row.group_code, "name": row.name,
        **row.detail, "targets": targets,
    }  # fmt: skip


def _target(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id, "metric": row.metric, "label": row.label, "unit": row.unit,
        "min": _number(row.min), "max": _number(row.max), **row.detail,
    }  # fmt: skip


def _number(value: float | None) -> float | int | None:
    """Whole numbers without a point, as the annex writes them."""
    return int(value) if value is not None and value == int(value) else value
