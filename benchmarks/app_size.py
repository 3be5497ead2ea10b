"""How many bytes of script a phone loads before the field app can be used (brotli).

The floor is the promise: 40 kB. Exits 1 above it. Needs a built PWA (`make pwa/dist/.built`).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import brotli

DIST = Path(__file__).parents[1] / "pwa" / "dist"
PROMISE_BYTES = 40 * 1024


def scripts_before_first_use() -> dict[str, int]:
    """Brotli bytes of each script that index.html asks for, with what those import at once."""
    page = (DIST / "index.html").read_text(encoding="utf-8")
    waiting = re.findall(r"(?:src|href)=\"/([^\"]+\.js)\"", page)
    sizes: dict[str, int] = {}
    while waiting:
        name = waiting.pop()
        if name in sizes:
            continue
        source = (DIST / name).read_bytes()
        sizes[name] = len(brotli.compress(source, quality=11))
        text = source.decode("utf-8")
        # static imports only: `import{…}from"./x.js"` and `import"./x.js"`
        for found in re.findall(r"(?:from|import)\s*\"\./([^\"]+\.js)\"", text):
            waiting.append(f"assets/{found}")
    return sizes


def main() -> int:
    sizes = scripts_before_first_use()
    total = sum(sizes.values())
    everything = sum(
        len(brotli.compress(path.read_bytes(), quality=11))
        for path in DIST.glob("assets/*.js")
        if not path.name.startswith("console")
    )
    print(json.dumps({
        "before_first_use_bytes": total,
        "promise_bytes": PROMISE_BYTES,
        "ratio": round(total / PROMISE_BYTES, 3),
        "all_field_scripts_bytes": everything,
        "files": sizes,
    }, indent=1))  # fmt: skip
    return int(total > PROMISE_BYTES)


if __name__ == "__main__":
    sys.exit(main())
