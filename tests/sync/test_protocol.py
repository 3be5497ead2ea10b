"""The examples of sync/PROTOCOL.md run as they stand there."""

from __future__ import annotations

import doctest
from pathlib import Path

PROTOCOL = Path(__file__).parents[2] / "sync" / "PROTOCOL.md"


def test_every_example_is_true() -> None:
    # doctest takes the fence that closes a block for output, hence the empty line before each.
    failed, tried = doctest.testfile(str(PROTOCOL), module_relative=False, encoding="utf-8")
    assert failed == 0
    assert tried > 30
