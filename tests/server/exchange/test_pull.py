"""What a phone fetches: pages, digests, grants, rows without bodies."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import clock
from server.accounts.models import AccountUnit
from server.activities import operations
from server.activities.models import Activity
from server.change_feed import operations as change_feed
from server.change_feed.models import DatabaseLife, FeedScope
from server.database import db
from server.exchange import pull
from sync import digest
from tests.factories.accounts import make_account
from tests.factories.activities import (
    SCOPE,
    Phone,
    actor_of,
    make_activity,
    make_phone,
)  # fmt: skip


def test_nothing_to_do_costs_little(client: FlaskClient, session: Session, now: datetime) -> None:
    phone = make_phone(client, session, now)
    phone.record()
    phone.sync(rounds=3)
    response = client.post("/api/v1/sync", json=phone.replica.make_request(), headers=phone.headers)
    assert response.json is not None
    assert response.json["changes"] == {}
    assert len(response.data) < 512


def test_pages_lead_to_the_same_end_as_one_answer(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    author = make_account(session, now)
    made = {make_activity(session, now, author) for _ in range(7)}
    phone = Phone(client, session, now, author)
    for _ in range(20):
        phone.sync(rows=2)
        assert sum(len(page["rows"]) for page in phone.answers[-1]["changes"].values()) <= 2
        if phone.replica.idle() and SCOPE in phone.replica.scopes:
            break
    assert made <= set(phone.replica.activities())
    assert phone.replica.rereads == 0


def test_the_digest_is_that_of_all_rows(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    reviewer = make_account(session, now, role="provincial_reviewer", unit_id="p-01-2025")
    first, second = phone.record(), phone.record()
    phone.save("submit", first)
    phone.sync(rounds=2)
    phone.save("edit", second, set={"note": "thêm"})
    phone.sync(rounds=2)
    operations.record_decision(
        session, actor_of(session, reviewer, now), now, first, "approved",
        {"decision": "approve", "by": {}, "at": None, "remarks": []}, 2,
    )  # fmt: skip
    operations.touch(session, now, second)
    session.commit()
    counted = 0
    for row in session.execute(select(Activity.id, Activity.version)):
        counted = digest.add(counted, None, (row.id, row.version))
    stored = session.scalar(select(FeedScope.digest).where(FeedScope.name == SCOPE))
    assert stored == digest.to_text(counted)
    phone.sync()
    assert phone.replica.scopes[SCOPE].sum == counted


def test_an_answer_shows_one_moment_of_the_database(
    client: FlaskClient, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit between the look at the counters and the reading of rows belongs to the next one."""
    author = make_account(session, now)
    first = make_activity(session, now, author)
    phone = Phone(client, session, now, author)
    real = pull.changes
    late: list[str] = []

    def changes(*given: Any) -> dict[str, Any]:
        if not late:
            with Session(db.engine) as another:
                late.append(make_activity(another, now, author))
        return real(*given)

    monkeypatch.setattr(pull, "changes", changes)
    phone.sync()
    page = phone.answers[-1]["changes"][SCOPE]
    assert [row["id"] for row in page["rows"]] == [first]
    assert page["to"] == page["rows"][-1]["seq"]
    told = digest.to_text(digest.add(0, None, (first, page["rows"][0]["version"])))
    assert (page["digest"], page["more"]) == (told, False)
    phone.sync()
    assert [row["id"] for row in rows_of(phone)] == late
    assert phone.replica.rereads == 0


