"""Every unit that ever was leads to where its activities lie today: the real country."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.change_feed import moves
from server.places import lineages, queries
from server.places.models import UnitVersion
from server.places.operations import DATA

BEFORE, TODAY = date(2025, 6, 30), date(2026, 11, 20)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ids(session: Session, unit_id: str) -> list[str]:
    return [each.id for each in lineages.live(session, [unit_id])[unit_id]]


def test_every_commune_of_before_the_reform_leads_to_all_that_it_became(session: Session) -> None:
    """Straight from the files: what is whole has one lineage, what was divided all its parts."""
    became: dict[str, set[str]] = {}
    for row in rows("successions.csv"):
        if row["date"] == "2025-07-01":
            became.setdefault(row["from_unit_id"], set()).add(row["to_unit_id"])
    old = [row["unit_id"] for row in rows("units.csv")
           if row["level"] == "commune" and not row["valid_from"]]  # fmt: skip
    found = lineages.live(session, old)
    assert len(old) == 10_035
    assert {unit_id: {each.id for each in of} for unit_id, of in found.items()} == {
        unit_id: became[unit_id] for unit_id in old
    }
    divided = [unit_id for unit_id, of in found.items() if len(of) > 1]
    assert len(divided) == 441
    assert all(of for of in found.values())


def test_every_version_of_today_and_of_each_retyped_commune_leads_to_its_lineage(
    session: Session,
) -> None:
    versions = session.scalars(
        select(UnitVersion.id).where(
            UnitVersion.level == "commune", UnitVersion.valid_from.is_not(None)
        )
    ).all()
    found = lineages.live(session, versions)
    assert {len(of) for of in found.values()} == {1}
    retyped = [unit_id for unit_id in versions if unit_id.endswith("-2026")]
    assert len(retyped) == 22
    for unit_id in retyped:
        first = unit_id.replace("-2026", "-2025")
        assert found[unit_id] == found[first]
        (lineage,) = found[unit_id]
        assert (lineage.id, lineage.last.id) == (first, unit_id)
        assert lineage.last.type == "phường"
    of_today = {of[0].id for of in found.values()}
    assert len(of_today) == 3_321


def test_every_province_leads_to_the_feed_of_its_lineage(session: Session) -> None:
    old = [row["unit_id"] for row in rows("units.csv")
           if row["level"] == "province" and not row["valid_from"]]  # fmt: skip
    today = [each.id for each in queries.units_of_level(session, "province", TODAY)]
    found = lineages.live(session, [*old, *today])
    assert (len(old), len(today)) == (63, 34)
    assert {len(of) for of in found.values()} == {1}
    assert {of[0].id for of in found.values()} == {
        f"p-{unit_id.split('-')[1]}-2025" for unit_id in today
    }
    assert found["p-75-2026"][0].scope == "province:p-75-2025"
    assert found["p-02-old"][0].scope == "province:p-08-2025"  # Hà Giang, now Tuyên Quang


@pytest.mark.parametrize("unit_id", ["d-001-old", "vn", "c-99999-2025", ""])
def test_what_has_no_feed_leads_nowhere(session: Session, unit_id: str) -> None:
    assert ids(session, unit_id) == []


def test_a_lineage_that_was_merged_away_leads_to_its_successor(session: Session) -> None:
    """Only once that was carried out: until then its feed is alive."""
    assert ids(session, "c-00001-old") == ["c-00097-2025"]
    session.add(
        UnitVersion(
            id="c-99990-2027", level="commune", code="99990", name="Mới", type="xã",
            full_name="Xã Mới", parent_id="p-01-2025", province_code="01",
            valid_from=date(2027, 3, 1), search_name="moi",
        )
    )  # fmt: skip
    session.flush()
    session.connection().execute(
        lineages._successions.insert().values(
            from_id="c-00097-2025", to_id="c-99990-2027", date=date(2027, 3, 1), kind="merge",
            partial=False,
        )
    )  # fmt: skip
    assert ids(session, "c-00097-2025") == ["c-00097-2025"]
    moves.redirect(session, "commune:c-00097-2025", "commune:c-99990-2027")
    assert ids(session, "c-00097-2025") == ids(session, "c-00001-old") == ["c-99990-2027"]


@pytest.mark.parametrize(
    ("named", "day", "expected"),
    [
        ("c-00004-2025", date(2025, 9, 1), "c-00004-2025"),
        # the code was another commune's then: what was there before is not known
        ("c-00004-2025", date(2025, 3, 1), "c-00004-2025"),
        ("c-00004-old", date(2025, 3, 1), "c-00004-old"),
        ("c-00004-old", date(2025, 9, 1), "c-00004-2025"),
        ("c-00007-old", date(2025, 9, 1), "c-00008-2025"),  # divided: where the activity lies
        ("p-75-2026", date(2025, 9, 1), "p-75-2025"),
        ("p-75-2025", date(2026, 9, 1), "p-75-2026"),
    ],
)
def test_the_version_of_the_day(session: Session, named: str, day: date, expected: str) -> None:
    lies_in = "c-00008-2025" if named == "c-00007-old" else named
    assert lineages.version_on(session, named, day, lies_in) == expected


def test_ids_of_lineages(session: Session) -> None:
    found = queries.units(session, ["c-00004-old", "c-00004-2025"])
    assert lineages.ids_of(session, list(found.values())) == {
        "c-00004-old": "c-00004-old", "c-00004-2025": "c-00004-2025",
    }  # fmt: skip
    today = queries.communes_of_province(session, "75", TODAY)
    named = lineages.ids_of(session, today)
    assert {each.rpartition("-")[2] for each in named.values()} == {"2025"}
    assert any(each.endswith("-2026") for each in named)
