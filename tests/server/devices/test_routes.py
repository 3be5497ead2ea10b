"""Enrolling a phone, and what happens to codes and tokens in the wrong hands."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.accounts.attempts import ENROLMENT_LIMITS
from server.accounts.models import Account
from server.accounts.operations import disable_account
from server.devices.models import Device
from server.devices.operations import issue_enrolment, revoke_device
from server.http.actor import SYSTEM
from tests.factories.accounts import bearer, make_account, make_device, sign_in

UNUSABLE = "enrolment-code-unusable"


@pytest.fixture
def mai(session: Session) -> Account:
    return make_account(session, clock.now())


@pytest.fixture
def code(session: Session, mai: Account) -> str:
    code, _ = issue_enrolment(session, SYSTEM, clock.now(), mai.id)
    session.commit()
    return code


def redeem(client: FlaskClient, code: str) -> tuple[int, dict[str, object]]:
    answer = client.post("/api/v1/devices", json={"enrolment_code": code, "name": "Máy của Mai"})
    return answer.status_code, answer.json


def test_code_makes_a_phone_that_can_speak(client: FlaskClient, mai: Account, code: str) -> None:
    status, enrolled = redeem(client, code)
    assert status == 201
    assert enrolled["account"] == {
        "id": mai.id,
        "name": "Lò Thị Mai",
        "role": "collaborator",
        "unit": {"id": "c-00004-2025", "name": "Ba Đình", "full_name": "Phường Ba Đình"},
    }
    assert enrolled["scopes"] == ["commune:c-00004-2025", f"account:{mai.id}", "reference"]
    assert enrolled["units"] == [
        {
            "scope": "commune:c-00004-2025",
            "id": "c-00004-2025",
            "name": "Ba Đình",
            "full_name": "Phường Ba Đình",
            "province": "Hà Nội",
        }
    ]
    listed = client.get("/api/v1/devices", headers=bearer(str(enrolled["token"])))
    assert [one["id"] for one in listed.json["items"]] == [enrolled["device"]]


def test_code_is_taken_as_people_type_it(client: FlaskClient, code: str) -> None:
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert redeem(client, f" {typed} ")[0] == 201


def test_code_works_once(client: FlaskClient, code: str) -> None:
    assert redeem(client, code)[0] == 201
    status, problem = redeem(client, code)
    assert (status, problem["type"]) == (410, UNUSABLE)


@pytest.mark.parametrize("wrong", ["0" * 28, "ngắn", "U" * 28, "🙂", "0000-" * 15])
def test_wrong_codes_are_all_told_the_same(client: FlaskClient, wrong: str) -> None:
    status, problem = redeem(client, wrong)
    assert (status, problem["type"]) == (410, UNUSABLE)


def test_code_ends_after_a_day(client: FlaskClient, code: str) -> None:
    with clock.frozen(clock.now() + timedelta(hours=24, seconds=1)):
        assert redeem(client, code)[0] == 410


def test_new_code_ends_the_one_before(
    client: FlaskClient, session: Session, mai: Account, code: str
) -> None:
    newer, _ = issue_enrolment(session, SYSTEM, clock.now(), mai.id)
    session.commit()
    assert redeem(client, code)[0] == 410
    assert redeem(client, newer)[0] == 201


def test_code_of_a_disabled_account_is_dead(
    client: FlaskClient, session: Session, mai: Account, code: str
) -> None:
    disable_account(session, SYSTEM, clock.now(), mai.id)
    session.commit()
    assert redeem(client, code)[0] == 410


def test_preview_of_the_link_uses_nothing_up(client: FlaskClient, code: str) -> None:
    client.get(f"/?noi-may={code}").close()
    client.get("/api/v1/devices", query_string={"enrolment_code": code})
    client.head("/api/v1/devices")
    assert redeem(client, code)[0] == 201


def test_hundred_redemptions_at_once_make_one_phone(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    roomy = replace(ENROLMENT_LIMITS[0], most=1000)
    monkeypatch.setattr("server.accounts.attempts.ENROLMENT_LIMITS", (roomy,))
    ready = threading.Barrier(20)
    statuses: list[int] = []

    def race() -> None:
        client = app.test_client()
        ready.wait()
        statuses.extend(redeem(client, code)[0] for _ in range(5))

    threads = [threading.Thread(target=race) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == 100
    assert statuses.count(201) == 1
    assert set(statuses) <= {201, 410, 503}
    assert session.execute(select(func.count()).select_from(Device)).scalar_one() == 1


def test_guessing_is_stopped_and_good_codes_are_not_counted(
    client: FlaskClient, session: Session, mai: Account
) -> None:
    for _ in range(ENROLMENT_LIMITS[0].most + 1):
        newest, _ = issue_enrolment(session, SYSTEM, clock.now(), mai.id)
        session.commit()
        assert redeem(client, newest)[0] == 201
    statuses = [redeem(client, "0" * 28)[0] for _ in range(ENROLMENT_LIMITS[0].most + 1)]
    assert statuses == [410] * ENROLMENT_LIMITS[0].most + [429]


def test_revoked_token_is_refused(client: FlaskClient, session: Session, mai: Account) -> None:
    device, token = make_device(session, clock.now(), mai)
    assert client.get("/api/v1/devices", headers=bearer(token)).status_code == 200
    revoke_device(session, SYSTEM, clock.now(), device.id)
    session.commit()
    answer = client.get("/api/v1/devices", headers=bearer(token))
    assert answer.status_code == 401
    assert answer.json["type"] == "unauthenticated"


def test_disabling_an_account_ends_every_credential(
    app: Flask, session: Session, mai: Account
) -> None:
    _, token = make_device(session, clock.now(), mai)
    console = app.test_client()
    sign_in(console, session, clock.now(), mai)
    assert console.get("/api/v1/session").status_code == 200
    disable_account(session, SYSTEM, clock.now(), mai.id)
    session.commit()
    assert console.get("/api/v1/session").status_code == 401
    assert app.test_client().get("/api/v1/devices", headers=bearer(token)).status_code == 401


def test_owner_may_revoke_a_lost_phone(client: FlaskClient, session: Session, mai: Account) -> None:
    lost, _ = make_device(session, clock.now(), mai)
    _, token = make_device(session, clock.now(), mai)
    answer = client.delete(f"/api/v1/devices/{lost.id}", headers=bearer(token))
    assert answer.status_code == 204
    listed = client.get("/api/v1/devices", headers=bearer(token)).json["items"]
    assert {one["id"]: one["revoked_at"] is not None for one in listed}[lost.id]


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("administrator", "p-01-2025", 204),
        ("administrator", "vn", 204),
        ("administrator", "p-31-2025", 404),
        ("provincial_reviewer", "p-01-2025", 404),
        ("collaborator", "c-00004-2025", 404),
    ],
)
def test_who_may_revoke_the_phones_of_others(
    client: FlaskClient, session: Session, mai: Account, role: str, unit: str, status: int
) -> None:
    device, token = make_device(session, clock.now(), mai)
    other = make_account(session, clock.now(), role, unit, "Trần Bình")  # type: ignore[arg-type]
    headers = sign_in(client, session, clock.now(), other)
    listed = client.get("/api/v1/devices").json["items"]
    assert (device.id in {one["id"] for one in listed}) is (status == 204)
    answer = client.delete(f"/api/v1/devices/{device.id}", headers=headers)
    assert answer.status_code == status
    client.delete_cookie("loa_session")
    alive = client.get("/api/v1/devices", headers=bearer(token)).status_code == 200
    assert alive is (status != 204)


@pytest.mark.parametrize("header", ["Bearer loa_x", "Bearer ", "Basic eDp5", "bearer é", "x"])
def test_what_is_no_token_opens_nothing(client: FlaskClient, header: str) -> None:
    answer = client.get("/api/v1/devices", headers={"Authorization": header})
    assert answer.status_code == 401


def test_bearer_needs_no_csrf_token(client: FlaskClient, session: Session, mai: Account) -> None:
    device, token = make_device(session, clock.now(), mai)
    answer = client.delete(f"/api/v1/devices/{device.id}", headers=bearer(token))
    assert answer.status_code == 204


def test_wrong_token_is_not_rescued_by_a_cookie(
    client: FlaskClient, session: Session, mai: Account
) -> None:
    """A phone whose token died must hear so, whoever is signed in at the same browser."""
    sign_in(client, session, clock.now(), mai)
    assert client.get("/api/v1/devices", headers=bearer("loa_dead")).status_code == 401


@pytest.mark.parametrize("field", ["account", "role", "epoch", "scopes", "token"])
def test_server_owned_fields_are_refused(client: FlaskClient, code: str, field: str) -> None:
    body = {"enrolment_code": code, "name": "Máy", field: "vn"}
    answer = client.post("/api/v1/devices", json=body)
    assert answer.status_code == 422
    assert answer.json["problems"][0]["field"] == field
    assert redeem(client, code)[0] == 201
