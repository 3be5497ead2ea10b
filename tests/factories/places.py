"""Offices for tests. Communes and provinces are the country's own, loaded with the template."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from server.places.operations import put_office

#: Three communes of Hà Nội: Ba Đình, and two that lie beside it in the list.
HANOI_COMMUNES = ("c-00004-2025", "c-00008-2025", "c-00025-2025")


def make_office(
    session: Session,
    office_id: str = "o-01-ba-dinh",
    communes: tuple[str, ...] = HANOI_COMMUNES[:2],
    valid_from: date = date(2025, 7, 1),
) -> str:
    """An office of Hà Nội that serves `communes`; committed."""
    put_office(session, office_id, "BHXH cơ sở Ba Đình", "01", communes, valid_from)
    session.commit()
    return office_id
