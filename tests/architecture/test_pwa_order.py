"""The PWA's floors: a folder imports those below it, never those above or beside it."""

from __future__ import annotations

import re

from tests.architecture.test_house import ROOT, tracked

SOURCE = ROOT / "pwa" / "src"
#: From the ground up; folders of one floor do not know each other, but for the ground floor's.
FLOORS = (
    ("generated", "platform", "i18n", "ui", "worker", "leaflets"),
    ("store",),
    ("outbox",),
    ("uploads",),
    ("sync",),
    ("scanner",),
    ("forms", "camera", "activities", "plans", "evidence", "settings"),
    ("app",),
    ("main.ts",),
)
#: The pure rules of forms are ground: the week's share, lists and the console's words use them.
RULES = "forms/rules"
#: The console shares the ground floor and the rules, nothing else.
CONSOLE_MAY = {"console", "generated", "platform", "i18n", "ui", "rules", "leaflets"}
IMPORT = re.compile(
    r"""(?:from|import\()\s*["'](\.[^"']+)["']|^import\s+["'](\.[^"']+)["']""", re.M
)


def room(path: str) -> str:
    """The folder under src/ that a file belongs to; the rules are a room of their own."""
    return "rules" if path.startswith(RULES) else path.split("/", maxsplit=1)[0]


def floor(name: str) -> int:
    if name == "rules":
        return 0
    return next(level for level, rooms in enumerate(FLOORS) if name in rooms)


def imports() -> list[tuple[str, str]]:
    """Pairs of files under src/: who imports whom, tests and shared test parts aside."""
    found = []
    for path in tracked("pwa/src/*.ts", "pwa/src/*.svelte"):
        name = path.relative_to(SOURCE).as_posix()
        if ".test." in name or name.startswith("tests/") or name.endswith(".d.ts"):
            continue
        for match in IMPORT.finditer(path.read_text(encoding="utf-8")):
            target = (path.parent / (match[1] or match[2])).resolve()
            found.append((name, target.relative_to(SOURCE).as_posix()))
    return found


def test_floors() -> None:
    assert len(imports()) > 100, "the pattern finds imports"
    wrong = []
    for name, target in imports():
        above, below = room(name), room(target)
        if above == "console":
            allowed = below in CONSOLE_MAY
        elif above == below:
            allowed = True
        else:
            allowed = floor(below) < floor(above) or floor(above) == floor(below) == 0
        if not allowed:
            wrong.append(f"{name} -> {target}")
    assert not wrong
