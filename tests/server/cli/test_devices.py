"""`loa devices`, as an operator uses it."""

from __future__ import annotations

import json

from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from server import clock
from server.cli.devices import devices
from server.devices.operations import note_fork
from tests.factories.accounts import bearer, make_account, make_device


def test_phone_is_listed_and_revoked(app: Flask, session: Session) -> None:
    device, token = make_device(session, clock.now(), make_account(session, clock.now()))
    run = CliRunner().invoke
    (listed,) = json.loads(run(devices, ["list", "--json"], obj=app).stdout)
    assert (listed["id"], listed["revoked_at"]) == (device.id, None)
    assert (listed["losses"], listed["forks"], listed["escrow"]) == ([], 0, None)
    assert "Lò Thị Mai" in run(devices, ["list"], obj=app).stdout
    assert "90 ngày" in run(devices, ["revoke", device.id], obj=app).stdout
    answer = app.test_client().get("/api/v1/devices", headers=bearer(token))
    assert answer.status_code == 401
    assert "đã thu hồi" in run(devices, ["list"], obj=app).stdout


def test_escrow_is_denied_at_once_or_later(app: Flask, session: Session) -> None:
    run = CliRunner().invoke
    for denying in (["revoke", "--deny-escrow"], ["deny-escrow"]):
        device, token = make_device(session, clock.now(), make_account(session, clock.now()))
        if denying[0] == "deny-escrow":
            assert run(devices, ["deny-escrow", device.id], obj=app).exit_code != 0, "it is in use"
            run(devices, ["revoke", device.id], obj=app)
            assert sync(app, token) == 200
        assert "Không nhận thêm gì" in run(devices, [*denying, device.id], obj=app).stdout
        assert sync(app, token) == 401


def test_forks_and_losses_are_named(app: Flask, session: Session) -> None:
    device, token = make_device(session, clock.now(), make_account(session, clock.now()))
    unsent = {"operations": 7, "photos": 4, "oldest_at": None}
    sync(app, token, epoch=1, last_n=7, unsent=unsent)
    note_fork(session, clock.now(), device.id)
    session.commit()
    CliRunner().invoke(devices, ["revoke", device.id], obj=app)
    (listed,) = json.loads(CliRunner().invoke(devices, ["list", "--json"], obj=app).stdout)
    assert [(loss["operations"], loss["photos"]) for loss in listed["losses"]] == [(7, 4)]
    assert listed["forks"] == 1
    said = CliRunner().invoke(devices, ["list"], obj=app).stdout
    assert "chưa bao giờ đến: 7 thay đổi, 4 ảnh" in said
    assert "bị nhân bản (1 lần)" in said


def sync(app: Flask, token: str, **members: object) -> int:
    unsent = {"operations": 0, "photos": 1, "oldest_at": None}
    told = {"protocol": 1, "unsent": unsent, **members}
    answer = app.test_client().post("/api/v1/sync", json=told, headers=bearer(token))
    return answer.status_code
