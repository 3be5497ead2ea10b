"""Whole, right conversations over HTTP, each answer held to the closed description of the API.

The requests that schemathesis makes rarely go all the way (`test_api_schema`); these do: a phone
joins, delivers and is merged, a photo arrives, a reviewer decides, and others are told why not.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server import clock
from server.devices.operations import issue_enrolment
from server.http.actor import SYSTEM
from server.http.openapi import closed_document
from tests.factories.accounts import COMMUNE, PASSWORD, bearer, make_account, make_device, sign_in
from tests.factories.activities import Phone, example, make_activity, wire
from tests.factories.evidence import Photo, make_photo
from tests.factories.plans import PLAN_2026
from tests.factories.reviews import make_report, make_reviewer

TUS = {"Tus-Resumable": "1.0.0"}


class Caller:
    """A client whose every answer is held to the description."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.headers: dict[str, str] = {}
        self._schema = schemathesis.openapi.from_dict(closed_document(app))

    def __call__(
        self, method: str, path: str, status: int, headers: dict[str, str] | None = None,
        **parts: Any,
    ) -> TestResponse:  # fmt: skip
        sent = self.headers | (headers or {})
        answer = self.client.open(path, method=method, headers=sent, **parts)
        assert answer.status_code == status, answer.text
        operation = self._schema.find_operation_by_path(method, path.partition("?")[0])
        assert operation is not None, path
        assert str(status) in operation.definition.raw["responses"], (method, path, status)
        operation.validate_response(answer)
        answer.json_module = json  # the server's own strict reader is for requests
        return answer


@pytest.fixture
def caller(app: Flask, now: datetime) -> Iterator[Caller]:
    with clock.frozen(now):
        yield Caller(app)


@pytest.fixture
def phone(caller: Caller, session: Session, now: datetime) -> Caller:
    """The caller, signed in as a phone of the usual commune."""
    caller.headers = bearer(make_device(session, now, make_account(session, now))[1])
    return caller


@pytest.fixture
def console(caller: Caller, session: Session, now: datetime) -> Caller:
    """The caller, signed in as a reviewer of the usual province."""
    caller.headers = sign_in(caller.client, session, now, make_reviewer(session, now))
    return caller


def test_a_phone_joins_and_is_taken_away(caller: Caller, session: Session, now: datetime) -> None:
    owner = make_account(session, now)
    code, _ = issue_enrolment(session, SYSTEM, now, owner.id)
    session.commit()
    body = {"enrolment_code": code, "name": "Máy của Mai"}
    joined = caller("POST", "/api/v1/devices", 201, json=body).get_json()
    caller("POST", "/api/v1/devices", 410, json=body)
    caller.headers = bearer(joined["token"])
    assert caller("GET", "/api/v1/devices", 200).get_json()["items"]
    caller("GET", "/api/v1/session", 401)
    caller("DELETE", f"/api/v1/devices/{joined['device']}", 204)
    caller("GET", "/api/v1/devices", 401)
    while caller.client.post("/api/v1/devices", json=body).status_code == 410:
        pass  # until it has tried too often
    caller("POST", "/api/v1/devices", 429, json=body)


def test_a_reviewer_signs_in_and_out(caller: Caller, session: Session, now: datetime) -> None:
    make_reviewer(session, now, username="khoi")
    body = {"username": "khoi", "password": "sai"}
    caller("POST", "/api/v1/session", 401, json=body)
    signed = caller("POST", "/api/v1/session", 200, json=body | {"password": PASSWORD}).get_json()
    caller("GET", "/api/v1/session", 200)
    caller("DELETE", "/api/v1/session", 403)
    caller("DELETE", "/api/v1/session", 204, {"X-CSRF-Token": signed["csrf_token"]})
    caller("GET", "/api/v1/session", 401)


def test_every_outcome_of_a_sync_is_described(phone: Caller) -> None:
    create = wire(n=1, captured={"wall": "2026-11-20T10:00:00+07:00", "monotonic_ms": 5})
    target = {"activity": create["activity"]}
    edit = wire("edit", **target, base=1, after=create["id"], set={"place_detail": "Nhà văn hóa"},
                was={"place_detail": create["set"].get("place_detail")})  # fmt: skip
    other = wire("edit", **target, base=1, set={"duration_min": 99}, was={"duration_min": 1})
    sent = [
        create, edit, other, wire("submit", **target, base=3, after=edit["id"]),
        wire("withdraw", **target, base=1), wire("edit"), wire(kind="of_tomorrow"), {"id": 1},
        wire(set={"status": "approved"}), wire(scope="commune:c-00070-2025"),
    ]  # fmt: skip
    answer = sync(phone, operations=sent, last_n=10, unsent={"operations": 0, "photos": 1})
    outcomes = {each["outcome"] for each in answer["outcomes"]}
    assert outcomes >= {"applied", "parked", "retry"}
    assert {row["type"] for row in rows(answer)} >= {"activity", "catalogue", "plan"}
    again = sync(phone, operations=sent)
    assert len(again["outcomes"]) == len(sent)
    late = sync(phone, operations=[], cursors={"commune:c-00070-2025": 7}, max_rows=0)
    assert late["grants"]["dropped"] == ["commune:c-00070-2025"]
    phone("POST", "/api/v1/sync", 422, json={"protocol": "one"})
    phone("POST", "/api/v1/sync", 400, data=b"{", content_type="application/json")
    phone("POST", "/api/v1/sync", 415, data=b"{}")
    phone("POST", "/api/v1/sync", 403, json={"protocol": 1, "device": "another"})


