"""The forms for the phone's tests are those that the declarations give today."""

from __future__ import annotations

from server.cli.catalogue import VECTORS, vector_kinds_text


def test_the_forms_of_the_vectors_are_fresh() -> None:
    written = (VECTORS.parent / "rules_kinds.json").read_text(encoding="utf-8")
    assert written == vector_kinds_text(), "run `make generate`"
