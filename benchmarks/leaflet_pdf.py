"""Time, size and memory of sheets with 10,000 codes.

    python -m benchmarks.leaflet_pdf [--codes 10000] [--forms labels labels_once code_cards]

Codes of 20 mm are set as the server does it for people, as many runs a PDF as it gives one; each
PDF is opened and its pages are counted. The floor is the making of the symbols alone, by `qrcode`.
Seconds are of the processor, ours and Typst's, so that other work on the machine does not count.
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
from server.leaflets.printing import Form, SheetItem
from server.short_codes import RANDOM_BYTES, new_code

SIZE_MM = 20


def main() -> None:
    """Print a line for each form."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codes", type=int, default=10_000)
    parser.add_argument("--forms", nargs="+", default=["labels", "labels_once", "code_cards"])
    arguments = parser.parse_args()
    items = [_item() for _ in range(arguments.codes)]
    started = _spent()
    for one in items:
        qr.symbol_of(one.address)
    print(json.dumps({"codes": len(items), "symbols_alone_s": round(_spent() - started, 1)}))
    for form in arguments.forms:
        print(json.dumps({"form": form, **measure(form, items)}), flush=True)


def measure(form: Form, items: list[SheetItem]) -> dict[str, float]:
    """Seconds, megabytes and pages of all, the slowest PDF, and what its process took."""
    size = pages = 0
    spent, waited = [], []
    for piece in printing.pieces(form, items):
        started, began = _spent(), time.perf_counter()
        pdf = printing.sheets(form, piece, SIZE_MM, qr.DEFAULT_LEVEL)
        spent.append(_spent() - started)
        waited.append(time.perf_counter() - began)
        size += len(pdf)
        pages += len(pypdfium2.PdfDocument(pdf))
    return {
        "pdfs": len(spent), "pages": pages, "cpu_s": round(sum(spent), 1),
        "slowest_cpu_s": round(max(spent), 1), "until_first_s": round(waited[0], 1),
        "wall_s": round(sum(waited), 1), "mb": round(size / 1e6, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "own_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def _spent() -> float:
    """Seconds of processor, ours and those of children that have ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


def _item() -> SheetItem:
    code = new_code(secrets.token_bytes(RANDOM_BYTES))
    return SheetItem(
        code, qr.address_of("https://loa.vn", code), "Những điều cần biết về BHXH tự nguyện", 4,
        date(2026, 7, 1), "Phường Ba Đình", "Chợ Ngọc Hà", date(2026, 10, 1), date(2026, 12, 31),
        500,
    )  # fmt: skip


if __name__ == "__main__":
    main()
