"""A reviewer at the console and the author's phone, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from tests.factories.accounts import bearer, make_account, make_device, sign_in
from tests.factories.activities import Phone
from tests.factories.reviews import Report, make_report, make_reviewer

QUEUE = "/api/v1/reviews/queue"


class Console:
    """A signed-in reviewer."""

    def __init__(self, client: FlaskClient, session: Session, now: datetime) -> None:
        self._client = client
        who = make_reviewer(session, now, username="khoi")
        with clock.frozen(now):
            self._headers = sign_in(client, session, now, who)

    def queue(self, **query: str) -> dict[str, Any]:
        answer = self._client.get(QUEUE, query_string=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found

    def decide(self, id: str, decision: str, status: int = 200, **body: Any) -> dict[str, Any]:
        seen = self._client.get(f"/api/v1/activities/{id}").get_json()
        given = {"decision": decision, "version": seen["version"], "digest": seen["digest"], **body}
        answer = self._client.post(
            f"/api/v1/activities/{id}/decisions", json=given, headers=self._headers
        )
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.get_json()
        return found


@pytest.fixture
def console(client: FlaskClient, session: Session, now: datetime) -> Console:
    return Console(client, session, clock.now())


@pytest.fixture
def report(session: Session, now: datetime) -> Report:
    return make_report(session, now)


def test_a_decision_empties_the_queue_and_answers_the_row(console: Console, report: Report) -> None:
    page = console.queue()
    assert [item["id"] for item in page["items"]] == [report.id]
    assert (page["counts"], page["total"], page["next"]) == ({"loudspeaker_broadcast": 1}, 1, None)
    item = page["items"][0]
    assert [photo["verified"] for photo in item["evidence"]] == [True, True]
    assert item["unit_name"]
    row = console.decide(report.id, "approve")
    assert (row["status"], row["version"]) == ("approved", item["version"] + 1)
    assert row["seq"] > item["seq"]
    assert row["review"]["by"]["name"] == "Trần Minh Khôi"
    assert console.queue()["items"] == []


def test_the_remark_reaches_the_phone(
    client: FlaskClient, session: Session, console: Console, report: Report
) -> None:
    phone = Phone(client, session, clock.now(), report.author)
    phone.sync()
    remark = {"text": "Ảnh mờ", "evidence": report.photos[0].sha256, "circle": [0.2, 0.3, 0.1]}
    console.decide(report.id, "return", remarks=[remark])
    phone.sync()
    row = phone.row(report.id)
    assert row["status"] == "returned"
    assert row["review"]["decision"] == "return"
    assert row["review"]["remarks"] == [remark]


def test_a_stale_review_is_a_conflict_with_its_differences(
    console: Console, report: Report
) -> None:
    problem = console.decide(report.id, "approve", 409, version=1)
    assert problem["type"] == "stale-review"
    assert problem["differences"] == []
    assert problem["activity_status"] == "submitted"


def test_missing_photos_are_named(console: Console, session: Session, now: datetime) -> None:
    report = make_report(session, now, sent=False)
    problem = console.decide(report.id, "approve", 409)
    assert problem["type"] == "evidence-missing"
    assert {each["sha256"] for each in problem["missing"]} == {p.sha256 for p in report.photos}
    row = console.decide(report.id, "approve", override={"reason": "Đã xem tại xã"})
    assert row["review"]["override"]["reason"] == "Đã xem tại xã"


@pytest.mark.parametrize(
    "body",
    [{"decision": "forget"}, {"version": 0}, {"version": "1"}, {"remarks": [{"text": "a", "x": 1}]},
     {"override": {"reason": ""}}, {"seq": 7}, {"decision": "return"},
     {"remarks": [{"text": "a", "circle": [0, 0, 2]}]}],
)  # fmt: skip
def test_a_decision_of_another_shape_is_refused(
    console: Console, report: Report, body: dict[str, Any]
) -> None:
    given = {"decision": "approve", **body}
    problem = console.decide(report.id, status=422, **given)
    assert problem["type"] == "invalid"


def test_without_the_sessions_token_nothing_is_decided(
    client: FlaskClient, console: Console, report: Report
) -> None:
    body = {"decision": "approve", "version": 2, "digest": "0" * 16}
    answer = client.post(f"/api/v1/activities/{report.id}/decisions", json=body)
    assert (answer.status_code, answer.get_json()["type"]) == (403, "csrf")


def test_a_collaborator_decides_nothing(
    client: FlaskClient, session: Session, report: Report
) -> None:
    _, token = make_device(session, clock.now(), make_account(session, clock.now(), name="Khác"))
    body = {"decision": "approve", "version": 2, "digest": "0" * 16}
    url = f"/api/v1/activities/{report.id}/decisions"
    answer = client.post(url, json=body, headers=bearer(token))
    assert (answer.status_code, answer.get_json()["type"]) == (403, "forbidden")
    assert client.post(url, json=body).status_code == 401


def test_pages_follow_each_other(console: Console, session: Session, now: datetime) -> None:
    author = make_account(session, now)
    for _ in range(3):
        make_report(session, now, author=author, sent=False)
    first = console.queue(limit="2")
    second = console.queue(limit="2", after=first["next"])
    ids = [item["id"] for page in (first, second) for item in page["items"]]
    assert len(set(ids)) == 3
    assert second["next"] is None


def test_ready_reasons_are_offered(client: FlaskClient, console: Console) -> None:
    items = client.get("/api/v1/reviews/reasons").get_json()["items"]
    assert items[0]["label"]["vi"] == "Ảnh cũ"
    assert client.get(QUEUE, query_string={"after": "x"}).status_code == 422