def test_two_phones_that_disagree_get_a_described_conflict(
    caller: Caller, client: FlaskClient, session: Session, now: datetime
) -> None:
    first = Phone(client, session, now, make_account(session, now))
    activity = first.record()
    first.sync()
    second = make_account(session, now, name="Vừ A Pó")
    caller.headers = bearer(make_device(session, now, second)[1])
    first.save("edit", activity, set={"duration_min": 20})
    first.sync()
    was = {"duration_min": example()["duration_min"]}
    clash = wire("edit", activity=activity, base=1, set={"duration_min": 40}, was=was)
    answer = sync(caller, operations=[clash])
    assert answer["outcomes"][0]["conflicts"]
    (row,) = [row for row in rows(answer) if row["id"] == activity]
    assert row["conflicts"]
    assert caller("GET", f"/api/v1/activities/{activity}", 200).get_json()["conflicts"]


def test_a_photo_arrives_in_two_parts_and_is_shown(phone: Caller) -> None:
    photo = make_photo(1)
    half = len(photo.content) // 2
    path = f"/api/v1/uploads/{photo.sha256}"
    phone("HEAD", path, 404, TUS)
    created = phone("POST", "/api/v1/uploads", 201, creation(photo))
    assert created.headers["Location"] == path
    phone("PATCH", path, 204, part(0), data=photo.content[:half])
    phone("PATCH", path, 409, part(0), data=photo.content[:half])
    assert phone("HEAD", path, 200, TUS).headers["Upload-Offset"] == str(half)
    wrong = part(half) | {"Upload-Checksum": "sha256 " + base64.b64encode(bytes(32)).decode()}
    phone("PATCH", path, 460, wrong, data=photo.content[half:])
    asked = {"sha256": [photo.sha256, "0" * 64]}
    partly = phone("POST", "/api/v1/evidence/have", 200, json=asked).get_json()
    assert partly["partial"] == {photo.sha256: half}
    override = part(half) | {"X-HTTP-Method-Override": "PATCH"}
    phone("POST", path, 204, override, data=photo.content[half:])
    phone("DELETE", path, 409, TUS)
    for size in ("thumb", "screen", "original"):
        shown = phone("GET", f"/api/v1/evidence/{photo.sha256}?size={size}", 200)
        phone("GET", f"/api/v1/evidence/{photo.sha256}?size={size}", 304,
              {"If-None-Match": shown.headers["ETag"]})  # fmt: skip


def test_a_preview_goes_ahead_of_its_photo(phone: Caller) -> None:
    photo, small = make_photo(1), make_photo(1, width=64, height=48)
    path = f"/api/v1/evidence/{photo.sha256}"
    phone("GET", f"{path}?size=preview", 404)
    text = {"content_type": "text/plain"}
    phone("PUT", f"{path}/preview", 415, data=b"x", **text)
    jpeg = {"content_type": "image/jpeg"}
    phone("PUT", f"{path}/preview", 422, data=b"This is no picture.", **jpeg)
    phone("PUT", f"{path}/preview", 413, data=bytes(40_000), **jpeg)
    phone("PUT", "/api/v1/evidence/photo/preview", 404, data=small.content, **jpeg)
    phone("PUT", f"{path}/preview", 204, data=small.content, **jpeg)
    phone("GET", f"{path}?size=preview", 200)
    asked = phone("POST", "/api/v1/evidence/have", 200, json={"sha256": [photo.sha256]})
    assert asked.get_json()["previews"] == [photo.sha256]


def test_refusals_of_uploads_are_described(phone: Caller) -> None:
    photo = make_photo(2)
    phone("POST", "/api/v1/uploads", 412)
    phone("POST", "/api/v1/uploads", 400, TUS)
    phone("POST", "/api/v1/uploads", 413, creation(photo) | {"Upload-Length": str(10**12)})
    phone("POST", "/api/v1/uploads", 415, creation(photo), data=b"x", content_type="text/plain")
    text = Photo(b"This is no photo at all." * 40, "image/jpeg", 10, 10)
    phone("POST", "/api/v1/uploads", 422, creation(text) | part(0), data=text.content)
    phone("POST", "/api/v1/uploads", 201, creation(photo))
    path = f"/api/v1/uploads/{photo.sha256}"
    phone("POST", path, 405, TUS)
    phone("DELETE", path, 204, TUS)
    phone("OPTIONS", "/api/v1/uploads", 204)


