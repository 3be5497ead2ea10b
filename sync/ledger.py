"""The loss ledger: what a phone said that it had written down and that never came (PROTOCOL 8).

Counting is all that `n` serves; it never decides whether an operation is new. Not here: photos,
and the words in which a person is told.
"""

from __future__ import annotations

from collections.abc import Iterable


def missing(last_n: int, arrived: Iterable[int]) -> list[int]:
    """The numbers from 1 to `last_n`, the highest that the device told of, that never arrived."""
    here = set(arrived)
    return [n for n in range(1, last_n + 1) if n not in here]
