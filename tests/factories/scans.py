"""Runs on paper whose codes can be scanned, and phones that do. Each is committed."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server import short_codes as codes
from server.database.ids import new_id
from server.leaflets.models import Leaflet, LeafletVersion, PrintRun
from tests.samples import agents

COMMUNE = "c-00004-2025"
BLOCKS: list[dict[str, Any]] = [
    {"type": "points", "items": [
        {"lead": "Đủ 15 năm đóng", "text": "và đủ tuổi thì có lương hưu hằng tháng."},
        {"lead": "Nhà nước đóng giúp một phần,", "text": "nhiều hơn cho **hộ nghèo**."},
    ]},
    {"type": "heading", "text": "Đăng ký ở đâu?"},
    {"type": "paragraph", "text": "Ở cơ quan bảo hiểm xã hội gần nhất."},
]  # fmt: skip
PHONE = {
    "User-Agent": agents.CHROME[0],
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "vi-VN,vi;q=0.9",
    "Accept-Encoding": "gzip, deflate, br",
    "Sec-Fetch-Mode": "navigate",
}


def make_run(
    session: Session, now: datetime, *, contents: dict[str, Any] | None = None,
    title: str = "Những điều cần biết về BHXH tự nguyện", status: str = "active",
    law_date: date = date(2026, 7, 1), period: tuple[date, date] | None = None,
    commune_id: str | None = COMMUNE, province_code: str = "01", copies: int = 500,
    pdf_sha256: str | None = None,
) -> PrintRun:  # fmt: skip
    """A run of a published leaflet with a code of its own."""
    contents = contents or {"vi": {"blocks": BLOCKS}}
    by = new_id(now)
    leaflet = Leaflet(
        id=new_id(now), title_id="voluntary_si", title=title, topics=[], source="own",
        owner_province=province_code, created_by=by, created_at=now,
    )  # fmt: skip
    version = LeafletVersion(
        id=new_id(now), leaflet_id=leaflet.id, number=1, law_date=law_date,
        languages=list(contents), contents=contents, pdf_sha256=pdf_sha256,
        pdf_bytes=210_000 if pdf_sha256 else None, status="published", published_at=now,
        withdrawn_at=None, changed_by=by, changed_at=now,
    )  # fmt: skip
    first, last = period or (date(2026, 11, 1), date(2026, 12, 31))
    run = PrintRun(
        id=new_id(now), code=codes.new_code(secrets.token_bytes(codes.RANDOM_BYTES)),
        version_id=version.id, destination_version_id=version.id,
        unit_id=commune_id or f"p-{province_code}-2025", commune_id=commune_id,
        province_code=province_code, place_detail="", period_from=first, period_to=last,
        copies=copies, status=status, batch_id=new_id(now), created_by=by, created_at=now,
        changed_at=now,
    )  # fmt: skip
    session.add(leaflet)
    session.flush()
    session.add(version)
    session.flush()
    session.add(run)
    session.commit()
    return run


def scan(client: FlaskClient, path: str, address: str = "27.64.8.11", method: str = "GET",
         **headers: str) -> TestResponse:  # fmt: skip
    """What a phone is answered; over TLS, as in the field."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return client.open(
        path, method=method, headers={**PHONE, **named}, base_url="https://localhost",
        environ_overrides={"REMOTE_ADDR": address},
    )  # fmt: skip
