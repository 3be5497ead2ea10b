"""What phones know of print runs: a document each, in the feed of whoever hands it out.

A run of a commune is in that commune's feed. One of a whole province, or of the nation, is handed
out in every commune, so it is in the reference feed, which every phone reads: there are few of
them, and in each commune's feed it would lie a hundred times. A hand-out of a run that the phone
does not know is recorded all the same. Long after its period a run is taken away. Not here: when a
document gets its number (`change_feed`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from server import clock
from server.change_feed import operations as change_feed
from server.change_feed import queries as feed
from server.leaflets.law import is_outdated, outdated_from
from server.leaflets.models import Leaflet, LeafletVersion, PrintRun
from server.leaflets.queries import RunRow, run_rows

TYPE = "print_run"
#: Who records late still finds the run.
KEPT_AFTER = timedelta(days=60)


def scope_of(run: PrintRun) -> str:
    """The feed in which `run` lies."""
    return "reference" if run.commune_id is None else f"commune:{run.commune_id}"


def document_id(run: PrintRun) -> str:
    """The id of its document."""
    return f"{TYPE}:{run.id}"


def body_of(row: RunRow, now: datetime) -> dict[str, Any]:
    """What a phone needs to fill in a hand-out, and what to warn of.

    `status` is stopped where the code leads nowhere; `outdated` is about what stands on paper.
    `outdated_from` is told before that day: a phone may have no network when the law changes.
    """
    run, printed, leaflet, shown = row
    today = clock.today_in_vietnam(now)
    # of one that was withdrawn the law says nothing: it is outdated on every day
    ends = None if printed.status == "withdrawn" else outdated_from(printed.law_date)
    is_on = run.status == "active" and shown.status != "withdrawn"
    return {
        "code": run.code, "leaflet_title": leaflet.title_id, "title": leaflet.title,
        "version": printed.number, "law_date": printed.law_date.isoformat(),
        "languages": list(printed.languages), "commune": run.commune_id,
        "place_detail": run.place_detail, "copies": run.copies,
        "period_from": run.period_from.isoformat(), "period_to": run.period_to.isoformat(),
        "status": "active" if is_on else "stopped",
        "outdated": printed.status == "withdrawn" or is_outdated(printed.law_date, today),
        "outdated_from": ends.isoformat() if ends else None,
    }  # fmt: skip


def add(
    session: Session, now: datetime, runs: Sequence[PrintRun], printed: LeafletVersion,
    leaflet: Leaflet,
) -> None:  # fmt: skip
    """Tell of new runs of one version, however many."""
    change_feed.add_documents(
        session, TYPE,
        [(scope_of(run), document_id(run), body_of(RunRow(run, printed, leaflet, printed), now))
         for run in runs],
    )  # fmt: skip


def put(session: Session, now: datetime, run_ids: Iterable[str]) -> None:
    """Tell of runs that changed."""
    _put(session, now, PrintRun.id.in_(list(run_ids)))


def put_of_version(session: Session, now: datetime, version_id: str) -> None:
    """Tell of all runs that bear or show a version."""
    _put(session, now, or_(PrintRun.version_id == version_id,
                           PrintRun.destination_version_id == version_id))  # fmt: skip


def is_stale(session: Session, now: datetime) -> bool:
    """Whether `refresh` would change anything: asked first, for it keeps other writers waiting."""
    oldest = clock.today_in_vietnam(now) - KEPT_AFTER
    over = [document_id(run) for run in session.scalars(_long_over(now))]
    is_kept = any(not row.gone for row in feed.documents_by_id(session, over).values())
    return is_kept or bool(_changed(session, now, PrintRun.period_to >= oldest))


def refresh(session: Session, now: datetime) -> None:
    """What time changes by itself: a law that is no more, a run that is long over."""
    oldest = clock.today_in_vietnam(now) - KEPT_AFTER
    _put(session, now, PrintRun.period_to >= oldest)
    for run in session.scalars(_long_over(now)):
        change_feed.drop_document(session, document_id(run))


def _long_over(now: datetime) -> Select[PrintRun]:
    oldest = clock.today_in_vietnam(now) - KEPT_AFTER
    return select(PrintRun).where(
        PrintRun.period_to < oldest, PrintRun.period_to >= oldest - KEPT_AFTER
    )


def _put(session: Session, now: datetime, which: ColumnElement[bool]) -> None:
    for scope, id, body in _changed(session, now, which):
        change_feed.put_document(session, scope, TYPE, id, body)


def _changed(
    session: Session, now: datetime, which: ColumnElement[bool]
) -> list[tuple[str, str, dict[str, Any]]]:
    """`(scope, id, body)` of the documents that say something else by now."""
    oldest = clock.today_in_vietnam(now) - KEPT_AFTER
    rows = [RunRow(*row) for row in session.execute(run_rows().where(which).order_by(PrintRun.id))]
    rows = [row for row in rows if row.run.period_to >= oldest]
    # on its way to another commune's feed it may be there already, or not yet
    known = feed.documents_by_id(session, [document_id(row.run) for row in rows])
    found = []
    for row in rows:
        id, body = document_id(row.run), body_of(row, now)
        there = known.get(id)
        if there is None or there.gone or there.body != body:
            found.append((there.scope if there else scope_of(row.run), id, body))
    return found
