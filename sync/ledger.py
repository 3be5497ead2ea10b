"""The loss ledger: what a phone said that it had written down and that never came (PROTOCOL 8).

A phone numbers its operations (`n`) and tells at each contact how far it has come and how much it
still holds. If it comes back as an older copy of itself, or another phone takes its place, the
difference is named. Counting is all that `n` serves; it never decides whether an operation is new.
Not here: where words and arrivals are kept, and how a person is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Word:
    """What a phone told of itself at a contact.

    `operations` and `photos` it still held, those that came with this very contact included; None
    if it did not say. `starts`: its `last_n` when it first came in an epoch, by epoch; clones that
    live beside each other take turns, so that of each epoch is kept and not of the last one only.
    """

    epoch: int
    last_n: int
    operations: int | None = None
    photos: int = 0
    starts: Mapping[int, int] = field(default_factory=dict)

    def is_older(self, epoch: int, n: int) -> bool:
        """Whether number `n` was given before `epoch` began."""
        return n <= self.starts.get(epoch, 0)

    def began(self, told: Word) -> Mapping[int, int]:
        """The starts once this one tells `told`: an epoch begins where it is first heard of."""
        return {told.epoch: told.last_n, **self.starts}


#: How a word follows the one before: the same life goes on, in the same epoch or in a new one; or
#: another life of the phone speaks, and what the first one told stands as it was.
Step = Literal["on", "new epoch", "other life"]


def step(before: Word, told: Word) -> Step:
    """How `told` follows `before`."""
    if told.epoch < before.epoch or told.last_n < before.last_n:
        return "other life"
    return "on" if told.epoch == before.epoch else "new epoch"


def missing(last_n: int, arrived: Iterable[int]) -> list[int]:
    """The numbers from 1 to `last_n`, the highest that the device told of, that never arrived."""
    here = set(arrived)
    return [n for n in range(1, last_n + 1) if n not in here]


def lost(word: Word, arrived: Iterable[tuple[int | None, int]]) -> list[int]:
    """The numbers that the phone held when it told `word` and that did not arrive since.

    `arrived` are pairs of epoch and number, whoever brought them. A number counts as here if it
    came in the word's epoch, or in another one if it was made before the later of the two began: a
    clone gives the same numbers to other operations in an epoch of its own. Never more than the
    phone said it held.
    """
    if word.operations == 0:
        return []
    here = {
        n
        for epoch, n in arrived
        if epoch is None or epoch == word.epoch or word.is_older(max(epoch, word.epoch), n)
    }
    gone = missing(word.last_n, here)
    return gone if word.operations is None else gone[-word.operations :]


def still_lost(
    numbers: Sequence[int], ended: Word, now: Word, arrived: Iterable[tuple[int | None, int]]
) -> list[int]:
    """Those of `numbers` of a life that `ended` which have not come since.

    None had come when it ended, and its older copy gives each of them to an operation of its own:
    a number that came twice since is of both lives, which went on beside each other.
    """
    since = Counter(
        n
        for epoch, n in arrived
        if epoch is not None
        and (epoch == ended.epoch or (epoch > ended.epoch and now.is_older(epoch, n)))
    )
    return [n for n in numbers if since[n] < 2]


def is_back(
    ended: Word, numbers: Collection[int], told: Word, arrived: Iterable[tuple[int | None, int]]
) -> bool:
    """Whether `told` is a word of the life that was thought `ended`: its own operations are with
    it, so nothing is lost.

    A copy that grew as old has used its numbers for other operations on the way.
    """
    if told.epoch != ended.epoch or told.last_n < ended.last_n:
        return False
    wanted = set(numbers)
    return not any(n in wanted for epoch, n in arrived if epoch == ended.epoch)


def photos_lost(word: Word, settled_since: int, *, unsettled: int | None) -> int:
    """Photos that the phone held and that did not come since.

    `unsettled` are those that its operations name and whose bytes are not here: when every
    operation came, more than these can't be missing. None when operations are missing too.
    """
    found = max(0, word.photos - settled_since)
    return found if unsettled is None else min(found, unsettled)
