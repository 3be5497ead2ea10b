"""„Gọi lại cho tôi“: from the form on a phone to the office that calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server import clock
from server.accounts.models import AuditEntry
from server.leaflets.models import PrintRun
from server.scans import call_backs
from server.scans.models import CallBack
from tests.factories.accounts import make_account, sign_in
from tests.factories.scans import make_run

KEY = "k" * 48
TODAY = date(2026, 11, 20)
PERSON = {"name": "Lò Thị Mẩy", "phone": "0912 345 678", "consent": call_backs.CONSENT}


@pytest.fixture
def run(session: Session, now: datetime) -> PrintRun:
    return make_run(session, now)


@pytest.fixture(autouse=True)
def _today(now: datetime) -> Iterator[None]:
    with clock.frozen(now):
        yield


def fill_in(client: FlaskClient, run: PrintRun, address: str = "27.64.8.11",
            site: str = "same-origin", **changes: str) -> TestResponse:  # fmt: skip
    form = {**PERSON, "mark": call_backs.mark(KEY, run.code, TODAY), "website": "", **changes}
    return client.post(
        f"/q/{run.code}/goi-lai", data=form, headers={"Sec-Fetch-Site": site},
        environ_overrides={"REMOTE_ADDR": address},
    )  # fmt: skip


def stored(session: Session) -> list[CallBack]:
    session.rollback()
    return list(session.execute(select(CallBack)).scalars())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0912345678", "0912345678"), ("+84 912 345 678", "0912345678"),
        ("84912.345.678", "0912345678"), ("0084912345678", "0912345678"),
        ("(024) 3936-1234", "02439361234"), ("09 12 34 56 78", "0912345678"),
        ("０９１２３４５６７８", "0912345678"),
        ("12345", None), ("0112345678", None), ("19009068", None), ("091234567a", None), ("", None),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, expected: str | None) -> None:
    assert call_backs.normalise_phone(text) == expected


def test_a_request_reaches_the_office_and_is_ticked_off(
    client: FlaskClient, session: Session, now: datetime, run: PrintRun
) -> None:
    assert "Đã nhận yêu cầu" in fill_in(client, run).text
    office = make_account(session, now, "office_reviewer", "c-00004-2025", "Hoàng Thị Bích")
    signed = sign_in(client, session, now, office)
    (item,) = client.get("/api/v1/call-backs").get_json()["items"]
    assert (item["name"], item["phone"]) == ("Lò T. M.", "09•• ••• •78")
    assert item["commune_name"] == "Phường Ba Đình"
    at = f"/api/v1/call-backs/{item['id']}"
    shown = client.post(f"{at}/showing", headers=signed).get_json()
    assert shown == {"name": "Lò Thị Mẩy", "phone": "0912345678"}
    done = client.post(f"{at}/settlement", json={"done": True}, headers=signed).get_json()
    assert done["done_by"] == "Hoàng Thị Bích"
    assert client.get("/api/v1/call-backs").get_json()["items"] == []
    assert len(client.get("/api/v1/call-backs?done=true").get_json()["items"]) == 1
    again = client.post(f"{at}/settlement", json={"done": False}, headers=signed).get_json()
    assert again["done_at"] is None
    actions = set(session.execute(select(AuditEntry.action)).scalars())
    assert {"call_back.show", "call_back.done", "call_back.reopen"} <= actions


def test_the_list_goes_on_page_by_page(
    client: FlaskClient, session: Session, now: datetime, run: PrintRun
) -> None:
    for number in range(5):
        with clock.frozen(now + timedelta(minutes=number)):
            fill_in(client, run, phone=f"091234567{number}")
    sign_in(client, session, now, make_account(session, now, "office_reviewer", "c-00004-2025"))
    seen: list[str] = []
    after = ""
    while True:
        page = client.get(f"/api/v1/call-backs?limit=2{after}").get_json()
        seen += [item["phone"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert [phone[-1] for phone in seen] == ["4", "3", "2", "1", "0"]


def test_it_follows_the_run_when_communes_merge(
    client: FlaskClient, session: Session, now: datetime, run: PrintRun
) -> None:
    fill_in(client, run)
    run = session.merge(run)
    run.commune_id = "c-00070-2025"
    session.commit()
    sign_in(client, session, now, make_account(session, now, "office_reviewer", "c-00070-2025"))
    (item,) = client.get("/api/v1/call-backs").get_json()["items"]
    assert item["commune"] == "c-00070-2025"


def test_nothing_of_it_stands_readable_in_the_database(
    client: FlaskClient, session: Session, run: PrintRun
) -> None:
    fill_in(client, run)
    (row,) = stored(session)
    told = " ".join(str(value) for value in vars(row).values())
    assert "Mẩy" not in told
    assert "912345678" not in told


def test_other_offices_and_collaborators_see_none(
    client: FlaskClient, session: Session, now: datetime, run: PrintRun
) -> None:
    fill_in(client, run)
    (row,) = stored(session)
    signed = sign_in(
        client, session, now, make_account(session, now, "office_reviewer", "c-00070-2025")
    )
    assert client.get("/api/v1/call-backs").get_json()["items"] == []
    for deed, body in (("showing", None), ("settlement", {"done": True})):
        path = f"/api/v1/call-backs/{row.id}/{deed}"
        assert client.post(path, json=body, headers=signed).status_code == 404
    sign_in(client, session, now, make_account(session, now, "collaborator", "c-00004-2025"))
    assert client.get("/api/v1/call-backs").status_code == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"phone": "12"}, "Số điện thoại chưa đúng"),
        ({"name": "  "}, "Xin ghi họ tên"),
        ({"name": "x" * 81}, "Xin ghi họ tên"),
        ({"consent": ""}, "Xin đánh dấu đồng ý"),
        ({"consent": "2020-01"}, "Xin đánh dấu đồng ý"),
        ({"mark": "0" * 24}, "Trang đã mở quá lâu"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(
    client: FlaskClient, session: Session, run: PrintRun, changes: dict[str, str], words: str
) -> None:
    answer = fill_in(client, run, **changes)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert stored(session) == []


def test_programs_and_other_sites_write_nothing(
    client: FlaskClient, session: Session, run: PrintRun
) -> None:
    assert fill_in(client, run, website="http://spam").status_code == 200
    assert fill_in(client, run, site="cross-site").status_code == 422
    assert client.post(f"/q/{run.code}/goi-lai", data=b"x" * 20_000).status_code == 422
    assert stored(session) == []


def test_yesterdays_page_may_still_be_sent(
    client: FlaskClient, session: Session, run: PrintRun
) -> None:
    for days, status in ((1, 200), (2, 422)):
        mark = call_backs.mark(KEY, run.code, TODAY - timedelta(days=days))
        assert fill_in(client, run, mark=mark).status_code == status


def test_the_same_number_waits_once_and_cannot_be_flooded(
    client: FlaskClient, session: Session, run: PrintRun
) -> None:
    statuses = [fill_in(client, run, address=f"10.0.0.{n}").status_code for n in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert len(stored(session)) == 1


def test_an_address_cannot_flood(app: Flask, client: FlaskClient, session: Session,
                                 run: PrintRun) -> None:  # fmt: skip
    statuses = [fill_in(client, run, phone=f"09123{n:05}").status_code for n in range(45)]
    assert statuses.count(200) == 40
    assert statuses[-1] == 429
    assert len(stored(session)) == 40
