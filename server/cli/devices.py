"""`loa devices`: phones, listed and revoked by the operator."""

from __future__ import annotations

import json

import click
from flask import Flask

from server.http.actor import SYSTEM


@click.group()
def devices() -> None:
    """Phones: list, revoke."""


@devices.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def list_(app: Flask, as_json: bool) -> None:
    """All phones, the newest first."""
    from server import clock
    from server.devices.queries import list_devices
    from server.http.transaction import reading

    with app.app_context(), reading() as session:
        rows = [
            {
                "id": one.device.id,
                "name": one.device.name,
                "account": {"id": one.owner.id, "name": one.owner.name},
                "last_seen_at": _iso(one.device.last_seen_at),
                "revoked_at": _iso(one.device.revoked_at),
                "unsent": one.device.unsent,
            }
            for one in list_devices(session, SYSTEM, clock.now())
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        state = "đã thu hồi" if row["revoked_at"] else f"gặp lần cuối {row['last_seen_at']}"
        owner = row["account"]
        assert isinstance(owner, dict)
        click.echo(f"{row['id']}  {owner['name']}  {row['name']}  {state}")


@devices.command()
@click.argument("device_id")
@click.pass_obj
def revoke(app: Flask, device_id: str) -> None:
    """Refuse a phone's token from now on."""
    from server import clock
    from server.devices.operations import revoke_device
    from server.http.transaction import writing

    with app.app_context(), writing() as session:
        revoke_device(session, SYSTEM, clock.now(), device_id)
    click.echo("Đã thu hồi máy.")


def _iso(moment: object) -> str | None:
    return moment.isoformat() if hasattr(moment, "isoformat") else None
