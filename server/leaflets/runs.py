"""The only writers of print runs: making them, all or none; stopping, starting, redirecting.

A code is chance; one that is taken already is thrown again. Not here: reading and placing orders
(`orders`), pictures of codes and sheets to print.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock, problems, short_codes
from server.accounts import audit
from server.accounts import policy as accounts_policy
from server.accounts.areas import NATION_UNIT
from server.database.ids import new_id
from server.http.actor import Actor
from server.leaflets import documents, policy, queries, states
from server.leaflets.law import change_since
from server.leaflets.models import Leaflet, LeafletVersion, PrintRun
from server.leaflets.orders import Order, Placed, Troubles, place
from server.leaflets.queries import RunRow
from server.problems import ProblemError

#: One list of all communes, and some to spare.
RUNS_MAX = 5_000
_AT_ONCE = 500

Chance = Callable[[int], bytes]


def make(
    session: Session, actor: Actor, now: datetime, version_id: str, orders: Sequence[Order], *,
    confirm_outdated: bool = False, province_code: str | None = None,
    troubles: Troubles | None = None, chance: Chance = secrets.token_bytes,
) -> tuple[str, list[PrintRun]]:  # fmt: skip
    """Make a batch of runs of a published version; returns the batch's id and its runs, in order.

    Their ids fall in the order given, so that a batch is listed and printed as it was ordered.

    `troubles` are those that reading found already. Raises `runs-invalid` with every mistake,
    `leaflet-outdated` unless confirmed, `leaflet-state` for what is not published.
    """
    accounts_policy.ensure(actor, "leaflet.write")
    printed, leaflet = _printable(session, actor, version_id)
    troubles = troubles or Troubles()
    today = clock.today_in_vietnam(now)
    if not len(orders) + len(troubles.found) >= 1 or len(orders) > RUNS_MAX:
        troubles.add(0, "runs", "length", f"Cần từ 1 đến {RUNS_MAX} lần in.",
                     f"One to {RUNS_MAX} runs.")  # fmt: skip
    placed = place(session, actor, orders, today, troubles, province_code)
    troubles.raise_any()
    _ensure_current(printed, today, confirmed=confirm_outdated)
    batch_id = new_id(now)
    codes = fresh_codes(session, len(placed), chance)
    # lists show the greatest id first, so that is the first one of the order
    ids = sorted((new_id(now) for _ in placed), reverse=True)
    runs = [
        _run(actor, now, batch_id, printed.id, *one) for one in zip(ids, placed, codes, strict=True)
    ]
    session.add_all(runs)
    session.flush()
    documents.add(session, now, runs, printed, leaflet)
    audit.append(session, actor.account_id, now, "print_run.make", batch_id,
                 {"version": printed.id, "runs": len(runs)})  # fmt: skip
    return batch_id, runs


def fresh_codes(session: Session, amount: int, chance: Chance = secrets.token_bytes) -> list[str]:
    """`amount` codes that nothing bears."""
    found: dict[str, None] = {}
    while len(found) < amount:
        thrown = {
            short_codes.new_code(chance(short_codes.RANDOM_BYTES)): None
            for _ in range(min(amount - len(found), _AT_ONCE))
        }
        taken = set(session.scalars(select(PrintRun.code).where(PrintRun.code.in_(list(thrown)))))
        found |= {code: None for code in thrown if code not in taken}
    return list(found)


def stop(session: Session, actor: Actor, now: datetime, run_id: str) -> RunRow:
    """Let the code lead to a kind page, and phones warn. Raises `leaflet-state`."""
    return _change(session, actor, now, run_id, "stop")


def start(session: Session, actor: Actor, now: datetime, run_id: str) -> RunRow:
    """Undo `stop`."""
    return _change(session, actor, now, run_id, "start")


def redirect(session: Session, actor: Actor, now: datetime, run_id: str, version_id: str) -> RunRow:
    """Let a printed code show another published version: of ours, never an address."""
    row = _ours(session, actor, run_id)
    shown, _ = _printable(session, actor, version_id)
    before = row.run.destination_version_id
    row.run.destination_version_id = shown.id
    return _written(session, actor, now, row, "print_run.redirect", f"{before} {shown.id}")


def _change(
    session: Session, actor: Actor, now: datetime, run_id: str, move: states.RunMove
) -> RunRow:
    row = _ours(session, actor, run_id)
    status: states.RunStatus = "stopped" if row.run.status == "stopped" else "active"
    if (status, move) not in states.RUN_MOVES:
        raise ProblemError(problems.LEAFLET_STATE, status=status)
    row.run.status = states.RUN_MOVES[status, move]
    return _written(session, actor, now, row, f"print_run.{move}", None)


def _written(
    session: Session, actor: Actor, now: datetime, row: RunRow, action: str, detail: str | None
) -> RunRow:
    row.run.changed_at = now
    session.flush()
    documents.put(session, now, [row.run.id])
    audit.append(session, actor.account_id, now, action, row.run.id,
                 {"detail": detail} if detail else None)  # fmt: skip
    found = queries.run(session, row.run.id)
    assert found is not None
    return found


def _ours(session: Session, actor: Actor, run_id: str) -> RunRow:
    accounts_policy.ensure(actor, "leaflet.write")
    session.get(PrintRun, run_id, with_for_update=True)
    row = queries.run(session, run_id)
    if row is None:
        raise ProblemError(problems.NOT_FOUND)
    policy.ensure_may_run(actor, row.run)
    return row


def _printable(session: Session, actor: Actor, version_id: str) -> tuple[LeafletVersion, Leaflet]:
    """A published version that `actor` may use, and its leaflet."""
    version = session.get(LeafletVersion, version_id)
    leaflet = session.get(Leaflet, version.leaflet_id) if version else None
    provinces = queries.provinces_of(session, actor.area)
    if version is None or leaflet is None or not policy.may_read(actor, leaflet, provinces):
        raise ProblemError(problems.NOT_FOUND)
    if version.status != "published":
        raise ProblemError(problems.LEAFLET_STATE, status=version.status)
    return version, leaflet


def _ensure_current(version: LeafletVersion, today: date, *, confirmed: bool) -> None:
    change = change_since(version.law_date, today)
    if change is not None and not confirmed:
        raise ProblemError(
            problems.LEAFLET_OUTDATED,
            law_change={"date": change.date.isoformat(), "vi": change.vi, "en": change.en},
        )


def _run(
    actor: Actor, now: datetime, batch_id: str, version_id: str, run_id: str, placed: Placed,
    code: str,
) -> PrintRun:  # fmt: skip
    order = placed.order
    return PrintRun(
        id=run_id, code=code, version_id=version_id, destination_version_id=version_id,
        unit_id=placed.unit.id if placed.unit else NATION_UNIT, commune_id=placed.commune_id,
        province_code=placed.province_code, place_detail=order.place_detail,
        period_from=order.period_from, period_to=order.period_to, copies=order.copies,
        status="active", batch_id=batch_id, created_by=actor.account_id, created_at=now,
        changed_at=now,
    )  # fmt: skip
