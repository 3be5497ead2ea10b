"""`loa accounts`, as an operator uses it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from server.cli.accounts import accounts

ADD = ["add", "--role", "collaborator", "--unit", "c-00004-2025", "--name", "Lò Thị Mai"]


def run(app: Flask, *arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(accounts, arguments, obj=app, catch_exceptions=False, **options)


def test_added_account_can_enrol_a_phone(app: Flask) -> None:
    printed = json.loads(run(app, *ADD, "--json").stdout)
    assert printed["enrolment_url"].endswith("/#noi-may=" + printed["enrolment_code"])
    answer = app.test_client().post(
        "/api/v1/devices", json={"enrolment_code": printed["enrolment_code"], "name": "Máy"}
    )
    assert answer.status_code == 201
    assert answer.json["account"]["id"] == printed["account"]


def test_people_see_a_qr_code(app: Flask) -> None:
    printed = run(app, *ADD).stdout
    assert "▀" in printed
    assert "Mã nối máy: " in printed


def test_console_account_signs_in(app: Flask) -> None:
    arguments = ["add", "--role", "planner", "--unit", "p-01-2025", "--name", "Vũ An",
                 "--username", "an.vu", "--password-stdin", "--json"]  # fmt: skip
    run(app, *arguments, input="gió mùa đông bắc\n")
    answer = app.test_client().post(
        "/api/v1/session", json={"username": "An.Vu", "password": "gió mùa đông bắc"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("extra", [["--username", "an.vu"], ["--password-stdin"]])
def test_user_name_and_password_go_together(app: Flask, extra: list[str]) -> None:
    assert run(app, *ADD, *extra, input="gió mùa đông bắc\n").exit_code == 2


def test_disabled_account_loses_its_code(app: Flask) -> None:
    printed = json.loads(run(app, *ADD, "--json").stdout)
    run(app, "disable", printed["account"])
    answer = app.test_client().post(
        "/api/v1/devices", json={"enrolment_code": printed["enrolment_code"], "name": "Máy"}
    )
    assert answer.status_code == 410


def test_next_phone_gets_a_new_code(app: Flask) -> None:
    first = json.loads(run(app, *ADD, "--json").stdout)
    second = json.loads(run(app, "enrol", first["account"], "--json").stdout)
    assert second["enrolment_code"] != first["enrolment_code"]
