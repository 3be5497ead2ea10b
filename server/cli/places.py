"""`loa places`: finding a place by its name; acts that merge, divide or rename communes.

Not here: loading places, which `loa init` does.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
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


@places.command("change")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change and move.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def change(app: Flask, file: Path, dry_run: bool, as_json: bool) -> None:
    """Record the act in FILE (YAML, see server/places/acts.py) and carry it out from its day on.

    Before its day nothing moves; on the day the running server does it. Safe to repeat.
    """
    from server import clock
    from server.exchange.mover import move_all
    from server.places.acts import ActError, read_act
    from server.places.recording import record_act

    with app.app_context():
        try:
            act = read_act(file.read_text(encoding="utf-8"), file.name)
            told = _dry_run(act)
            if not dry_run:
                with _writing() as session:
                    told["recorded"] = record_act(session, clock.now(), act)
                told |= move_all()
        except ActError as error:
            raise click.ClickException(str(error)) from error
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else _sentences(told, dry_run))


@places.command("move")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def move(app: Flask, as_json: bool) -> None:
    """Carry out recorded acts whose day has come, and move what is still on its way, now.

    A running server does so by itself, within the hour.
    """
    from server.exchange.mover import move_all

    with app.app_context():
        told = move_all()
    click.echo(json.dumps(told) if as_json else f"Đã chuyển {told['moved']} hoạt động.")


def _writing() -> Any:
    from server.http.transaction import writing

    return writing()


def _dry_run(act: Any) -> dict[str, Any]:
    """What an act would do: versions, feeds with the number of their activities, accounts."""
    from server.activities import moving
    from server.http.transaction import reading
    from server.places import lineages
    from server.places.acts import work_out
    from server.places.recording import is_recorded

    with reading() as session:
        if is_recorded(session, act):
            return {"date": act.date.isoformat(), "recorded": False, "opens": [], "feeds": []}
        effects = work_out(session, act)
        scopes = {each: lineages.scope_of(each) for each in effects.ended}
        held = moving.left_in(session, sorted(scopes.values()))
        feeds = [
            {"from": scopes[each], "to": [lineages.scope_of(heir) for heir in effects.heirs[each]],
             "activities": held[scopes[each]]}
            for each in effects.ended
        ]  # fmt: skip
        opens = [{"id": row["id"], "name": row["full_name"]} for row in effects.opens]
    return {"date": act.date.isoformat(), "opens": opens, "feeds": feeds}


def _sentences(told: dict[str, Any], dry_run: bool) -> str:
    lines = [f"Có hiệu lực từ {told['date']}."]
    lines += [f"  đơn vị mới {each['id']} {each['name']}" for each in told["opens"]]
    for feed in told["feeds"]:
        where = ", ".join(feed["to"])
        lines.append(f"  {feed['from']} → {where}: {feed['activities']} hoạt động")
    if not dry_run and not told["recorded"]:
        lines.append("Thay đổi này đã được ghi trước đây.")
    if not dry_run:
        lines.append(
            f"Đã chuyển {told['moved']} hoạt động, {told['accounts']} tài khoản."
            if told["carried_out"] or told["moved"]
            else "Chưa chuyển gì. Đến ngày hiệu lực, máy chủ đang chạy sẽ tự chuyển."
        )
    return "\n".join(lines)


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
