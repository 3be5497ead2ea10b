"""Half-written reports, kept for the account's other phones and for nobody else."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from server.accounts.models import Account
from server.devices.models import Device
from tests.factories.accounts import make_account, sign_in
from tests.factories.activities import Phone, make_phone, new_id, wire
from tests.factories.acts import DIVISION, MERGER, carry_out
from tests.factories.reviews import make_reviewer

WORDS = "Đang viết dở ở nhà văn hóa"


def draft(**changes: Any) -> dict[str, Any]:
    body = {"kind": "loudspeaker_broadcast", "fields": {"title": WORDS}}
    return {"id": new_id(), "changed_at": "2026-11-20T10:00:00+07:00", "body": body, **changes}


def keep(phone: Phone, *drafts: Any, **members: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = phone.post(
        {"protocol": 1, "drafts": list(drafts), **members})["drafts"]  # fmt: skip
    return found


def rows(phone: Phone) -> list[dict[str, Any]]:
    """The drafts in the phone's own feed."""
    changes = phone.post({"protocol": 1})["changes"]
    (own,) = [page for scope, page in changes.items() if scope.startswith("account:")] or [{}]
    return [row for row in own.get("rows", []) if row["type"] == "draft"]


@pytest.fixture
def phones(client: FlaskClient, session: Session, now: datetime) -> tuple[Phone, Phone]:
    account = make_account(session, now)
    return Phone(client, session, now, account), Phone(client, session, now, account)


def test_another_phone_of_the_account_goes_on_writing(phones: tuple[Phone, Phone]) -> None:
    lost, new = phones
    mine = draft()
    assert keep(lost, mine) == [{"id": mine["id"], "saved": True, "reason": None}]
    (row,) = rows(new)
    assert row["id"] == f"draft:{lost.replica.device}:{mine['id']}"
    assert row["body"] == {
        "id": mine["id"], "device": lost.replica.device, "device_name": "Máy của Mai",
        "changed_at": mine["changed_at"], "draft": mine["body"],
    }  # fmt: skip
    # it takes the draft over: its own backup stands, the other one goes
    keep(new, mine, taken=[row["id"]])
    states = {each["id"]: each.get("gone", False) for each in rows(lost)}
    assert states == {row["id"]: True, f"draft:{new.replica.device}:{mine['id']}": False}


def test_what_it_sent_itself_is_not_sent_back(phones: tuple[Phone, Phone]) -> None:
    phone, _ = phones
    keep(phone, draft())
    (row,) = rows(phone)
    assert "draft" not in row["body"]
    assert row["body"]["changed_at"] == "2026-11-20T10:00:00+07:00"


def test_the_last_word_stands_and_null_ends_it(phones: tuple[Phone, Phone]) -> None:
    phone, other = phones
    mine = draft()
    for title in ("một", "hai", "hai"):
        keep(phone, mine | {"body": {"fields": {"title": title}}})
    (row,) = rows(other)
    assert (row["body"]["draft"]["fields"]["title"], row["version"]) == ("hai", 2)
    assert keep(phone, mine | {"body": None})[0]["saved"]
    assert keep(phone, mine | {"body": None})[0]["saved"]
    (row,) = rows(other)
    assert row["gone"]


def test_nobody_else_gets_or_counts_them(
    client: FlaskClient, session: Session, now: datetime, phones: tuple[Phone, Phone]
) -> None:
    keep(phones[0], draft())
    neighbour = make_phone(client, session, now, name="Hồ Thị Lan")
    assert rows(neighbour) == []
    sign_in(client, session, now, make_reviewer(session, now))
    for path in ("activities", "reviews/queue", "progress?period=2026"):
        assert WORDS not in client.get(f"/api/v1/{path}").text
    listed = client.get("/api/v1/activities?unit=p-01-2025")
    assert json.loads(listed.data).get("items", []) == []


