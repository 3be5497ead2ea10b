"""What a phone loads before the field app can be used stays within the promise."""

from __future__ import annotations

from benchmarks.app_size import PROMISE_BYTES, scripts_before_first_use


def test_scripts_before_first_use() -> None:
    sizes = scripts_before_first_use()
    assert len(sizes) >= 1
    assert sum(sizes.values()) <= PROMISE_BYTES, sizes
