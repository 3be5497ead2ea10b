"""Files made from the code: the OpenAPI document, the pages of kinds, problems and states."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from server import problems

ROOT = Path(__file__).parents[2]


def openapi_text(app: Flask) -> str:
    """The OpenAPI 3.1 document of the whole API, as JSON."""
    from server.http.openapi import document

    with app.app_context():
        return json.dumps(document(app), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def problems_text(_app: Flask) -> str:
    """The table of every problem that a caller may meet."""
    lines = [
        "# Problems",
        "",
        "Made by `make generate` from `server/problems.py`. Answers are `application/problem+json`;"
        " `type` is the slug.",
        "",
        "| slug | status | Tiếng Việt | English |",
        "|---|---|---|---|",
        *(
            f"| `{p.slug}` | {p.status} | {p.title_vi} | {p.title_en} |"
            for p in problems.CATALOGUE.values()
        ),
    ]
    return "\n".join(lines) + "\n"


def catalogue_text(_app: Flask) -> str:
    """The page of every kind of activity."""
    from server.catalogue.derive.docs import page

    return page()


def states_text(_app: Flask) -> str:
    """The page of states: activities, conflicts, operations and photos on the phone."""
    from server.cli.states import page

    return page()


def vector_kinds_text(_app: Flask) -> str:
    """The kinds that the shared rule vectors speak of, for the phone's tests."""
    from server.cli.catalogue import vector_kinds_text

    return vector_kinds_text()


#: Generated file -> what makes it. A test holds each to its source.
FILES: dict[str, Callable[[Flask], str]] = {
    "docs/openapi.json": openapi_text,
    "docs/problems.md": problems_text,
    "docs/catalogue.md": catalogue_text,
    "docs/states.md": states_text,
    "tests/vectors/rules_kinds.json": vector_kinds_text,
}


@click.command()
@click.pass_obj
def generate(app: Flask) -> None:
    """Write every generated file anew."""
    for name, make in FILES.items():
        (ROOT / name).write_text(make(app), encoding="utf-8")
        click.echo(name)


@click.command()
@click.pass_obj
def openapi(app: Flask) -> None:
    """Print the OpenAPI document."""
    click.echo(openapi_text(app), nl=False)
