"""Work handed to a colleague, as the three people concerned meet it."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.activities.models import Activity, OperationLog
from server.devices.models import Device
from server.devices.operations import deny_escrow, revoke_device
from server.evidence.models import Upload
from server.exchange import courier_routes
from server.http.actor import SYSTEM
from tests.factories.accounts import bearer, make_account, make_device, sign_in
from tests.factories.activities import Phone, example, wire
from tests.factories.courier import make_parcel, seal
from tests.factories.evidence import Photo, make_photo

MEDIA_TYPE = "application/vnd.loa.courier"


class Giver(Phone):
    """A phone without a network, whose owner hands a file to a colleague."""

    def __init__(self, client: FlaskClient, session: Session, now: datetime) -> None:
        super().__init__(client, session, now, make_account(session, now, name="Giàng A Sử"))
        self.photo = make_photo(7)

    @property
    def token(self) -> str:
        return self.headers["Authorization"].removeprefix("Bearer ")

    def report(self) -> dict[str, Any]:
        """An activity with a photo, written down; returns its operation."""
        operation = wire("create", set=example(), add={"evidence": [self.photo.element]}, n=1)
        self.replica.outbox.clear()
        return operation

    def parcel(self, operations: list[dict[str, Any]], *photos: Photo) -> dict[str, Any]:
        named = [(photo.sha256, len(photo.content)) for photo in photos]
        return make_parcel(self.token, self.replica.device, operations, named)


@pytest.fixture
def giver(client: FlaskClient, session: Session, now: datetime) -> Giver:
    return Giver(client, session, now)


@pytest.fixture
def carrier(session: Session, now: datetime) -> dict[str, str]:
    """Somebody of another commune who goes to where there is a network."""
    account = make_account(session, now, unit_id="c-00008-2025", name="Hồ Thị Lan")
    return bearer(make_device(session, now, account)[1])


def key_of(client: FlaskClient, headers: dict[str, str]) -> bytes:
    said = client.get("/api/v1/courier/key", headers=headers).json
    return base64.b64decode(said["public_key"])


def deliver(
    client: FlaskClient, headers: dict[str, str], content: bytes, media_type: str = MEDIA_TYPE
) -> Any:
    return client.post("/api/v1/courier", data=content, headers=headers, content_type=media_type)


def sealed(
    client: FlaskClient,
    headers: dict[str, str],
    giver: Giver,
    operations: list[Any],
    *photos: Photo,
) -> bytes:
    parcel = giver.parcel(operations, *photos)
    return seal(parcel, [photo.content for photo in photos], key_of(client, headers))


def standing(session: Session) -> tuple[Any, ...]:
    session.rollback()
    return tuple(
        session.scalar(select(func.count()).select_from(table))
        for table in (Activity, OperationLog, Upload)
    )


def test_a_colleague_delivers_report_and_photo_as_the_authors(
    client: FlaskClient, session: Session, now: datetime, giver: Giver, carrier: dict[str, str]
) -> None:
    operation = giver.report()
    content = sealed(client, carrier, giver, [operation], giver.photo)
    for _ in range(2):  # safe twice
        answer = deliver(client, carrier, content)
        assert (answer.status_code, answer.json) == (
            200, {"received": {"operations": 1, "photos": 1}},
        )  # fmt: skip
    # its author's own phone, later: everything is there, and by that author
    outcome = giver.post({"protocol": 1, "operations": [operation]})["outcomes"][0]
    assert outcome["outcome"] == "applied"
    session.rollback()
    row = session.scalars(select(Activity)).one()
    assert row.author_name == "Giàng A Sử"
    have = client.post("/api/v1/evidence/have", json={"sha256": [giver.photo.sha256]},
                       headers=giver.headers).json  # fmt: skip
    assert have["have"] == [giver.photo.sha256]
    # whoever carried it has no part in it
    have = client.post("/api/v1/evidence/have", json={"sha256": [giver.photo.sha256]},
                       headers=carrier).json  # fmt: skip
    assert have["send"] == [giver.photo.sha256]
    assert client.get(f"/api/v1/evidence/{giver.photo.sha256}", headers=carrier).status_code == 404


def test_the_authors_own_sync_may_be_faster(
    client: FlaskClient, session: Session, giver: Giver, carrier: dict[str, str]
) -> None:
    operation = giver.report()
    first = giver.post({"protocol": 1, "operations": [operation]})["outcomes"]
    content = sealed(client, carrier, giver, [operation], giver.photo)
    assert deliver(client, carrier, content).json["received"] == {"operations": 1, "photos": 1}
    again = giver.post({"protocol": 1, "operations": [operation]})["outcomes"]
    assert again[0] | {"seq": 0} == first[0] | {"seq": 0}
    assert standing(session) == (1, 1, 1)


def test_half_an_upload_is_completed(
    client: FlaskClient, giver: Giver, carrier: dict[str, str]
) -> None:
    photo = giver.photo
    name = base64.b64encode(photo.sha256.encode()).decode()
    created = client.post(
        "/api/v1/uploads", data=photo.content[:1000],
        headers={**giver.headers, "Tus-Resumable": "1.0.0",
                 "Upload-Length": str(len(photo.content)), "Upload-Metadata": f"sha256 {name}",
                 "Content-Type": "application/offset+octet-stream"},
    )  # fmt: skip
    assert created.headers["Upload-Offset"] == "1000"
    content = sealed(client, carrier, giver, [], photo)
    assert deliver(client, carrier, content).json["received"]["photos"] == 1
    head = client.head(f"/api/v1/uploads/{photo.sha256}",
                       headers={**giver.headers, "Tus-Resumable": "1.0.0"})  # fmt: skip
    assert head.headers["Upload-Verified"] == "true"


def test_what_is_no_photo_stops_nothing_else(
    client: FlaskClient, giver: Giver, carrier: dict[str, str]
) -> None:
    text = Photo(b"no photo at all", "image/jpeg", 1, 1)
    operations = [giver.report(), {"id": "nonsense"}, wire("edit", after=None)]
    content = sealed(client, carrier, giver, operations, text, giver.photo)
    # the edit of an activity that is not there yet waits for its phone
    assert deliver(client, carrier, content).json["received"] == {"operations": 2, "photos": 1}


def test_a_console_may_deliver_too(
    client: FlaskClient, session: Session, now: datetime, giver: Giver, carrier: dict[str, str]
) -> None:
    content = sealed(client, carrier, giver, [giver.report()])
    office = make_account(session, now, "office_reviewer", "p-01-2025", "Bùi Minh Tâm")
    with clock.frozen(now):
        csrf = sign_in(client, session, now, office)
        assert deliver(client, {}, content).json["type"] == "csrf"
        assert deliver(client, csrf, content).status_code == 200


def test_files_that_are_not_what_their_phone_sealed(
    client: FlaskClient, session: Session, giver: Giver, carrier: dict[str, str]
) -> None:
    content = sealed(client, carrier, giver, [giver.report()], giver.photo)
    changed = bytearray(content)
    changed[-1000] ^= 1
    foreign = seal(giver.parcel([]), [], base64.b64decode(
        "BGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU="
    ))  # the base point: some other server's  # fmt: skip
    for bad in (bytes(changed), content[:-1], content + b"x", foreign, b"LOA1", b"PK\3\4"):
        answer = deliver(client, carrier, bad)
        assert (answer.status_code, answer.json["type"]) == (422, "courier-unreadable")
        assert "dữ liệu trên máy của họ vẫn còn" in answer.json["title"]
    assert standing(session) == (0, 0, 0)


def test_sealed_by_somebody_unknown_or_with_anothers_device(
    client: FlaskClient, session: Session, now: datetime, giver: Giver, carrier: dict[str, str]
) -> None:
    key = key_of(client, carrier)
    other, _ = make_device(session, now, make_account(session, now))
    for change in ({"token": "loa_made_up"}, {"device": other.id}):
        parcel = giver.parcel([giver.report()]) | change
        answer = deliver(client, carrier, seal(parcel, [], key))
        assert (answer.status_code, answer.json["type"]) == (422, "courier-stranger")
    assert standing(session) == (0, 0, 0)


def test_of_who_was_shut_out_everything_is_kept_aside(
    client: FlaskClient, session: Session, giver: Giver, carrier: dict[str, str]
) -> None:
    content = sealed(client, carrier, giver, [giver.report()], giver.photo)
    revoke_device(session, SYSTEM, clock.now(), giver.replica.device)
    session.commit()
    assert deliver(client, carrier, content).json["received"] == {"operations": 1, "photos": 1}
    session.rollback()
    logged = session.scalars(select(OperationLog)).one()
    assert (logged.outcome["outcome"], logged.outcome["reason"]) == ("parked", "revoked")
    assert session.scalar(select(func.count()).select_from(Activity)) == 0
    deny_escrow(session, SYSTEM, clock.now(), giver.replica.device)
    session.commit()
    assert deliver(client, carrier, content).json["type"] == "courier-stranger"


def test_a_carrier_who_was_shut_out_delivers_nothing(
    client: FlaskClient, session: Session, giver: Giver, carrier: dict[str, str]
) -> None:
    content = sealed(client, carrier, giver, [giver.report()])
    device = session.scalars(select(Device).order_by(Device.created_at.desc())).first()
    for each in session.scalars(select(Device)).all():
        if each.id != giver.replica.device:
            device = each
    assert device is not None
    revoke_device(session, SYSTEM, clock.now(), device.id)
    session.commit()
    assert deliver(client, carrier, content).status_code == 401
    assert deliver(client, {}, content).status_code == 401


def test_forms_of_the_request(
    client: FlaskClient, giver: Giver, carrier: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deliver(client, carrier, b"{}", "application/json").status_code == 415
    assert deliver(client, carrier, b"").status_code == 411
    monkeypatch.setattr(courier_routes, "FILE_BYTES_MAX", 10)
    assert deliver(client, carrier, b"x" * 11).status_code == 413


def test_many_operations_go_in_their_order(
    client: FlaskClient, session: Session, giver: Giver, carrier: dict[str, str]
) -> None:
    operations = []
    for n in range(130):
        create = wire("create", n=2 * n + 1)
        submit = wire("submit", activity=create["activity"], after=create["id"], base=None,
                      n=2 * n + 2)  # fmt: skip
        operations += [create, submit]
    content = sealed(client, carrier, giver, operations)
    assert deliver(client, carrier, content).json["received"]["operations"] == 260
    session.rollback()
    assert set(session.scalars(select(Activity.status))) == {"submitted"}


def test_phones_hear_of_the_key_once(app: Flask, client: FlaskClient, giver: Giver) -> None:
    first = giver.post({"protocol": 1})
    key = client.get("/api/v1/courier/key", headers=giver.headers).json
    assert first["courier_key"] == key
    assert key["id"] == hashlib.sha256(base64.b64decode(key["public_key"])).hexdigest()[:16]
    known = {"protocol": 1, "incarnation": first["incarnation"]}
    assert "courier_key" not in giver.post(known)
    assert "courier_key" not in giver.post(known | {"courier_key": key["id"]})
    for held in (None, "0" * 16):
        assert giver.post(known | {"courier_key": held})["courier_key"] == key
