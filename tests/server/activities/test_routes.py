"""Lists and one activity, as the console reads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.activities import operations
from tests.factories.accounts import bearer, make_account, make_device, sign_in
from tests.factories.activities import actor_of, make_activity, new_id

LIST = "/api/v1/activities"


@pytest.fixture
def reviewer(client: FlaskClient, session: Session, now: datetime) -> FlaskClient:
    """A browser of the province's reviewer."""
    account = make_account(
        session, now, role="provincial_reviewer", unit_id="p-01-2025", username="duyet"
    )
    sign_in(client, session, datetime.now().astimezone(), account)
    return client


def ids(client: FlaskClient, **arguments: Any) -> list[str]:
    response = client.get(LIST, query_string=arguments)
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json["items"]]


def test_who_waits_longest_comes_first(
    reviewer: FlaskClient, session: Session, now: datetime
) -> None:
    author = make_account(session, now)
    made = [make_activity(session, now + timedelta(minutes=m), author) for m in range(3)]
    assert ids(reviewer, status="submitted") == made
    assert ids(reviewer) == made[::-1]


def test_pages_show_each_activity_once(
    reviewer: FlaskClient, session: Session, now: datetime
) -> None:
    author = make_account(session, now)
    made = {make_activity(session, now, author) for _ in range(5)}  # all at the same moment
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = reviewer.get(LIST, query_string={"limit": 2, "status": "submitted", **after}).json
        assert page is not None
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(seen) == 5
    assert set(seen) == made


def test_only_the_own_area_is_listed_or_shown(
    reviewer: FlaskClient, session: Session, now: datetime
) -> None:
    here = make_activity(session, now, make_account(session, now))
    elsewhere = make_account(session, now, unit_id=COMMUNE_OF_LANG_SON, name="Nông Văn Dền")
    there = make_activity(session, now, elsewhere, scope=f"commune:{COMMUNE_OF_LANG_SON}")
    assert ids(reviewer) == [here]
    assert ids(reviewer, unit=COMMUNE_OF_LANG_SON) == []
    assert reviewer.get(f"{LIST}/{here}").status_code == 200
    assert reviewer.get(f"{LIST}/{there}").status_code == 404


def test_a_list_is_narrowed(reviewer: FlaskClient, session: Session, now: datetime) -> None:
    author = make_account(session, now, name="Đặng Thị Hường")
    early = make_activity(session, now, author, fields={"event_date": "2026-11-02"})
    late = make_activity(
        session, now, author, fields={"event_date": "2026-11-19", "note": "Loa cụm 3 rè"}
    )
    assert ids(reviewer, **{"from": "2026-11-10"}) == [late]
    assert ids(reviewer, to="2026-11-10") == [early]
    assert ids(reviewer, q="loa cum 3") == [late]
    assert set(ids(reviewer, q="dang huong")) == {early, late}
    assert ids(reviewer, q="100%") == []
    assert set(ids(reviewer, unit="c-00004-2025")) == {early, late}
    assert set(ids(reviewer, unit="p-01-2025", kind="loudspeaker_broadcast")) == {early, late}
    assert ids(reviewer, kind="roadshow_booth") == []
    assert ids(reviewer, unit="c-nowhere") == []


def test_a_figure_opens_to_what_makes_it(
    reviewer: FlaskClient, session: Session, now: datetime
) -> None:
    author = make_account(session, now)
    made = make_activity(session, now, author)
    assert ids(reviewer, row="I.4") == [made]
    assert ids(reviewer, row="I.6") == []
    assert ids(reviewer, row="' OR 1=1") == []


@pytest.mark.parametrize(
    "arguments",
    [{"status": "lost"}, {"limit": 0}, {"limit": 1000}, {"from": "hôm qua"}, {"after": "x"},
     {"after": "MjAyNi0xMS0yMCAx"}],
)  # fmt: skip
def test_wrong_arguments_are_told(reviewer: FlaskClient, arguments: dict[str, Any]) -> None:
    response = reviewer.get(LIST, query_string=arguments)
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["type"] == "invalid"


def test_one_activity_with_its_history(
    reviewer: FlaskClient, session: Session, now: datetime
) -> None:
    author = make_account(session, now)
    activity = make_activity(session, now, author)
    judge = make_account(session, now, role="provincial_reviewer", unit_id="p-01-2025")
    review = {"decision": "return", "by": {"id": judge.id, "name": judge.name}, "at": "",
              "remarks": [{"text": "Cho xin ảnh rõ hơn"}]}  # fmt: skip
    operations.record_decision(
        session, actor_of(session, judge, now), now, activity, "returned", review, 2
    )
    session.commit()
    shown = reviewer.get(f"{LIST}/{activity}").json
    assert shown is not None
    assert [line["what"] for line in shown["history"]] == ["create", "submit", "return"]
    assert shown["history"][-1]["detail"]["remarks"] == [{"text": "Cho xin ảnh rõ hơn"}]
    assert shown["review"]["decision"] == "return"
    assert shown["province_name"] == "Thành phố Hà Nội"
    assert shown["unit_name"]
    assert shown["evidence"][0]["verified"] is False


def test_a_phone_may_ask_too_and_a_stranger_not(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    author = make_account(session, now)
    activity = make_activity(session, now, author)
    _, token = make_device(session, now, author)
    shown = client.get(f"{LIST}/{activity}", headers=bearer(token))
    assert shown.status_code == 200
    assert client.get(f"{LIST}/{activity}").status_code == 401
    assert client.get(f"{LIST}/{new_id()}", headers=bearer(token)).status_code == 404


COMMUNE_OF_LANG_SON = "c-05977-2025"
