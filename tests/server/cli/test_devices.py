"""`loa devices`, as an operator uses it."""

from __future__ import annotations

import json

from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from server import clock
from server.cli.devices import devices
from tests.factories.accounts import bearer, make_account, make_device


def test_phone_is_listed_and_revoked(app: Flask, session: Session) -> None:
    device, token = make_device(session, clock.now(), make_account(session, clock.now()))
    run = CliRunner().invoke
    (listed,) = json.loads(run(devices, ["list", "--json"], obj=app).stdout)
    assert (listed["id"], listed["revoked_at"]) == (device.id, None)
    assert "Lò Thị Mai" in run(devices, ["list"], obj=app).stdout
    assert run(devices, ["revoke", device.id], obj=app).exit_code == 0
    answer = app.test_client().get("/api/v1/devices", headers=bearer(token))
    assert answer.status_code == 401
    assert "đã thu hồi" in run(devices, ["list"], obj=app).stdout
