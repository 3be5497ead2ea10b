"""The feed's promises: digests are the sums of their rows, numbers are given once and counted.

Not here: what the rows say (`contents`).
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from server.activities.models import Activity
from server.change_feed.models import FeedDocument, FeedScope
from server.soundness.finding import Finding
from sync import digest

_ROWS = union_all(
    select(Activity.scope, Activity.id, Activity.version, Activity.seq,
           literal(True).label("live")),
    select(FeedDocument.scope, FeedDocument.id, FeedDocument.version, FeedDocument.seq,
           FeedDocument.gone.is_(False)),
)  # fmt: skip


def examine_feeds(session: Session) -> Finding:
    """Each scope's digest and counter against its rows (PROTOCOL.md 2)."""
    finding = Finding("feeds")
    sums: dict[str, int] = defaultdict(int)
    highest: dict[str, int] = defaultdict(int)
    with session.execute(_ROWS.execution_options(yield_per=5000)) as rows:
        for scope, id, version, seq, live in rows:
            finding.examined += 1
            if live:
                sums[scope] = digest.add(sums[scope], None, (id, version))
            highest[scope] = max(highest[scope], seq)
            if seq < 1:
                finding.fault(f"{scope}: {id} has no number")
    stored = {row.name: row for row in session.scalars(select(FeedScope))}
    for scope in sorted({*highest, *stored}):
        counter = stored.get(scope)
        if counter is None:
            finding.fault(f"{scope}: rows but no counter")
            continue
        if counter.digest != digest.to_text(sums[scope]):
            finding.fault(f"{scope}: digest {counter.digest}, {digest.to_text(sums[scope])} in sum")
        if counter.seq < highest[scope]:
            finding.fault(f"{scope}: counter {counter.seq} behind {highest[scope]}")
    _examine_numbers(session, finding)
    return finding


def _examine_numbers(session: Session, finding: Finding) -> None:
    rows = _ROWS.subquery()
    twice = (
        select(rows.c.scope, rows.c.seq, func.count().label("times"))
        .group_by(rows.c.scope, rows.c.seq)
        .having(func.count() > 1)
    )
    for scope, seq, times in session.execute(twice):
        finding.fault(f"{scope}: number {seq} given {times} times")
