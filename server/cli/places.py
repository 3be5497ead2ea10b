"""`loa places`: finding a place by its name. Not here: loading them, which `loa init` does."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click
from flask import Flask
from sqlalchemy.orm import Session


@click.group()
def places() -> None:
    """Provinces and communes."""


@places.command("find")
@click.argument("text")
@click.option("--level", type=click.Choice(["province", "district", "commune"]))
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Units in force then.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def find(app: Flask, text: str, level: str | None, day: datetime | None, limit: int,
         as_json: bool) -> None:  # fmt: skip
    """Find places named TEXT, with or without diacritics.

    Where nothing in force bears the name, those of before the reform are shown with what they
    became.
    """
    from server.database import db

    with app.app_context():
        found = _find(db.session(), text, level, day and day.date(), limit)
    if as_json:
        click.echo(json.dumps({"items": found}, ensure_ascii=False))
        return
    for place in found:
        _show(place)
    if not found:
        click.echo("Không tìm thấy địa danh nào.", err=True)


def _find(
    session: Session, text: str, level: Any, day: date | None, limit: int
) -> list[dict[str, Any]]:
    from server import clock
    from server.places import queries
    from server.places.schemas import unit_to_wire
    from server.places.search import search

    today = clock.today_in_vietnam(clock.now())
    found = search(session, text, level, day or today, limit)
    before_reform = date(2025, 6, 30)
    if not found and day is None:
        found = search(session, text, level, before_reform, limit)
    answer = []
    for unit in found:
        last_day = unit.valid_to or today
        province = unit.province_code and queries.version_on(
            session, "province", unit.province_code, last_day
        )
        shown = unit_to_wire(unit, province or None)
        shown["successors"] = [
            {"id": link.unit.id, "full_name": link.unit.full_name, "partial": link.partial}
            for link in queries.successors(session, unit.id)
        ]
        answer.append(shown)
    return answer


def _show(place: dict[str, Any]) -> None:
    province = place["province"]
    where = f", {province['full_name']}" if province and place["level"] != "province" else ""
    click.echo(f"{place['id']:<16} {place['full_name']}{where}")
    for link in place["successors"]:
        part = " (một phần)" if link["partial"] else ""
        click.echo(f"{'':<16} → {link['id']} {link['full_name']}{part}")
