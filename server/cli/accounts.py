"""`loa accounts`: people, added and disabled by the operator."""

from __future__ import annotations

import json
import sys
from datetime import datetime

import click
from flask import Flask

from server.http.actor import ROLES, SYSTEM, Role


@click.group()
def accounts() -> None:
    """People: add, disable."""


@accounts.command()
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--unit", "units", required=True, multiple=True, help="Its id; may be repeated.")
@click.option("--name", required=True)
@click.option("--phone")
@click.option("--username", help="For the console; then give the password on standard input.")
@click.option("--password-stdin", is_flag=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def add(
    app: Flask,
    role: Role,
    units: tuple[str, ...],
    name: str,
    phone: str | None,
    username: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Add an account; prints the code that enrols its phone, with a QR code of the link."""
    from server import clock
    from server.accounts.operations import add_account
    from server.devices.operations import issue_enrolment
    from server.http.transaction import writing

    if (username is None) == password_stdin:
        raise click.UsageError("--username and --password-stdin go together")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    now = clock.now()
    with app.app_context(), writing() as session:
        added = add_account(session, SYSTEM, now, role, units, name, phone, username, password)
        code, expires_at = issue_enrolment(session, SYSTEM, now, added.id)
    _tell(app, added.id, name, code, expires_at, as_json)


@accounts.command()
@click.argument("account_id")
@click.pass_obj
def disable(app: Flask, account_id: str) -> None:
    """End every session, token and code of an account. What it did stays."""
    from server import clock
    from server.accounts.operations import disable_account
    from server.http.transaction import writing

    with app.app_context(), writing() as session:
        disable_account(session, SYSTEM, clock.now(), account_id)
    click.echo("Đã khoá tài khoản.")


@accounts.command()
@click.argument("account_id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def enrol(app: Flask, account_id: str, as_json: bool) -> None:
    """A new enrolment code for an account's next phone; older unused codes end."""
    from server import clock
    from server.accounts.queries import account
    from server.devices.operations import issue_enrolment
    from server.http.transaction import writing

    with app.app_context(), writing() as session:
        name = account(session, account_id).name
        code, expires_at = issue_enrolment(session, SYSTEM, clock.now(), account_id)
    _tell(app, account_id, name, code, expires_at, as_json)


def _tell(
    app: Flask, account_id: str, name: str, code: str, expires_at: datetime, as_json: bool
) -> None:
    """Print the code, its link and, for people, the link as a QR code."""
    from server.cli.terminal_qr import terminal_qr
    from server.devices.codes import enrolment_url

    url = enrolment_url(app.extensions["loa_settings"].public_url, code)
    if as_json:
        click.echo(json.dumps({
            "account": account_id, "enrolment_code": code, "enrolment_url": url,
            "expires_at": expires_at.isoformat(),
        }))  # fmt: skip
        return
    click.echo(terminal_qr(url))
    click.echo(f"{name}\n{url}\nMã nối máy: {code} (dùng một lần, trong 24 giờ)")
