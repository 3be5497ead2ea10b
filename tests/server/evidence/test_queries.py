"""Photos and the activities that name them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from server.activities import queries as activities
from server.evidence import queries
from tests.factories.accounts import bearer, make_account, make_device
from tests.factories.activities import SCOPE, Phone, actor_of
from tests.factories.evidence import make_photo, make_png_bomb
from tests.factories.reviews import Report, make_report, make_reviewer, send_photo


def _wire(session: Session, report: Report) -> dict[str, Any]:
    row = report.row(session)
    (item,) = activities.wire_rows(session, [row])
    return item


def test_a_photo_that_arrives_moves_its_report_in_the_feed(session: Session, now: datetime) -> None:
    report = make_report(session, now, sent=False)
    before = _wire(session, report)
    assert [each["verified"] for each in before["evidence"]] == [False, False]
    send_photo(now, report.author.id, report.photos[0])
    after = _wire(session, report)
    assert {e["sha256"] for e in after["evidence"] if e["verified"]} == {report.photos[0].sha256}
    assert after["seq"] > before["seq"]
    assert (after["version"], after["digest"]) == (before["version"], before["digest"])


def test_a_photo_may_come_before_its_report(session: Session, now: datetime) -> None:
    author, photo = make_account(session, now), make_photo(5)
    send_photo(now, author.id, photo)
    report = make_report(session, now, author=author, photos=(photo,), sent=False)
    assert [each["verified"] for each in _wire(session, report)["evidence"]] == [True]


def test_the_phone_learns_of_it_by_its_next_sync(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    report = make_report(session, now, sent=False)
    phone = Phone(client, session, clock.now(), report.author)
    phone.sync()
    for photo in report.photos:
        send_photo(now, report.author.id, photo)
    phone.sync()
    assert all(each["verified"] for each in phone.row(report.id)["evidence"])


def test_a_reviewer_of_the_area_sees_the_photo_and_no_other_does(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    report = make_report(session, now)
    url = f"/api/v1/evidence/{report.photos[0].sha256}?size=thumb"
    for unit_id, status in (("p-01-2025", 200), ("p-79-2025", 404)):
        who = make_reviewer(session, clock.now(), unit_id=unit_id)
        _, token = make_device(session, clock.now(), who)
        assert client.get(url, headers=bearer(token)).status_code == status
    assert client.get(url).status_code == 401


def test_a_reviewer_of_the_area_sees_the_preview_and_no_other_does(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    report = make_report(session, now, sent=False)
    name = report.photos[0].sha256
    _, token = make_device(session, now, report.author)
    headers = {**bearer(token), "Content-Type": "image/jpeg"}
    small = make_photo(7, width=320, height=240).content
    assert (
        client.put(f"/api/v1/evidence/{name}/preview", data=small, headers=headers).status_code
        == 204
    )
    for unit_id, status in (("p-01-2025", 200), ("p-79-2025", 404)):
        who = make_reviewer(session, clock.now(), unit_id=unit_id)
        _, token = make_device(session, clock.now(), who)
        seen = client.get(f"/api/v1/evidence/{name}?size=preview", headers=bearer(token))
        assert seen.status_code == status
    assert [each["verified"] for each in _wire(session, report)["evidence"]] == [False, False]


def test_naming_a_hash_shows_nothing(client: FlaskClient, session: Session, now: datetime) -> None:
    """A stranger puts another's photo to a report of their own: no tick, no sight."""
    report = make_report(session, now)
    thief = make_account(session, now, name="Người khác", unit_id="c-00008-2025")
    scope = "commune:c-00008-2025"
    assert scope != SCOPE
    copied = make_report(session, now, author=thief, photos=report.photos, sent=False, scope=scope)
    assert not any(each["verified"] for each in _wire(session, copied)["evidence"])
    _, token = make_device(session, clock.now(), thief)
    url = f"/api/v1/evidence/{report.photos[0].sha256}"
    assert client.get(url, headers=bearer(token)).status_code == 404
    actor = actor_of(session, thief, now)
    assert queries.holdings(session, actor, [report.photos[0].sha256]).have == []


def test_what_has_come_so_far_is_told(session: Session, now: datetime) -> None:
    good, bomb = make_photo(1), make_png_bomb(8000, 8000)
    author = make_account(session, now)
    send_photo(now, author.id, good)
    assert queries.verified(session, [good.sha256, bomb.sha256]) == {good.sha256}
    assert queries.verified(session, []) == set()
    assert queries.states(session, []) == {}
    pair = (author.id, good.sha256)
    assert queries.states(session, [pair, (author.id, bomb.sha256)]) == {pair: {"verified": True}}
