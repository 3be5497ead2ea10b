"""`loa devices`: phones, listed and revoked by the operator."""

from __future__ import annotations

import json
from typing import Any

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
        rows: list[dict[str, Any]] = [
            {
                "id": one.device.id,
                "name": one.device.name,
                "account": {"id": one.owner.id, "name": one.owner.name},
                "last_seen_at": _iso(one.device.last_seen_at),
                "revoked_at": _iso(one.device.revoked_at),
                "unsent": one.device.unsent,
                "losses": [
                    {"operations": loss.operations, "photos": loss.photos,
                     "told_at": _iso(loss.told_at)}
                    for loss in one.losses
                ],
                "forks": one.device.forks,
                "forked_at": _iso(one.device.forked_at),
                "escrow": {"until": _iso(one.escrow_until)} if one.escrow_until else None,
            }
            for one in list_devices(session, SYSTEM, clock.now())
        ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['account']['name']}  {row['name']}  {_state(row)}")


@devices.command()
@click.argument("device_id")
@click.option("--deny-escrow", "is_denied", is_flag=True, help="Refuse what it did before, too.")
@click.pass_obj
def revoke(app: Flask, device_id: str, is_denied: bool) -> None:
    """Let a phone read nothing from now on; what it did before it may deliver for 90 days."""
    from server import clock
    from server.devices import operations
    from server.http.transaction import writing

    with app.app_context(), writing() as session:
        operations.revoke_device(session, SYSTEM, clock.now(), device_id)
        if is_denied:
            operations.deny_escrow(session, SYSTEM, clock.now(), device_id)
    if is_denied:
        click.echo("Đã thu hồi máy. Không nhận thêm gì từ máy này.")
    else:
        click.echo("Đã thu hồi máy. Việc làm trước đó còn được nhận trong 90 ngày.")


@devices.command("deny-escrow")
@click.argument("device_id")
@click.pass_obj
def deny_escrow(app: Flask, device_id: str) -> None:
    """Refuse even what a revoked phone did before. It cannot be taken back."""
    from server import clock
    from server.devices import operations
    from server.http.transaction import writing

    with app.app_context(), writing() as session:
        operations.deny_escrow(session, SYSTEM, clock.now(), device_id)
    click.echo("Không nhận thêm gì từ máy này.")


def _state(row: dict[str, Any]) -> str:
    """What an operator should know of a phone, in one line."""
    said = [f"gặp lần cuối {row['last_seen_at']}"]
    if row["escrow"]:
        said = [f"đã thu hồi, còn nhận việc cũ đến {row['escrow']['until']}"]
    elif row["revoked_at"]:
        said = ["đã thu hồi"]
    if row["forks"]:
        said.append(f"máy khôi phục từ bản cũ hoặc bị nhân bản ({row['forks']} lần)")
    said += [
        f"chưa bao giờ đến: {loss['operations']} thay đổi, {loss['photos']} ảnh"
        f" (báo lúc {loss['told_at']})"
        for loss in row["losses"]
    ]
    return "; ".join(said)


def _iso(moment: object) -> str | None:
    return moment.isoformat() if hasattr(moment, "isoformat") else None
