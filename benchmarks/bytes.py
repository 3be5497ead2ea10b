"""What fifty edits and fifty new activities weigh on the way up, packed as phones pack them.

    python -m benchmarks.bytes

No server: the bodies are made as the phone makes them. Promise: fifty edits in 6 KB.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.reports import Reporter

EDITS_MAX = 6 * 1024


def main() -> int:
    """Print one line each; 1 if the promise is broken."""
    reporter = Reporter("commune:c-00004-2025")
    creates = [reporter.create() for _ in range(50)]
    edits = [reporter.edit(each) for each in creates]
    print("operations        plain bytes   gzip bytes   gzip bytes/operation")
    for name, operations in (("50 creates", creates), ("50 edits", edits)):
        plain, packed = weigh(operations)
        print(f"{name:<17} {plain:>11} {packed:>12} {packed / 50:>22.0f}")
    return int(weigh(edits)[1] > EDITS_MAX)


def weigh(operations: list[dict[str, Any]]) -> tuple[int, int]:
    """Bytes of the whole request's body, plain and packed."""
    request = {
        "protocol": 1, "device": "019acb00-0000-7000-8000-000000000003", "epoch": 1,
        "last_n": 118, "app": "1.0.0", "catalogue": "0" * 16,
        "unsent": {"operations": 50, "photos": 12, "oldest_at": "2026-11-20T07:01:09+07:00"},
        "incarnation": "019acb00-0000-7000-8000-000000000004",
        "cursors": {"commune:c-00004-2025": 118, "reference": 40}, "digests": {},
        "operations": operations, "max_rows": 500,
    }  # fmt: skip
    text = json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()
    return len(text), len(gzip.compress(text, 6))


if __name__ == "__main__":
    sys.exit(main())
