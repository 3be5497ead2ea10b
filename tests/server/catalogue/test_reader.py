"""YAML is read strictly, and a fault is told with its place."""

from __future__ import annotations

import pytest

from server.catalogue.reader import CatalogueError, Reader, parse_yaml


def test_scalars_are_those_of_json() -> None:
    text = "{start: 17:00, day: 2026-11-20, code: no, on: yes, n: 12, t: true, z: 007, none: null}"
    assert parse_yaml(text, "x") == {
        "start": "17:00",
        "day": "2026-11-20",
        "code": "no",
        "on": "yes",
        "n": 12,
        "t": True,
        "z": "007",
        "none": None,
    }


def test_a_key_that_stands_twice_is_refused_with_its_line() -> None:
    with pytest.raises(CatalogueError, match=r"x\.yaml.*'min' stands twice(.|\n)*line 2"):
        parse_yaml("min: 1\nmin: 2\n", "x.yaml")


def test_broken_yaml_is_refused_with_its_file() -> None:
    with pytest.raises(CatalogueError, match=r"x\.yaml"):
        parse_yaml("a: [1, 2", "x.yaml")


def test_a_key_that_nobody_knows_is_refused_and_the_known_ones_are_named() -> None:
    reader = Reader({"id": "a", "mx": 3}, "kind.yaml fields[a]")
    reader.take("id", str)
    reader.take("max", int, None)
    with pytest.raises(CatalogueError, match=r"fields\[a\]: unknown 'mx'; known are id, max"):
        reader.done()


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ({}, "'n' is missing"),
        ({"n": "1"}, "'n' must be int, found '1'"),
        ({"n": True}, "'n' must be int, found True"),
    ],
)
def test_types_are_not_guessed(raw: dict[str, object], complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint):
        Reader(raw, "x").take("n", int)


def test_a_list_among_mappings_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"fields\[1\]: expected a mapping"):
        list(Reader({"fields": [{"id": "a"}, ["b"]]}, "x").each("fields"))