def test_what_a_phone_has_just_sent_comes_back_without_its_body(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.save("submit", activity)
    phone.sync()
    (row,) = rows_of(phone)
    assert row["own"] is True
    assert (row["id"], row["status"], row["version"]) == (activity, "submitted", 2)
    assert "fields" not in row
    assert phone.row(activity)["fields"]["station_name"]


def test_a_row_with_fields_of_a_newer_app_comes_whole(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    """The digest, which proves a row without its body, does not tell of them."""
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.save("edit", activity, set={"mood": "vui"})
    phone.sync()
    (row,) = rows_of(phone)
    assert row["extra"] == {"mood": "vui"}


def test_a_phone_that_is_behind_gets_the_whole_row(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    account = make_account(session, now)
    one, two = (Phone(client, session, now, account) for _ in range(2))
    activity = one.record()
    one.sync(rounds=2)
    two.sync(rounds=2)
    one.save("edit", activity, set={"note": "mưa"})
    one.sync()
    two.save("edit", activity, set={"difficulty": "mất điện"})
    two.sync()
    (row,) = rows_of(two)
    assert (row["fields"]["note"], row["fields"]["difficulty"]) == ("mưa", "mất điện")


def test_a_phone_with_a_wrong_digest_is_told_and_heals(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.sync(rounds=2)
    phone.replica.scopes[SCOPE].drop(activity)  # a row lost to a fault of the phone
    phone.sync(rounds=2)
    assert phone.replica.rereads == 1
    assert phone.row(activity)["status"] == "draft"


def test_another_persons_work_in_the_commune_arrives(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    phone.sync(rounds=2)
    colleague = make_account(session, now, name="Giàng A Chu")
    activity = make_activity(session, now, colleague)
    phone.sync()
    assert phone.row(activity)["author"]["name"] == "Giàng A Chu"


def test_scopes_are_granted_and_dropped(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.sync(rounds=2)
    assert phone.answers[0]["grants"]["added"][0] == SCOPE
    assert phone.answers[1]["grants"] == {"added": [], "dropped": [], "moved": {}}
    session.execute(update(AccountUnit).values(unit_id="c-00008-2025"))
    session.commit()
    phone.record()  # still in the old commune
    (outcome,) = phone.sync()
    assert outcome["reason"] == "no_permission"
    grants = phone.answers[-1]["grants"]
    assert (grants["added"], grants["dropped"]) == (["commune:c-00008-2025"], [SCOPE])
    assert phone.replica.shadow_row(activity) is None
    assert all(scope != SCOPE for scope in phone.answers[-1]["changes"])


def test_another_life_of_the_database_is_read_from_the_start(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.sync(rounds=2)
    session.execute(update(DatabaseLife).values(incarnation="another-life"))
    session.commit()
    phone.sync(rounds=3)
    assert phone.replica.incarnation == "another-life"
    assert phone.row(activity)["version"] == 1
    assert phone.replica.idle()


def test_documents_reach_the_phones_and_leave_them(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    with clock.frozen(now + timedelta(hours=1)):
        change_feed.put_document(session, "reference", "plan", "plan-x", {"rows": ["I.4"]})
        session.commit()
        phone.sync()
        rows = {row["id"]: row for row in phone.answers[-1]["changes"]["reference"]["rows"]}
        assert rows["plan-x"]["body"] == {"rows": ["I.4"]}
        change_feed.drop_document(session, "plan-x")
        db.session.commit()
        phone.sync(rounds=2)
    assert "plan-x" not in phone.replica.scopes["reference"].rows
    assert phone.replica.rereads == 0


def rows_of(phone: Phone) -> list[dict[str, object]]:
    found: list[dict[str, object]] = phone.answers[-1]["changes"][SCOPE]["rows"]
    return found


def test_a_conflict_shows_the_value_of_now_after_my_own_edit_too(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    account = make_account(session, now)
    one, two = (Phone(client, session, now, account) for _ in range(2))
    activity = one.record(note="cũ")
    one.sync(rounds=2)
    two.sync(rounds=2)
    one.save("edit", activity, set={"note": "của máy một"})
    two.save("edit", activity, set={"note": "của máy hai"})
    one.sync()
    two.sync(rounds=2)
    one.sync()
    one.save("edit", activity, set={"note": "sửa lần nữa"})
    (outcome,) = one.sync()
    assert outcome["outcome"] == "applied"
    (conflict,) = one.row(activity)["conflicts"]
    (value,) = conflict["fields"]
    assert (value["current"], value["mine"]) == ("sửa lần nữa", "của máy hai")


def test_what_is_in_no_question_still_comes_without_its_body(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.sync(rounds=2)
    phone.save("edit", activity, set={"note": "thêm"})
    phone.sync()
    (row,) = phone.answers[-1]["changes"][SCOPE]["rows"]
    assert row["own"]
    assert "fields" not in row
