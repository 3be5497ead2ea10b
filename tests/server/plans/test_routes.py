"""Plans and the catalogue over HTTP."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import catalogue, clock
from tests.factories.accounts import bearer, make_account, make_device
from tests.factories.plans import PLAN_2025, PLAN_2026, load_plans


@pytest.fixture
def headers(session: Session, now: datetime) -> dict[str, str]:
    load_plans(session, now)
    _, token = make_device(session, now, make_account(session, now))
    return bearer(token)


def test_the_catalogue_is_public_and_known_by_its_version(client: FlaskClient) -> None:
    answer = client.get("/api/v1/catalogue")
    assert answer.status_code == 200
    body = json.loads(answer.data)  # our own strict reader is for requests, which are flatter
    assert body["version"] == catalogue.version()
    assert {"id", "version", "labels", "rows", "sections", "fields", "counts", "example"} <= set(
        body["kinds"][0]
    )
    again = client.get("/api/v1/catalogue", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/api/v1/catalogue", headers={"If-None-Match": '"old"'})
    assert other.status_code == 200


def test_plans(client: FlaskClient, headers: dict[str, str], now: datetime) -> None:
    with clock.frozen(now):
        body = client.get("/api/v1/plans", headers=headers).get_json()
    assert [plan["id"] for plan in body["items"]][:2] == [PLAN_2026, PLAN_2025]
    assert body["current"] == PLAN_2026


def test_one_plan(client: FlaskClient, headers: dict[str, str]) -> None:
    plan = client.get(f"/api/v1/plans/{PLAN_2026}", headers=headers).get_json()
    assert len(plan["rows"]) == 21
    assert plan["rows"][3]["inherited"]["unit"] == "I.2.1.a"
    assert plan["readings_described"][0]["value"] == "commune"
    assert [each["version"] for each in plan["amendments"]] == [1]


def test_who_and_what(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get("/api/v1/plans").status_code == 401
    assert client.get(f"/api/v1/plans/{PLAN_2026}").status_code == 401
    for unknown in ("khong-co", "Có dấu", "x" * 300):
        assert client.get(f"/api/v1/plans/{unknown}", headers=headers).status_code == 404
