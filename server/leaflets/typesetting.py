"""Typst in a process of its own: what it remembers goes with it, and a hang ends.

In a worker that lives for days, what Typst keeps of each sheet would grow to gigabytes. Run as
`python -m server.leaflets.typesetting`: the data come in as JSON, the PDF goes out. Not here: what
is set (`printing`), how it looks (`templates/sheets.typ`).
"""

from __future__ import annotations

import subprocess
import sys
from importlib import resources
from pathlib import Path

TEMPLATE = Path(__file__).parent / "templates" / "sheets.typ"
#: Well above what the largest sheets take; below what gunicorn lets a request take.
TIMEOUT_S = 60
_ROOT = Path(__file__).parents[2]


def typeset(data: str) -> bytes:
    """The PDF of `data`, which is JSON. Raises CalledProcessError, TimeoutExpired."""
    done = subprocess.run(
        [sys.executable, "-m", "server.leaflets.typesetting"],
        input=data.encode(), capture_output=True, check=True, timeout=TIMEOUT_S, cwd=_ROOT,
    )  # fmt: skip
    return done.stdout


def main() -> None:
    """Read data, write the PDF. Only the font that comes along is used."""
    import typst

    fonts = str(resources.files("fontpkg_be_vietnam_pro") / "files")
    pdf = typst.compile(
        str(TEMPLATE), root=str(TEMPLATE.parent), format="pdf", font_paths=[fonts],
        ignore_system_fonts=True, sys_inputs={"data": sys.stdin.buffer.read().decode()},
    )  # fmt: skip
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
