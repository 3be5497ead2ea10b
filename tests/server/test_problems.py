"""Every trouble that a caller may meet is told in both languages, under a stable name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server import problems
from server.problems import CATALOGUE, Problem

VIETNAMESE = re.compile(
    r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵầấẩẫậằắẳẵặềếểễệồốổỗộờớởỡợừứửữự]", re.I
)


@pytest.mark.parametrize("problem", CATALOGUE.values(), ids=lambda problem: problem.slug)
def test_a_problem_is_told_in_both_languages(problem: Problem) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.slug)
    assert 400 <= problem.status < 600
    assert VIETNAMESE.search(problem.title_vi), "Vietnamese without diacritics"
    assert not VIETNAMESE.search(problem.title_en)
    assert problem.title_vi.endswith(".")
    assert problem.title_en.endswith(".")


def test_each_problem_is_met_somewhere() -> None:
    server = Path(problems.__file__).parent
    sources = "".join(p.read_text(encoding="utf-8") for p in server.rglob("*.py"))
    names = [name for name, value in vars(problems).items() if isinstance(value, Problem)]
    assert len(names) == len(CATALOGUE)
    unused = [name for name in names if f"problems.{name}" not in sources]
    assert not unused