def test_a_reviewer_decides_and_is_told_why_not(
    console: Caller, session: Session, now: datetime
) -> None:
    report = make_report(session, now, sent=False)
    path = f"/api/v1/activities/{report.id}"
    seen = console("GET", path, 200).get_json()
    stand = {"version": seen["version"], "digest": seen["digest"], "remarks": []}
    console("POST", f"{path}/decisions", 409, json=stand | {"decision": "approve"})
    console("POST", f"{path}/decisions", 409, json=stand | {"decision": "approve", "version": 1})
    console("POST", f"{path}/decisions", 422, json=stand | {"decision": "return"})
    remark = {"text": "Ảnh chưa rõ.", "evidence": report.photos[0].sha256,
              "circle": [0.5, 0.5, 0.1], "field": "evidence"}  # fmt: skip
    forced = stand | {"decision": "approve", "override": {"reason": "Đã xem tại chỗ."},
                      "remarks": [remark]}  # fmt: skip
    done = console("POST", f"{path}/decisions", 200, json=forced).get_json()
    assert done["review"]["override"]["reason"]
    assert console("GET", path, 200).get_json()["history"]
    console("POST", f"{path}/decisions", 403, {"X-CSRF-Token": "x"}, json=forced)
    listed = console("GET", f"/api/v1/activities?status=approved&unit={COMMUNE}&limit=1", 200)
    assert listed.get_json()["items"]
    console("GET", "/api/v1/activities?after=nonsense", 422)
    console("GET", "/api/v1/reviews/queue", 200)
    console("GET", "/api/v1/reviews/reasons", 200)


def test_plans_places_and_figures_are_described(
    console: Caller, session: Session, now: datetime
) -> None:
    make_report(session, now)
    console("GET", "/api/v1/plans", 200)
    console("GET", f"/api/v1/plans/{PLAN_2026}", 200)
    for asked in ("", "?unit=p-01-2025&period=2026-Q4", f"?unit={COMMUNE}&period=2026-W47"):
        console("GET", f"/api/v1/plans/{PLAN_2026}/progress{asked}", 200)
    console("GET", f"/api/v1/plans/{PLAN_2026}/weeks?unit=p-01-2025", 200)
    console("GET", f"/api/v1/plans/{PLAN_2026}/progress?unit=p-79-2025", 403)
    console("GET", f"/api/v1/plans/{PLAN_2026}/progress?period=soon", 422)
    console("GET", "/api/v1/plans/none/progress", 404)
    console("GET", "/api/v1/places?q=ba+dinh", 200)
    console("GET", "/api/v1/places?province=01&limit=200", 200)
    for place in ("vn", "p-01-2025", COMMUNE):
        console("GET", f"/api/v1/places/{place}", 200)
    console("GET", "/api/v1/places/%00", 400)
    console("GET", "/api/v1/places?q=%00", 400)


def test_activities_of_every_kind_are_described(
    console: Caller, session: Session, now: datetime
) -> None:
    known = console("GET", "/api/v1/catalogue", 200)
    console("GET", "/api/v1/catalogue", 304, {"If-None-Match": known.headers["ETag"]})
    kinds = {kind["id"]: kind for kind in known.get_json()["kinds"]}
    author = make_account(session, now)
    for id in kinds:
        make_activity(session, now, author, kind=id, submitted=False)
    items = console("GET", "/api/v1/activities?limit=200", 200).get_json()["items"]
    assert {item["kind"] for item in items} == set(kinds)
    schemas = closed_document(console.app)["components"]["schemas"]
    for id, kind in kinds.items():
        fields = schemas["".join(part.title() for part in id.split("_")) + "Fields"]
        assert set(fields["properties"]) == {field["id"] for field in kind["fields"]}, id


def sync(caller: Caller, **members: Any) -> dict[str, Any]:
    answer: dict[str, Any] = caller(
        "POST", "/api/v1/sync", 200, json={"protocol": 1, **members}
    ).get_json()
    return answer


def rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for page in answer["changes"].values() for row in page["rows"]]


def creation(photo: Photo) -> dict[str, str]:
    words = {"sha256": photo.sha256, "type": photo.media_type}
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in words.items())
    return TUS | {"Upload-Length": str(len(photo.content)), "Upload-Metadata": metadata}


def part(offset: int) -> dict[str, str]:
    return TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
