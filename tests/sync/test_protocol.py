"""The examples of sync/PROTOCOL.md run as they stand there, and an untrue one would be noticed."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

PROTOCOL = Path(__file__).parents[2] / "sync" / "PROTOCOL.md"
TEXT = PROTOCOL.read_text(encoding="utf-8")


def run(examples: list[doctest.Example]) -> doctest.TestResults:
    """Run them one after the other, without a word about those that fail."""
    found = doctest.DocTest(examples, {}, PROTOCOL.name, str(PROTOCOL), 0, TEXT)
    return doctest.DocTestRunner(verbose=False).run(found, out=lambda _: None)


def examples() -> list[doctest.Example]:
    return doctest.DocTestParser().get_examples(TEXT, PROTOCOL.name)


def test_every_example_is_true() -> None:
    # doctest takes the fence that closes a block for output, hence the empty line before each.
    failed, tried = doctest.testfile(str(PROTOCOL), module_relative=False, encoding="utf-8")
    assert failed == 0
    assert tried > 30


def test_no_example_stands_there_without_running() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    assert len(blocks) == TEXT.count("```python")
    assert all(block.startswith(">>> ") and block.endswith("\n\n") for block in blocks)
    prompts = [line for line in TEXT.splitlines() if line.startswith(">>> ")]
    assert len(examples()) == len(prompts) == sum(block.count(">>> ") for block in blocks)


def test_an_example_with_another_result_is_noticed() -> None:
    told = [place for place, example in enumerate(examples()) if example.want]
    assert len(told) >= 15
    for place in told:
        altered = examples()
        altered[place].want = altered[place].want.rstrip("\n") + " otherwise\n"
        assert run(altered).failed == 1, altered[place].source
