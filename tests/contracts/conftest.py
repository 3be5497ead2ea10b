"""One running installation on each database, with the people of one province."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import pytest

from tests.contracts.outsider import Caller, Console, Phone
from tests.support.databases import PostgresTemplates
from tests.support.serving import Server

COMMUNE = "c-00004-2025"
NEIGHBOUR = "c-00008-2025"
PROVINCE = "p-01-2025"
PASSWORD = "một mật khẩu dài đủ dùng"


@dataclass
class Installation:
    """A server that runs, and those who work with it."""

    server: Server
    accounts: dict[str, dict[str, str]]

    @cached_property
    def anyone(self) -> Caller:
        return Caller(self.server)

    @cached_property
    def phone(self) -> Phone:
        """A collaborator's."""
        return Phone(self.server, self.accounts["collaborator"]["enrolment_code"])

    @cached_property
    def second_phone(self) -> Phone:
        """The same collaborator's other phone."""
        account = self.accounts["collaborator"]["account"]
        code = self.server.loa("accounts", "enrol", account, "--json")["enrolment_code"]
        return Phone(self.server, code, "Máy thứ hai")

    @contextlib.contextmanager
    def losing_second_phone(self) -> Iterator[Phone]:
        """For a test after which that phone is of no use to others."""
        lost = self.second_phone
        del self.second_phone
        with contextlib.closing(lost.http):
            yield lost

    @cached_property
    def strange_phone(self) -> Phone:
        """Of somebody who works in another commune."""
        return Phone(self.server, self.accounts["stranger"]["enrolment_code"])

    @cached_property
    def province_phone(self) -> Phone:
        """Of the province's office, for what a commune does not do."""
        return Phone(self.server, self.accounts["province"]["enrolment_code"])

    @cached_property
    def console(self) -> Console:
        return Console(self.server, "ra.soat", PASSWORD)

    @cached_property
    def kinds(self) -> dict[str, dict[str, object]]:
        return {kind["id"]: kind for kind in self.phone.read("/api/v1/catalogue")["kinds"]}

    def close(self) -> None:
        """Hang up, so that the server need not wait for us when it ends."""
        for caller in vars(self).values():
            if isinstance(caller, Caller):
                caller.http.close()


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with contextlib.ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            templates: PostgresTemplates = request.getfixturevalue("postgres_templates")
            url = stack.enter_context(templates.empty())
        server = Server(tmp_path_factory.mktemp("contract"), url)
        stack.enter_context(server.running("--workers", "2"))
        with contextlib.closing(Installation(server, _people(server))) as site:
            yield site


def _people(server: Server) -> dict[str, dict[str, str]]:
    sign_in = {"username": "ra.soat", "password": PASSWORD}
    with ThreadPoolExecutor(2) as pool:  # each is a process of its own
        waiting = {
            "collaborator": pool.submit(
                server.add_account, "collaborator", COMMUNE, "Đỗ Thị Thử"),
            "stranger": pool.submit(server.add_account, "collaborator", NEIGHBOUR, "Vũ Văn Mẫu"),
            "province": pool.submit(
                server.add_account, "provincial_reviewer", PROVINCE, "Lý Thị Nháp"),
            "reviewer": pool.submit(
                server.add_account, "provincial_reviewer", PROVINCE, "Ngô Văn Phác", **sign_in),
        }  # fmt: skip
        return {name: each.result() for name, each in waiting.items()}
