"""Progress over HTTP, each within its area."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from tests.factories.accounts import bearer, make_account, make_device, sign_in
from tests.factories.measures import BA_DINH, CUA_NAM, Field


@pytest.fixture
def headers(session: Session, now: datetime) -> dict[str, str]:
    _, token = make_device(session, now, make_account(session, now))
    return bearer(token)


def test_a_collaborator_sees_their_commune(
    client: FlaskClient, headers: dict[str, str], plan: str, field: Field, now: datetime
) -> None:
    field.record("2026-11-18")
    field.record("2026-11-18", CUA_NAM)
    with clock.frozen(now):
        answer = client.get(f"/api/v1/plans/{plan}/progress?period=2026-W47", headers=headers)
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["unit"]["id"] == BA_DINH
    assert next(row["approved"] for row in body["rows"] if row["code"] == "I.4") == 1
    outside = client.get(f"/api/v1/plans/{plan}/progress?unit={CUA_NAM}", headers=headers)
    assert (outside.status_code, outside.get_json()["type"]) == (403, "forbidden")


def test_a_province_at_the_console(
    client: FlaskClient, session: Session, plan: str, field: Field, now: datetime
) -> None:
    field.record("2026-11-18")
    field.record("2026-11-18", CUA_NAM)
    reviewer = make_account(session, now, "provincial_reviewer", "p-01-2025", "Trần Minh Khôi",
                            username="khoi")  # fmt: skip
    headers = sign_in(client, session, now, reviewer)
    with clock.frozen(now):
        body = client.get(f"/api/v1/plans/{plan}/progress", headers=headers).get_json()
        weeks = client.get(
            f"/api/v1/plans/{plan}/weeks?from=2026-11-16&to=2026-11-22", headers=headers
        ).get_json()
    assert body["unit"]["full_name"] == "Thành phố Hà Nội"
    assert next(row["approved"] for row in body["rows"] if row["code"] == "I.4") == 2
    assert sum(item["approved"][0] for item in weeks["items"]) == 2


@pytest.mark.parametrize("path", ["progress", "weeks"])
def test_refusals(client: FlaskClient, headers: dict[str, str], plan: str, path: str) -> None:
    assert client.get(f"/api/v1/plans/{plan}/{path}").status_code == 401
    for place in ("khong-co/" + path, f"Có dấu/{path}", f"{plan}/{path}?unit=c-99999-2025",
                  f"{plan}/{path}?unit=%00"):  # fmt: skip
        answer = client.get(f"/api/v1/plans/{place}", headers=headers)
        assert answer.status_code in (400, 404), place
    query = "period=tuần" if path == "progress" else "from=2026-12-01&to=2026-01-01"
    answer = client.get(f"/api/v1/plans/{plan}/{path}?{query}", headers=headers)
    assert (answer.status_code, answer.get_json()["type"]) == (422, "period-invalid")
