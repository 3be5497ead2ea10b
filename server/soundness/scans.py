"""Counts of scans against the rows that they were counted from, as far back as rows are kept."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.scans.models import Scan, ScanAgent, ScanCount
from server.soundness.finding import Finding


def examine_scans(session: Session) -> Finding:
    """Each run's day, and agents that rows name."""
    finding = Finding("scans")
    summed = {
        (run_id, day, reason): int(amount)
        for run_id, day, reason, amount in session.execute(
            select(Scan.run_id, Scan.day, Scan.reason, func.sum(Scan.amount))
            .group_by(Scan.run_id, Scan.day, Scan.reason)
        )
    }  # fmt: skip
    first = min((day for _, day, _ in summed), default=None)
    kept = select(ScanCount.run_id, ScanCount.day, ScanCount.reason, ScanCount.amount)
    if first is not None:
        kept = kept.where(ScanCount.day >= first)
    counted = {(run_id, day, reason): amount for run_id, day, reason, amount
               in session.execute(kept)} if first is not None else {}  # fmt: skip
    for key in sorted({*summed, *counted}):
        finding.examined += 1
        if summed.get(key, 0) != counted.get(key, 0):
            run_id, day, reason = key
            finding.fault(
                f"run {run_id} on {day}: {counted.get(key, 0)} {reason} counted,"
                f" {summed.get(key, 0)} in sum"
            )
    unnamed = select(func.count()).select_from(Scan).join(
        ScanAgent, ScanAgent.id == Scan.agent_id, isouter=True
    ).where(Scan.agent_id.is_not(None), ScanAgent.id.is_(None))  # fmt: skip
    if missing := session.execute(unnamed).scalar_one():
        finding.fault(f"{missing} scans name an agent that is missing")
    return finding
