"""Two empty places of the same kind: one to work in, one to restore into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from tests.factories.backups import make_installation
from tests.support.databases import PostgresTemplates


@pytest.fixture(params=["sqlite", "postgresql"])
def install(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """`install(name, fill=…)` makes an installation over a database of its own."""
    with ExitStack() as stack:

        def make(name: str, *, fill: bool = True) -> Flask:
            url = None
            if request.param == "postgresql":
                templates: PostgresTemplates = request.getfixturevalue("postgres_templates")
                url = stack.enter_context(templates.empty())
            return make_installation(tmp_path / name, url, fill=fill)

        yield make
