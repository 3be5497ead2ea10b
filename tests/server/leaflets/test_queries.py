"""A run is found by its code with the version that it shows now, whatever is on paper."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from server.leaflets import queries
from server.leaflets.models import Leaflet
from tests.factories.leaflets import make_run, make_version


def test_a_run_shows_its_destination(session: Session, now: datetime) -> None:
    printed = make_version(session, now)
    leaflet = session.get_one(Leaflet, printed.leaflet_id)
    newer = make_version(session, now, leaflet=leaflet, number=2)
    run = make_run(session, now, printed)
    run.destination_version_id = newer.id
    session.commit()
    found = queries.run_by_code(session, run.code)
    assert found is not None
    assert (found.id, found.version.number, found.printed_version_id) == (run.id, 2, printed.id)
    assert found.version.title == "Những điều cần biết về BHXH tự nguyện"
    assert found.version.languages == ("vi",)


def test_an_unknown_code_leads_nowhere(session: Session) -> None:
    assert queries.run_by_code(session, "000000000") is None
