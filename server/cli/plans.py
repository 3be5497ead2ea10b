"""`loa plans`: bringing in an annex, looking at plans and at progress."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask import Flask

from server.problems import ProblemError


@click.group()
def plans() -> None:
    """Annexes: import, list, progress."""


@plans.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def import_file(app: Flask, file: Path, as_json: bool) -> None:
    """Bring in the annex in FILE (YAML, form annex-plan/1). Mistakes are told row by row."""
    from server import clock
    from server.http.actor import SYSTEM
    from server.http.transaction import writing
    from server.plans import operations, queries

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: tệp phải là UTF-8.") from error
    with app.app_context():
        try:
            with writing() as session:
                plan_id = operations.import_plan_text(session, SYSTEM, clock.now(), text)
                found = queries.plan(session, plan_id) or {}
        except ProblemError as error:
            raise click.ClickException(_told(error)) from error
    targets = sum(len(row["targets"]) for row in found["rows"])
    if as_json:
        click.echo(json.dumps({"plan": plan_id, "version": found["version"],
                               "rows": len(found["rows"]), "targets": targets}))  # fmt: skip
    else:
        click.echo(f"{plan_id}: {len(found['rows'])} dòng, {targets} chỉ tiêu, "
                   f"bản {found['version']}.")  # fmt: skip


@plans.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def list_all(app: Flask, as_json: bool) -> None:
    """All plans, the latest year first."""
    from server.http.transaction import reading
    from server.plans import queries

    with app.app_context(), reading() as session:
        found = queries.plans(session)
    if as_json:
        click.echo(json.dumps({"items": found}, ensure_ascii=False))
        return
    for plan in found:
        click.echo(f"{plan['id']:<28} {plan['year']}  {plan['title']}")


@plans.command()
@click.option("--plan", "plan_id", required=True, help="The plan's id.")
@click.option("--unit", "unit_id", default="vn", show_default=True, help="A unit's id.")
@click.option("--period", help="Such as 2026-Q4, 2026-11, 2026-W47. Default: the whole plan.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def progress(
    app: Flask, plan_id: str, unit_id: str, period: str | None, as_json: bool
) -> None:  # fmt: skip
    """Every row and target with done, sent and approved."""
    from server import clock
    from server.http.actor import SYSTEM
    from server.http.transaction import reading
    from server.measures import queries

    with app.app_context(), reading() as session:
        today = clock.today_in_vietnam(clock.now())
        found = queries.progress(session, SYSTEM, plan_id, unit_id, period, today=today)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(f"{found['unit']['full_name']}, kỳ {found['period']['id']}")
    click.echo(f"{'Mã':<10} {'Đã làm':>9} {'Đã gửi':>9} {'Đã duyệt':>9}  Hình thức, chỉ tiêu")
    for row in found["rows"]:
        click.echo(_line(row["code"], row, row["name"] or ""))
        for target in row["targets"]:
            bounds = f"{target['min']}" + (f"-{target['max']}" if target["max"] else "")
            click.echo(_line("", target, f"  {target['label']} ({bounds} {target['unit']})"))


def _line(code: str, figure: dict[str, Any], text: str) -> str:
    return (f"{code:<10} {figure['done']:>9} {figure['sent']:>9} {figure['approved']:>9}"
            f"  {text[:90]}")  # fmt: skip


def _told(error: ProblemError) -> str:
    lines = [problem["vi"] for problem in error.extras.get("problems", [])]
    return "\n  ".join([error.problem.title_vi, *lines])
