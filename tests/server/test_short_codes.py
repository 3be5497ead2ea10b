"""Short codes: every slip of one character and every swap is caught; both languages agree."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from server import short_codes as codes

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "short_codes.json").read_text()
)


def some_codes(count: int) -> list[str]:
    chance = random.Random(5)
    return [codes.new_code(chance.randbytes(codes.RANDOM_BYTES)) for _ in range(count)]


def test_each_wrong_character_is_caught() -> None:
    for code in some_codes(200):
        assert codes.is_valid(code)
        for place, other in itertools.product(range(codes.LENGTH), codes.ALPHABET):
            if other != code[place]:
                assert not codes.is_valid(code[:place] + other + code[place + 1 :])


def test_two_characters_that_changed_places_are_caught() -> None:
    for code in some_codes(300):
        for first, second in itertools.combinations(range(codes.LENGTH), 2):
            if code[first] != code[second]:
                swapped = list(code)
                swapped[first], swapped[second] = swapped[second], swapped[first]
                assert not codes.is_valid("".join(swapped))


def test_by_chance_one_text_in_thirty_two_passes() -> None:
    chance = random.Random(9)
    texts = ["".join(chance.choices(codes.ALPHABET, k=codes.LENGTH)) for _ in range(20_000)]
    assert 500 < sum(codes.is_valid(text) for text in texts) < 760


def test_all_forty_bits_are_kept() -> None:
    assert len({code[:8] for code in some_codes(5000)}) == 5000
    assert codes.new_code(b"\0" * 5) == "000000000"
    assert codes.new_code(b"\xff" * 5)[:8] == "ZZZZZZZZ"


@pytest.mark.parametrize("vector", VECTORS["codes"], ids=lambda vector: vector["code"])
def test_vectors(vector: dict[str, str]) -> None:
    assert codes.new_code(bytes.fromhex(vector["chance"])) == vector["code"]
    assert codes.is_valid(vector["code"])
    assert codes.show(vector["code"]) == vector["shown"]


@pytest.mark.parametrize("vector", VECTORS["typed"], ids=lambda vector: repr(vector["typed"]))
def test_what_people_type(vector: dict[str, Any]) -> None:
    assert codes.normalise(vector["typed"]) == vector["normalised"]
    assert codes.is_valid(vector["normalised"]) is vector["valid"]
