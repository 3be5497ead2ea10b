"""The rules of the house, held by tests: sizes, mirrored tests, docs that tell the truth."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
#: Files over the limit; this list may only shrink.
EXCEPTIONS: frozenset[str] = frozenset()
#: Modules whose behaviour is shown by the tests of those that use them.
WITHOUT_A_TEST_OF_THEIR_OWN = re.compile(
    r"(__init__|models|schemas|routes|wsgi|gunicorn_conf|main|queries|actor|errors|limits"
    r"|transaction|clock|types|migrations/.*"
    r"|\w*description"  # held by tests/contracts against real answers
    r"|evidence/decoder_child"  # the other half of decoder.py
    r"|files/memory"  # one contract suite for all stores: files/test_store.py
    r")(\.py)?$"
)


def tracked(*patterns: str) -> list[Path]:
    """Files of the project that match, those not yet committed too."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_too_long() -> None:
    long = {
        relative(path): lines
        for path in tracked("*.py", "*.ts", "*.svelte")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES_MAX
        and "generated" not in path.parts
        and "versions" not in path.parts
    }
    assert set(long) == set(EXCEPTIONS), long


def test_no_function_is_too_long() -> None:
    long = []
    for path in tracked("server/*.py", "sync/*.py"):
        if "versions" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    long.append(f"{relative(path)}:{node.lineno} {node.name} {lines}")
    assert not long


def test_every_module_says_what_it_is() -> None:
    silent = [
        relative(path)
        for path in tracked("server/*.py", "sync/*.py", "benchmarks/*.py")
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_tests_mirror_the_code() -> None:
    """A file of logic has a test file of the same name in the same place under tests/."""
    missing = []
    for path in tracked("server/*.py", "sync/*.py"):
        name = relative(path)
        if WITHOUT_A_TEST_OF_THEIR_OWN.search(name):
            continue
        twin = ROOT / "tests" / path.relative_to(ROOT).parent / f"test_{path.name}"
        if not twin.is_file():
            missing.append(name)
    assert not missing


def test_no_forbidden_rooms() -> None:
    forbidden = {"utils", "helpers", "common", "manager", "misc"}
    found = [p for p in map(relative, tracked("*.py", "*.ts", "*.svelte"))
             if forbidden & set(re.split(r"[/._]", p))]  # fmt: skip
    assert not found


@pytest.mark.parametrize("path", tracked("*.md"), ids=relative)
def test_paths_named_in_docs_exist(path: Path) -> None:
    """A path in backquotes under one of our folders is there."""
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:server|sync|pwa|tests|docs|benchmarks|\.ci)/[\w./-]*\w/?)`", text)
    linked = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
    gone = [name for name in named if not (ROOT / name).exists()]
    gone += [name for name in linked if not (path.parent / name).exists()]
    assert not gone


def test_settings_are_documented() -> None:
    used = set(re.findall(r"\"(LOA_\w+|PORT)\"", (ROOT / "server/settings.py").read_text()))
    documented = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used == documented


def test_the_lock_names_no_registry() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / name).read_text(), name
    assert '"resolved"' not in (ROOT / "pwa/package-lock.json").read_text()
