"""The demo's hand-outs: never more than was printed, never ahead of today, the same for a seed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server import catalogue, clock
from server.catalogue.derive import validation
from server.cli.demo_handouts import KIND, hand_out
from tests.factories.scans import make_run


def test_paper_goes_out_bit_by_bit(session: Session, now: datetime) -> None:
    today = clock.today_in_vietnam(now)
    old = (make_run(session, now, copies=600, period=(today - timedelta(days=60), today)), "other")
    new = (make_run(session, now, copies=450, period=(today, today)), "voluntary_si")
    found = list(hand_out([old, new], now, seed=3))
    assert found == list(hand_out([old, new], now, seed=3))
    assert found != list(hand_out([old, new], now, seed=4))
    out: Counter[str] = Counter()
    for one in found:
        assert one.run.period_from <= one.day <= today
        out[one.run.code] += one.copies
    assert 300 <= out[old[0].code] <= 600
    assert out[new[0].code] <= 450


def test_each_could_have_been_reported(session: Session, now: datetime) -> None:
    today = clock.today_in_vietnam(now)
    run = make_run(session, now, copies=600, period=(today - timedelta(days=60), today))
    kind = catalogue.kinds()[KIND]
    photo = {"a" * 64: {"sha256": "a" * 64, "size": 1, "media_type": "image/jpeg",
                        "width": 1, "height": 1}}  # fmt: skip
    for one in hand_out([(run, "household_hi")], now, seed=1):
        said = one.happening(kind, "commune:c-00004-2025", 0, now)
        assert said.values["print_run"] == run.code
        assert validation.validate(
            kind, dict(said.values), {"evidence": photo}, "submitted", today
        ) == []  # fmt: skip
