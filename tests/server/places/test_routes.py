"""Places over HTTP."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import bearer, make_account, make_device
from tests.factories.places import make_office


@pytest.fixture
def headers(session: Session, now: datetime) -> dict[str, str]:
    _, token = make_device(session, now, make_account(session, now))
    return bearer(token)


def test_only_for_who_is_signed_in(client: FlaskClient) -> None:
    assert client.get("/api/v1/places?q=ba").status_code == 401
    assert client.get("/api/v1/places/c-00004-2025").status_code == 401


def test_search(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.get("/api/v1/places?q=ba dinh&level=commune&limit=2", headers=headers)
    assert answer.status_code == 200
    items = answer.get_json()["items"]
    assert len(items) == 2
    ward = client.get("/api/v1/places?q=Ba Đình, Hà Nội", headers=headers).get_json()["items"][0]
    assert ward["id"] == "c-00004-2025"
    assert ward["province"]["full_name"] == "Thành phố Hà Nội"


def test_without_a_name_the_provinces(client: FlaskClient, headers: dict[str, str]) -> None:
    items = client.get("/api/v1/places?limit=50", headers=headers).get_json()["items"]
    assert len(items) == 34


def test_all_communes_of_a_province(client: FlaskClient, headers: dict[str, str]) -> None:
    items = client.get("/api/v1/places?province=79&limit=200", headers=headers).get_json()["items"]
    assert len(items) == 168
    assert {item["province"]["code"] for item in items} == {"79"}
    assert client.get("/api/v1/places?province=7", headers=headers).status_code == 422


def test_one_place_with_its_history(client: FlaskClient, headers: dict[str, str]) -> None:
    place = client.get("/api/v1/places/c-00004-2025", headers=headers).get_json()
    assert place["lineage_id"] == "c-00004-2025"
    assert [version["full_name"] for version in place["versions"]] == [
        "Phường Trúc Bạch", "Phường Ba Đình",
    ]  # fmt: skip
    assert "Phường Kim Mã" in {link["unit"]["full_name"] for link in place["predecessors"]}
    assert place["successors"] == []
    assert [above["id"] for above in place["ancestors"]] == ["p-01-2025"]


def test_an_office_and_the_nation(
    client: FlaskClient, session: Session, headers: dict[str, str]
) -> None:
    office = client.get(f"/api/v1/places/{make_office(session)}", headers=headers).get_json()
    assert (office["level"], office["province"]["code"]) == ("office", "01")
    assert client.get("/api/v1/places/vn", headers=headers).get_json()["province"] is None


@pytest.mark.parametrize("place", ["c-99999-2025", "x%20y", "x", "o-nowhere", "a" * 300])
def test_unknown_places(client: FlaskClient, headers: dict[str, str], place: str) -> None:
    answer = client.get(f"/api/v1/places/{place}", headers=headers)
    assert (answer.status_code, answer.get_json()["type"]) == (404, "not-found")


@pytest.mark.parametrize("query", ["level=hamlet", "limit=0", "day=yesterday", "q=" + "a" * 101])
def test_refused_questions(client: FlaskClient, headers: dict[str, str], query: str) -> None:
    answer = client.get(f"/api/v1/places?{query}", headers=headers)
    assert (answer.status_code, answer.get_json()["type"]) == (422, "invalid")
