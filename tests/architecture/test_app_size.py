"""What a phone loads before the field app can be used stays within the promise."""

from __future__ import annotations

import re

from benchmarks.app_size import PROMISE_BYTES, scripts_before_first_use
from tests.support.serving import ROOT


def test_scripts_before_first_use() -> None:
    sizes = scripts_before_first_use()
    assert len(sizes) >= 1
    assert sum(sizes.values()) <= PROMISE_BYTES, sizes


def test_what_people_are_told_of_the_reader_of_codes_is_its_size() -> None:
    told = re.search(
        r"READER_BYTES = ([\d_]+);", (ROOT / "pwa/src/scanner/wasm.ts").read_text(encoding="utf-8")
    )
    assert told
    (built,) = (ROOT / "pwa" / "dist").glob("**/zxing_reader-*.wasm.br")
    assert abs(built.stat().st_size / int(told[1]) - 1) < 0.1
