"""Leaflets, versions and print runs for tests, in invented words. Each is committed."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.database.ids import new_id
from server.leaflets.models import Leaflet, LeafletVersion, PrintRun
from server.short_codes import RANDOM_BYTES, new_code
from tests.factories.accounts import COMMUNE

CONTENTS: dict[str, Any] = {
    "vi": {
        "blocks": [
            {"type": "heading", "text": "Ba điều nên nhớ"},
            {"type": "paragraph", "text": "Đóng **hằng tháng**, nhận lương hưu khi về già."},
            {
                "type": "points",
                "items": [
                    {"lead": "Đủ 15 năm đóng", "text": "và đủ tuổi thì có lương hưu."},
                    {"lead": "Nhà nước đóng giúp", "text": "một phần mỗi tháng."},
                ],
            },
            {"type": "figures", "table": "voluntary_si"},
        ]
    }
}


def make_version(
    session: Session,
    now: datetime,
    *,
    title_id: str = "voluntary_si",
    title: str = "Những điều cần biết về BHXH tự nguyện",
    law_date: date = date(2026, 7, 1),
    contents: dict[str, Any] | None = None,
    status: str = "published",
    owner_province: str | None = None,
    leaflet: Leaflet | None = None,
    number: int = 1,
) -> LeafletVersion:
    """A version, by default published, of a leaflet of its own or of `leaflet`."""
    contents = contents or CONTENTS
    if leaflet is None:
        leaflet = Leaflet(
            id=new_id(now), title_id=title_id, title=title, topics=["bhxh_tu_nguyen"],
            source="vss_supplied", owner_province=owner_province, created_by="system",
            created_at=now,
        )  # fmt: skip
        session.add(leaflet)
        session.flush()
    version = LeafletVersion(
        id=new_id(now), leaflet_id=leaflet.id, number=number, law_date=law_date,
        languages=list(contents), contents=contents, status=status,
        published_at=None if status == "draft" else now,
        withdrawn_at=now if status == "withdrawn" else None, changed_by="system", changed_at=now,
    )  # fmt: skip
    session.add(version)
    session.commit()
    return version


def make_run(
    session: Session,
    now: datetime,
    version: LeafletVersion | None = None,
    *,
    unit_id: str = COMMUNE,
    commune_id: str | None = COMMUNE,
    province_code: str | None = "01",
    copies: int = 500,
    period: tuple[date, date] = (date(2026, 10, 1), date(2026, 12, 31)),
    status: str = "active",
    code: str | None = None,
) -> PrintRun:
    """A run of `version`, by default of a new one, for a commune of Hà Nội."""
    version = version or make_version(session, now)
    run = PrintRun(
        id=new_id(now), code=code or new_code(secrets.token_bytes(RANDOM_BYTES)),
        version_id=version.id, destination_version_id=version.id, unit_id=unit_id,
        commune_id=commune_id, province_code=province_code, place_detail="Chợ xã",
        period_from=period[0], period_to=period[1], copies=copies, status=status,
        batch_id=new_id(now), created_by="system", created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(run)
    session.commit()
    return run
