"""Acts written into the tables: days, offices, a later release of the files."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.places import operations, queries, recording
from server.places.acts import read_act
from server.places.models import UnitFile
from tests.factories.acts import DIVISION, MERGER, RENAMING, record
from tests.factories.places import make_office

THEN, DAY = date(2026, 11, 19), date(2026, 11, 20)


def test_units_change_on_the_day(session: Session, now: datetime) -> None:
    assert record(session, now, RENAMING)
    before = queries.version_on(session, "commune", "00008", THEN)
    after = queries.version_on(session, "commune", "00008", DAY)
    assert before is not None
    assert after is not None
    assert (before.full_name, after.full_name) == ("Phường Ngọc Hà", "Phường Ngọc Khánh")
    assert queries.lineage_id(session, after.id) == "c-00008-2025"
    (link,) = queries.successors(session, before.id)
    assert (link.unit.id, link.kind, link.date) == (after.id, "rename", DAY)


def test_the_same_act_again_changes_nothing(session: Session, now: datetime) -> None:
    assert record(session, now, MERGER)
    assert not record(session, now, MERGER)
    assert recording.is_recorded(session, read_act(MERGER, "m"))
    assert len(recording.due_acts(session, DAY)) == 1
    assert recording.due_acts(session, THEN) == []


def test_a_later_release_of_the_files_does_not_undo_an_act(session: Session, now: datetime) -> None:
    record(session, now, MERGER)
    session.execute(delete(UnitFile))
    assert operations.load_units(session)
    session.commit()
    assert queries.version_on(session, "commune", "00008", DAY) is None
    grown = queries.version_on(session, "commune", "00004", DAY)
    assert grown is not None
    assert grown.id == "c-00004-2026"


def test_offices_serve_what_took_the_place_of_their_communes(
    session: Session, now: datetime
) -> None:
    office = make_office(session, communes=("c-00008-2025", "c-00025-2025"))
    record(session, now, MERGER)
    before, after = (queries.communes_of_office(session, office, day) for day in (THEN, DAY))
    assert (before, after) == (["c-00008-2025", "c-00025-2025"], ["c-00004-2025", "c-00025-2025"])


def test_an_office_keeps_all_parts_of_a_divided_commune(session: Session, now: datetime) -> None:
    office = make_office(session, communes=("c-00008-2025",))
    record(session, now, DIVISION)
    assert queries.communes_of_office(session, office, DAY) == ["c-99991-2026", "c-99992-2026"]


def test_what_an_act_does_is_kept_with_it(session: Session, now: datetime) -> None:
    record(session, now, DIVISION)
    (row,) = recording.due_acts(session, DAY)
    effects = recording.effects_of(row)
    assert effects.ended == ["c-00008-2025"]
    assert effects.heirs == {"c-00008-2025": ["c-99991-2026", "c-99992-2026"]}
    recording.note_carried_out(session, row.id, now)
    assert recording.due_acts(session, DAY) == []
