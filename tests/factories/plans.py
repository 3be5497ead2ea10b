"""Annexes for tests: the country's own, and a small one to break."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.http.actor import SYSTEM
from server.plans import operations

PLAN_2025 = "bhxh-vn-2025-annex-ii"
PLAN_2026 = "bhxh-vn-2026-annex-ii"


def load_plans(session: Session, now: datetime) -> str:
    """The annex of 2025 and its copy for 2026; returns the latter's id. Committed."""
    operations.load_reference_plans(session, SYSTEM, now)
    session.commit()
    return PLAN_2026


def small_annex(**row: Any) -> dict[str, Any]:
    """An annex of one row; `row` replaces members of that row."""
    return {
        "schema": "annex-plan/1",
        "plan": {"id": "tinh-thu-2026", "title": "PHỤ LỤC THỬ", "year": 2026,
                 "valid_from": "2026-01-01", "valid_to": "2026-12-31"},
        "sections": [{"code": "I", "name": "Thường xuyên"}],
        "groups": [],
        "rows": [
            {
                "code": "I.4", "section": "I", "name": "Phát thanh",
                "unit": {"wording": "Lượt", "keys": ["broadcast"]},
                "timing": {"wording": "Quý I-IV", "periods": [{"month_from": 1, "month_to": 12}]},
                "lead_units": ["BHXH các cấp"], "coordinating_units": [],
                "work_items": ["Phát chương trình."],
                "targets": [{"id": "I.4-T1", "metric": "voluntary_si_broadcasts", "label": "Lượt",
                             "unit": "lượt", "min": 2, "per": ["commune", "week"],
                             "scope": "commune"}],
                **row,
            }
        ],
    }  # fmt: skip