def test_drafts_of_others_are_not_taken(
    client: FlaskClient, session: Session, now: datetime, phones: tuple[Phone, Phone]
) -> None:
    keep(phones[0], draft())
    (row,) = rows(phones[1])
    thief = make_phone(client, session, now, name="Hồ Thị Lan")
    thief.post({"protocol": 1, "taken": [row["id"], "catalogue"]})
    assert "gone" not in rows(phones[1])[0]
    assert "gone" not in str(thief.post({"protocol": 1})["changes"])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"body": {"text": "x" * 70_000}}, "too_large"),
        ({"body": {"text": "\0"}}, "malformed"),
        ({"body": {"text": "\ud800"}}, "malformed"),
        ({"body": {"number": 2**60}}, "malformed"),
        ({"body": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {}}}}}}}}}}, "malformed"),
        ({"body": []}, "malformed"),
        ({"body": "text"}, "malformed"),
        ({"changed_at": "yesterday"}, "malformed"),
        ({"changed_at": None}, "malformed"),
        ({"id": "../../etc"}, "malformed"),
        ({"id": 7}, "malformed"),
    ],
)
def test_a_bad_draft_stops_neither_operations_nor_other_drafts(
    phones: tuple[Phone, Phone], bad: dict[str, Any], reason: str
) -> None:
    good = draft()
    request = {"protocol": 1, "drafts": [draft(**bad), good], "operations": [wire()]}
    answer = phones[0].client.post(
        "/api/v1/sync", data=json.dumps(request), content_type="application/json",
        headers=phones[0].headers,
    )  # fmt: skip
    said = json.loads(answer.data)
    assert [each["saved"] for each in said["drafts"]] == [False, True]
    assert said["drafts"][0]["reason"] == reason
    assert said["outcomes"][0]["outcome"] == "applied"
    assert [row["body"]["id"] for row in rows(phones[1])] == [good["id"]]


def test_a_draft_without_a_body_is_not_taken_for_its_end(phones: tuple[Phone, Phone]) -> None:
    mine = draft()
    keep(phones[0], mine)
    without = {name: value for name, value in mine.items() if name != "body"}
    assert keep(phones[0], without)[0]["reason"] == "malformed"
    assert "gone" not in rows(phones[1])[0]


def test_how_many(phones: tuple[Phone, Phone], monkeypatch: pytest.MonkeyPatch) -> None:
    phone, _ = phones
    assert phone.post({"protocol": 1, "drafts": [draft()] * 21}, 422)["type"] == "invalid"
    monkeypatch.setattr("server.exchange.drafts.DRAFTS_KEPT_MAX", 2)
    mine = [draft() for _ in range(3)]
    assert [each["reason"] for each in keep(phone, *mine)] == [None, None, "too_many"]
    assert keep(phone, mine[0])[0]["saved"], "a kept one may change"
    keep(phone, mine[0] | {"body": None})
    assert keep(phone, mine[2])[0]["saved"]


@pytest.mark.parametrize(
    ("act", "expected"),
    [(MERGER, "commune:c-00004-2025"), (DIVISION, "commune:c-00008-2025")],
)
def test_a_draft_of_a_merged_commune_is_read_in_its_new_place(
    client: FlaskClient, session: Session, now: datetime, act: str, expected: str
) -> None:
    account = make_account(session, now, unit_id="c-00008-2025")
    lost, new = (Phone(client, session, now, account) for _ in range(2))
    with clock.frozen(now):
        words: dict[str, Any] = {"scope": "commune:c-00008-2025", "fields": {"title": WORDS}}
        keep(lost, draft(body=words), draft(body={"scope": 3}), draft(body={}))
        carry_out(session, now, act)
        found = [row["body"]["draft"] for row in rows(new)]
        assert found == [words | {"scope": expected}, {"scope": 3}, {}]
        assert "draft" not in rows(lost)[0]["body"]


def test_a_phone_that_is_enrolled_again_is_not_shown_its_own_drafts_as_anothers(
    client: FlaskClient, session: Session, now: datetime, phones: tuple[Phone, Phone]
) -> None:
    before, beside = phones
    account = session.get_one(Device, before.replica.device).account_id
    mine, theirs = draft(), draft()
    keep(before, mine, epoch=1)
    keep(beside, theirs, epoch=1)
    again = Phone(client, session, now, session.get_one(Account, account))
    keep(again, mine, epoch=1, formerly=before.replica.device)
    kept = {row["id"]: row["body"] for row in rows(again) if not row.get("gone")}
    assert kept.keys() == {f"draft:{again.replica.device}:{mine['id']}",
                           f"draft:{beside.replica.device}:{theirs['id']}"}  # fmt: skip
