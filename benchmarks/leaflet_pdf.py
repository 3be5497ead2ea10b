"""Time, size and memory of sheets with 10,000 codes.

    python -m benchmarks.leaflet_pdf [--codes 10000] [--forms code_cards labels]

Codes are set as the server does it for people, as many runs a PDF as it lets one ask for; each PDF
is opened and its pages are counted. The floor is the making of the symbols alone, by `qrcode`.
"""

from __future__ import annotations

import argparse
import json
import resource
import secrets
import sys
import time
from datetime import date
from pathlib import Path

import pypdfium2

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.leaflets import printing, qr
from server.leaflets.print_routes import RUNS_MAX
from server.leaflets.printing import Form, SheetItem
from server.short_codes import RANDOM_BYTES, new_code


def main() -> None:
    """Print a line for each form."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codes", type=int, default=10_000)
    parser.add_argument("--forms", nargs="+", default=["code_cards", "labels"])
    arguments = parser.parse_args()
    items = [_item() for _ in range(arguments.codes)]
    started = time.process_time()
    for one in items:
        qr.symbol_of(one.address)
    floor = time.process_time() - started
    print(json.dumps({"codes": len(items), "symbols_alone_s": round(floor, 1)}))
    for form in arguments.forms:
        print(json.dumps({"form": form, **measure(form, items)}), flush=True)


def measure(form: Form, items: list[SheetItem]) -> dict[str, float]:
    """Seconds, megabytes and pages of all, the slowest PDF, and what its process took."""
    size = pages = 0
    spent = []
    for start in range(0, len(items), RUNS_MAX[form]):
        started = time.perf_counter()
        pdf = printing.sheets(form, items[start : start + RUNS_MAX[form]], 20, qr.DEFAULT_LEVEL)
        spent.append(time.perf_counter() - started)
        size += len(pdf)
        pages += len(pypdfium2.PdfDocument(pdf))
    return {
        "pdfs": len(spent), "pages": pages, "seconds": round(sum(spent), 1),
        "slowest_s": round(max(spent), 1), "mb": round(size / 1e6, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }  # fmt: skip


def _item() -> SheetItem:
    code = new_code(secrets.token_bytes(RANDOM_BYTES))
    return SheetItem(
        code, qr.address_of("https://loa.vn", code), "Những điều cần biết về BHXH tự nguyện", 4,
        date(2026, 7, 1), "Phường Ba Đình", "Chợ Ngọc Hà", date(2026, 10, 1), date(2026, 12, 31),
        500,
    )  # fmt: skip


if __name__ == "__main__":
    main()
