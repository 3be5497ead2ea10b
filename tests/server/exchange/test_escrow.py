"""A phone that was shut out delivers, and learns nothing: on no route, in no answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server import clock
from server.accounts.models import Account, AccountUnit
from server.accounts.operations import disable_account
from server.activities.models import Activity, OperationLog
from server.devices.operations import deny_escrow, revoke_device
from server.http.actor import SYSTEM
from server.http.description import operations
from server.http.openapi import document
from tests.contracts.test_access import TABLE
from tests.factories.accounts import bearer, make_account, make_device, sign_in
from tests.factories.activities import Phone, make_phone, wire
from tests.factories.evidence import make_photo
from tests.factories.plans import PLAN_2026
from tests.factories.reviews import make_report, make_reviewer

End = Literal["device", "account"]
WORDS = "Nhà bà Chảo, sau chợ"
TUS = {"Tus-Resumable": "1.0.0"}
#: What an escrow token may call. Everything else answers as to a token that never was.
OPEN = {"sync", "create_upload", "show_upload", "append_chunk", "override_method", "ask_have",
        "put_preview"}  # fmt: skip


@pytest.fixture(autouse=True)
def time_stands(now: datetime) -> Iterator[None]:
    with clock.frozen(now):
        yield


@pytest.fixture
def mai(session: Session, now: datetime) -> Account:
    return make_account(session, now)


@pytest.fixture
def phone(client: FlaskClient, session: Session, now: datetime, mai: Account) -> Phone:
    return Phone(client, session, now, mai)


def shut_out(session: Session, now: datetime, phone: Phone, mai: Account, end: End) -> None:
    if end == "device":
        revoke_device(session, SYSTEM, now, phone.replica.device)
    else:
        disable_account(session, SYSTEM, now, mai.id)
    session.commit()


@pytest.mark.parametrize("end", ["device", "account"])
def test_work_done_before_is_kept_whole_for_a_reviewer(
    session: Session, now: datetime, phone: Phone, mai: Account, end: End
) -> None:
    shut_out(session, now, phone, mai, end)
    create = wire("create", set={"title": "Buổi phát thanh"})
    submit = wire("submit", activity=create["activity"], after=create["id"])
    answer = phone.post({"protocol": 1, "operations": [create, submit], "cursors": {"reference": 0},
                         "drafts": [{"id": create["activity"], "changed_at": "2026-11-20",
                                     "body": {}}]})  # fmt: skip
    assert [(each["outcome"], each["reason"]) for each in answer["outcomes"]] == [
        ("parked", "revoked"), ("parked", "revoked"),
    ]  # fmt: skip
    assert answer["changes"] == {}
    assert answer["grants"] == {"added": [], "dropped": [], "moved": {}}
    assert answer["escrow"] == {"until": "2027-02-18T03:00:00.000Z"}
    assert answer["drafts"][0]["reason"] == "revoked"
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Activity)) == 0
    bodies = session.scalars(select(OperationLog.body)).all()
    assert {body["id"] for body in bodies} == {create["id"], submit["id"]}
    assert "Buổi phát thanh" in str(bodies)


def test_what_went_in_before_is_acknowledged_without_what_others_did(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    other = Phone(client, session, now, mai)
    activity = phone.record(note="cũ")
    phone.sync(rounds=2)
    other.sync(rounds=2)
    other.save("edit", activity, set={"note": WORDS})
    other.sync()
    phone.save("edit", activity, set={"note": "của tôi"})
    request = phone.replica.make_request()
    first = phone.post(request)["outcomes"][0]
    assert WORDS in str(first["conflicts"])
    shut_out(session, now, phone, mai, "device")
    answer = phone.post(request)
    assert answer["outcomes"][0]["outcome"] == "conflict"
    assert WORDS not in json.dumps(answer, ensure_ascii=False)


def test_its_photos_are_taken(
    client: FlaskClient, session: Session, now: datetime, phone: Phone, mai: Account
) -> None:
    photo = make_photo(3)
    shut_out(session, now, phone, mai, "account")
    headers = {**phone.headers, **TUS}
    preview = f"/api/v1/evidence/{photo.sha256}/preview"
    small = make_photo(3, width=96, height=72).content
    kept = client.put(preview, data=small, headers={**headers, "Content-Type": "image/jpeg"})
    assert kept.status_code == 204
    ask = {"json": {"sha256": [photo.sha256]}, "headers": phone.headers}
    assert client.post("/api/v1/evidence/have", **ask).json["previews"] == [photo.sha256]
    name = base64.b64encode(photo.sha256.encode()).decode()
    half = len(photo.content) // 2
    created = client.post("/api/v1/uploads", headers={
        **headers, "Upload-Length": str(len(photo.content)), "Upload-Metadata": f"sha256 {name}",
    })  # fmt: skip
    assert created.status_code == 201
    address, chunk = (
        created.headers["Location"],
        {"Content-Type": "application/offset+octet-stream"},
    )
    for start, end in ((0, half), (half, len(photo.content))):
        sent = client.patch(address, data=photo.content[start:end],
                            headers={**headers, **chunk, "Upload-Offset": str(start)})  # fmt: skip
        assert sent.status_code == 204
    assert sent.headers["Upload-Verified"] == "true"
    assert client.head(address, headers=headers).headers["Upload-Verified"] == "true"
    # not even its own photo can be looked at or taken back
    for size in ("original", "preview"):
        seen = client.get(f"/api/v1/evidence/{photo.sha256}?size={size}", headers=headers)
        assert seen.status_code == 401
    assert client.delete(address, headers=headers).status_code == 401
    override = {**headers, "X-HTTP-Method-Override": "DELETE"}
    assert client.post(address, headers=override).status_code == 401


def test_of_others_photos_it_does_not_even_hear_that_they_are_here(
    client: FlaskClient, session: Session, now: datetime, phone: Phone, mai: Account
) -> None:
    report = make_report(session, now, place_detail=WORDS)
    sha256 = report.photos[0].sha256
    ask = {"json": {"sha256": [sha256]}, "headers": phone.headers}
    assert client.post("/api/v1/evidence/have", **ask).json["have"] == [sha256]
    shut_out(session, now, phone, mai, "device")
    assert client.post("/api/v1/evidence/have", **ask).json["send"] == [sha256]


@pytest.mark.parametrize("end", ["device", "account"])
def test_nothing_can_be_read_on_any_route(
    app: Flask, client: FlaskClient, session: Session, now: datetime, phone: Phone, mai: Account,
    end: End,
) -> None:  # fmt: skip
    report = make_report(session, now, author=mai, place_detail=WORDS)
    shut_out(session, now, phone, mai, end)
    ids = {"activity_id": report.id, "device_id": phone.replica.device, "plan_id": PLAN_2026,
           "sha256": report.photos[0].sha256, "place_id": "c-00004-2025", "conflict_id": "x",
           "operation_id": "x", "duplicate_id": "x", "id": "x",
           "codes": "7K3MX9QP2"}  # fmt: skip
    heard: dict[str, int] = {}
    for path, method, operation in operations(document(app)):
        name = operation["operationId"]
        if name == "sync":
            continue
        names = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        names |= {part[1:-1] for part in path.split("/") if part.startswith("{")}
        address = path.format(**{one: ids.get(one, "x") for one in names})
        asked = {one["name"]: ids.get(one["name"], "1") for one in operation.get("parameters", [])
                 if one["in"] == "query" and one.get("required")}  # fmt: skip
        said = client.open(address, method=method.upper(), headers={**phone.headers, **TUS},
                           query_string=asked,
                           json={} if method in ("post", "put", "patch") else None)  # fmt: skip
        assert WORDS not in said.text, name
        if operation["security"] and name not in OPEN:
            heard[name] = said.status_code
    assert heard
    closed_first = {name: status for name, status in heard.items() if status not in (401, 422)}
    assert closed_first == {}
    assert all(heard[name] == 401 for name in heard if name in TABLE and name.startswith("show_"))


def test_it_ends_after_ninety_days_or_when_denied(
    client: FlaskClient, session: Session, now: datetime, phone: Phone, mai: Account
) -> None:
    shut_out(session, now, phone, mai, "device")
    holding = {"protocol": 1, "unsent": {"operations": 0, "photos": 1, "oldest_at": None}}
    with clock.frozen(now + timedelta(days=90) - timedelta(seconds=1)):
        assert phone.post(holding)["escrow"]
    with clock.frozen(now + timedelta(days=90)):
        assert phone.post(holding, 401)["type"] == "unauthenticated"
    deny_escrow(session, SYSTEM, now, phone.replica.device)
    session.commit()
    assert phone.post(holding, 401)["type"] == "unauthenticated"


def test_who_holds_nothing_any_more_is_simply_refused(
    session: Session, now: datetime, phone: Phone, mai: Account
) -> None:
    shut_out(session, now, phone, mai, "device")
    assert phone.post({"protocol": 1}, 401)["type"] == "unauthenticated"


def test_who_may_deny_it(
    client: FlaskClient, session: Session, now: datetime, phone: Phone, mai: Account
) -> None:
    address = f"/api/v1/devices/{phone.replica.device}/escrow"
    stranger = make_phone(client, session, now, name="Hồ Thị Lan")
    own = bearer(make_device(session, now, mai)[1])
    assert client.delete(address, headers=own).status_code == 409, "it is in use"
    shut_out(session, now, phone, mai, "device")
    assert client.delete(address, headers=stranger.headers).status_code == 404
    assert client.delete(address, headers=phone.headers).status_code == 401
    listed = client.get("/api/v1/devices", headers=own).json["items"]
    assert {one["id"]: one["escrow"] for one in listed}[phone.replica.device] == {
        "until": "2027-02-18T03:00:00+00:00"
    }
    assert client.delete(address, headers=own).status_code == 204
    assert phone.post({"protocol": 1}, 401)


def test_nothing_of_it_is_told_to_a_phone_in_use(phone: Phone) -> None:
    answer: dict[str, Any] = phone.post({"protocol": 1})
    assert "escrow" not in answer
    assert answer["changes"]


def test_a_reviewer_finds_it_beside_work_that_lost_its_permission(
    app: Flask, client: FlaskClient, session: Session, now: datetime, phone: Phone, mai: Account
) -> None:
    create = wire("create")
    # moved to another commune: her phone loses the feed, and keeps what she had written
    session.execute(
        update(AccountUnit).where(AccountUnit.account_id == mai.id).values(unit_id="c-00008-2025")
    )
    session.commit()
    answer = phone.post({"protocol": 1, "operations": [create], "cursors": {create["scope"]: 1}})
    assert answer["grants"]["dropped"] == [create["scope"]]
    assert answer["outcomes"][0]["reason"] == "no_permission", "so its author is told"
    shut_out(session, now, phone, mai, "device")
    late = wire("create")
    phone.post({"protocol": 1, "operations": [late]})
    console = app.test_client()
    sign_in(console, session, now, make_reviewer(session, now))
    found = json.loads(console.get("/api/v1/parked?unit=p-01-2025").data)["items"]
    reasons = {item["operation"]["id"]: item["reason"] for item in found}
    assert reasons == {create["id"]: "no_permission", late["id"]: "revoked"}
    assert {item["author"]["id"] for item in found} == {mai.id}
    assert client.get("/api/v1/parked", headers=phone.headers).status_code == 401
