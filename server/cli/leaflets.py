"""`loa leaflets`: looking at leaflets and print runs, making runs from a list in Excel.

Not here: writing a leaflet, which a person does at the console.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy.orm import Session

from server import clock
from server.http.actor import SYSTEM
from server.http.transaction import reading, writing
from server.leaflets import documents, moving, queries, wire, workbook
from server.leaflets import runs as print_runs
from server.leaflets.queries import RunFilter
from server.problems import ProblemError


@click.group()
def leaflets() -> None:
    """Leaflets and print runs."""


@leaflets.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def list_all(app: Flask, as_json: bool) -> None:
    """All leaflets with their versions; what is older than the law is marked."""
    today = clock.today_in_vietnam(clock.now())
    with app.app_context(), reading() as session:
        found = queries.leaflets(session, SYSTEM.area, [])
        versions = queries.versions(session, [one.id for one in found])
        items = [wire.leaflet(one, versions[one.id], today, whole=False) for one in found]
    if as_json:
        click.echo(json.dumps({"items": items}, ensure_ascii=False))
        return
    for item in items:
        click.echo(f"{item['id']}  {item['title']}")
        for one in item["versions"]:
            old = "  ▲ quy định đã thay đổi" if one["outdated"] else ""
            click.echo(f"  {one['id']}  bản {one['number']}, theo quy định "
                       f"{one['law_date']}, {one['status']}{old}")  # fmt: skip


@leaflets.command("runs")
@click.option("--leaflet", "leaflet_id", help="Of this leaflet only.")
@click.option("--limit", type=click.IntRange(1, 5000), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def list_runs(app: Flask, leaflet_id: str | None, limit: int, as_json: bool) -> None:
    """Print runs, newest first."""
    today = clock.today_in_vietnam(clock.now())
    with app.app_context(), reading() as session:
        wanted = RunFilter(SYSTEM.area, today, leaflet_id=leaflet_id)
        items = wire.runs(session, queries.list_runs(session, wanted, None, limit), today)
    if as_json:
        click.echo(json.dumps({"items": items}, ensure_ascii=False))
        return
    for item in items:
        click.echo(f"{item['code']}  {item['status']:<8} {item['copies']:>7}  "
                   f"{item['unit_name'] or item['unit']}  {item['title']}")  # fmt: skip


@leaflets.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--version", "version_id", required=True, help="A published version's id.")
@click.option("--province", help="Two digits: where names of communes are looked for.")
@click.option("--confirm-outdated", is_flag=True, help="Print though the law has changed.")
@click.option("--dry-run", is_flag=True, help="Only say what would be made.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def import_file(
    app: Flask, file: Path, version_id: str, province: str | None, confirm_outdated: bool,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Make runs from FILE (XLSX): all, or none if any row has a mistake."""
    now = clock.now()

    def make(session: Session) -> tuple[str, list[str]]:
        batch, made = print_runs.make(
            session, SYSTEM, now, version_id, orders, troubles=troubles,
            confirm_outdated=confirm_outdated, province_code=province,
        )  # fmt: skip
        codes = [run.code for run in made]
        if dry_run:
            session.rollback()
        return batch, codes

    with app.app_context():
        try:
            orders, troubles = workbook.read(file.read_bytes())
            batch, codes = moving.despite_moves(make)
        except ProblemError as error:
            raise click.ClickException(_told(error)) from error
    if as_json:
        told = {"batch": None if dry_run else batch, "runs": len(codes),
                "codes": [] if dry_run else codes}  # fmt: skip
        click.echo(json.dumps(told))
    else:
        click.echo(f"{len(codes)} lần in {'có thể lập' if dry_run else 'đã lập'}.")


@leaflets.command("refresh")
@click.pass_obj
def refresh(app: Flask) -> None:
    """Tell phones of laws that changed since, and let go of runs long over. Every start does it."""
    with app.app_context(), writing() as session:
        documents.refresh(session, clock.now())


def _told(error: ProblemError) -> str:
    return "\n  ".join([error.problem.title_vi, *map(_trouble, error.extras.get("problems", []))])


def _trouble(trouble: Mapping[str, Any]) -> str:
    meant = ", ".join(one["full_name"] for one in trouble.get("candidates", []))
    return f"dòng {trouble['row']}: {trouble['vi']}" + (f" ({meant})" if meant else "")
