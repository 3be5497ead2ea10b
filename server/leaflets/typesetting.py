"""Typst in a process of its own: what it remembers goes with it, and a hang ends.

In a worker that lives for days, what Typst keeps of each sheet would grow to gigabytes. Run as
`python -m server.leaflets.typesetting TEMPLATE`: the data come in as JSON, the PDF goes out. Not
here: what is set (`printing`), how it looks (`templates/sheets.typ`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from importlib import resources
from pathlib import Path

import structlog

#: The house's own, and what has the letters that it lacks, as `templates/sheets.typ` names them.
FONTS = ("fontpkg_be_vietnam_pro", "fontpkg_noto_sans_khmer")
TEMPLATE = Path(__file__).parent / "templates" / "sheets.typ"
#: Well above what the largest piece takes; below what gunicorn lets a request take.
TIMEOUT_S = 45
#: Each takes a core and some hundred megabytes; who comes third waits, as long as one may take.
AT_ONCE = 2
_ROOT = Path(__file__).parents[2]
_TOLD_MAX = 600
_places = threading.BoundedSemaphore(AT_ONCE)

log = structlog.get_logger(__name__)


class TypesettingError(RuntimeError):
    """No PDF came out: Typst failed or took too long, or had no place free. It is logged."""


def typeset(data: str) -> bytes:
    """The PDF of `data`, which is JSON. Raises TypesettingError."""
    if not _places.acquire(timeout=TIMEOUT_S):
        log.error("typesetting_busy", waited_s=TIMEOUT_S)
        raise TypesettingError("busy")
    try:
        return _run(data)
    except subprocess.TimeoutExpired as error:
        log.error("typesetting_too_slow", timeout_s=TIMEOUT_S, characters=len(data))
        raise TypesettingError("too slow") from error
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode(errors="replace")[-_TOLD_MAX:]
        log.error("typesetting_failed", status=error.returncode, told=told)
        raise TypesettingError("failed") from error
    finally:
        _places.release()


def _run(data: str) -> bytes:
    done = subprocess.run(  # noqa: S603  ourselves, with our own template
        [sys.executable, "-m", "server.leaflets.typesetting", str(TEMPLATE)],
        input=data.encode(), capture_output=True, check=True, timeout=TIMEOUT_S, cwd=_ROOT,
    )  # fmt: skip
    return done.stdout


def main() -> None:
    """Read data, write the PDF. Only the fonts that come along are used."""
    import typst

    os.nice(5)  # phones that sync come before paper
    template = Path(sys.argv[1])
    fonts = [str(resources.files(name) / "files") for name in FONTS]
    pdf = typst.compile(
        str(template), root=str(template.parent), format="pdf", font_paths=fonts,
        ignore_system_fonts=True, sys_inputs={"data": sys.stdin.buffer.read().decode()},
    )  # fmt: skip
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
