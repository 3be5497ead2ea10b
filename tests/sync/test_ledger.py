"""The loss ledger against a model of phones that are lost, restored, cloned and carried for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from sync.ledger import Word, is_back, lost, missing, photos_lost, step, still_lost


def test_what_was_told_and_never_came_is_named() -> None:
    assert missing(5, [1, 2, 4]) == [3, 5]
    assert missing(3, [1, 2, 3, 4]) == []
    assert missing(0, []) == []


def test_never_more_than_the_phone_said_it_held() -> None:
    arrived = [(1, 1), (1, 3)]
    assert lost(Word(1, 6, operations=2), arrived) == [5, 6]
    assert lost(Word(1, 6, operations=0), arrived) == []
    assert lost(Word(1, 6), arrived) == [2, 4, 5, 6], "one that does not say"


def test_a_clones_numbers_are_not_taken_for_mine() -> None:
    arrived = [(1, n) for n in range(1, 9)] + [(2, 6)]
    # forked at 5, in epoch 2 since: 6 came, 7 did not, whatever the other phone sent as its 7
    assert lost(Word(2, 7, operations=1, starts={2: 5}), arrived) == [7]
    # and one that came in a later epoch is mine if I had it when that epoch began
    arrived = [(1, n) for n in range(1, 6)] + [(2, 6), (2, 7)]
    assert lost(Word(1, 7, operations=2, starts={2: 6}), arrived) == [7]


def test_how_words_follow_each_other() -> None:
    word = Word(2, 10)
    assert step(word, Word(2, 10)) == "on"
    assert step(word, Word(3, 10)) == "new epoch"
    for other in (Word(2, 9), Word(3, 9), Word(1, 11)):
        assert step(word, other) == "other life"


def test_photos_are_bounded_by_what_is_known_of_them() -> None:
    word = Word(1, 3, operations=0, photos=4)
    assert photos_lost(word, 1, unsettled=None) == 3
    assert photos_lost(word, 1, unsettled=2) == 2
    assert photos_lost(word, 9, unsettled=5) == 0


@dataclass
class Phone:
    """One life of a phone: what it made, what of that it holds, and its epoch."""

    epoch: int = 1
    last_n: int = 0
    held: list[int] = field(default_factory=list)
    starts: dict[int, int] = field(default_factory=dict)

    def make(self, count: int) -> None:
        self.held += range(self.last_n + 1, self.last_n + count + 1)
        self.last_n += count

    def word(self) -> Word:
        return Word(self.epoch, self.last_n, len(self.held), 0, dict(self.starts))

    def sync(self, arrived: list[tuple[int | None, int]], batch: int) -> Word:
        """Tell, and deliver some; an answer that is lost changes nothing here."""
        told = self.word()
        arrived += [(self.epoch, n) for n in self.held[:batch]]
        return told

    def hear(self, batch: int) -> None:
        self.held = self.held[batch:]

    def fork(self) -> None:
        self.epoch += 1
        self.starts[self.epoch] = self.last_n


rounds = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 5), st.sampled_from(["heard", "unheard", "fork"])),
    min_size=1, max_size=12,
)  # fmt: skip


@given(rounds, st.sets(st.integers(0, 60)))
def test_a_phone_that_is_lost_is_named_exactly(
    history: list[tuple[int, int, str]], carried: set[int]
) -> None:
    """Batches, lost answers, forks; then it is gone, and a courier brings some of what it held."""
    phone, arrived = Phone(), list[tuple[int | None, int]]()
    told = phone.word()
    for made, batch, answer in history:
        phone.make(made)
        told = phone.sync(arrived, batch)
        if answer != "unheard":
            phone.hear(batch)
        if answer == "fork":
            phone.fork()
    brought = [n for n in phone.held if n in carried]
    arrived += [(told.epoch, n) for n in brought]
    truth = [n for n in phone.held if n not in {number for _, number in arrived}]
    assert lost(told, arrived) == truth


@given(rounds)
def test_nothing_is_named_when_everything_came(history: list[tuple[int, int, str]]) -> None:
    phone, arrived = Phone(), list[tuple[int | None, int]]()
    for made, batch, answer in history:
        phone.make(made)
        phone.sync(arrived, batch)
        if answer != "unheard":
            phone.hear(batch)
        if answer == "fork":
            phone.fork()
    told = phone.sync(arrived, len(phone.held))
    assert lost(told, arrived) == []


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9), st.integers(0, 9))
def test_an_older_copy_is_told_from_the_phone_itself(
    sent: int, unsent: int, back: int, made_since: int
) -> None:
    arrived: list[tuple[int | None, int]] = [(1, n) for n in range(1, sent + 1)]
    before = Word(1, sent + unsent, unsent)
    copy = Phone(1, max(0, sent - back))
    assert step(before, copy.word()) == "other life"
    numbers = lost(before, arrived)
    assert len(numbers) == unsent
    # the copy works on: under the same numbers until it hears of the clash, then in its own epoch
    copy.make(made_since)
    batch = made_since // 2
    copy.sync(arrived, batch)
    copy.hear(batch)
    if back and sent and batch:
        copy.fork()
    copy.sync(arrived, made_since)
    now = copy.word()
    assert len(still_lost(numbers, before, now, arrived)) == unsent
    # and if it was an old request that came late, the phone itself speaks again: nothing is lost
    fresh: list[tuple[int | None, int]] = [(1, n) for n in range(1, sent + 1)]
    assert is_back(before, numbers, Word(1, sent + unsent, unsent), fresh)


def test_a_copy_that_grew_as_old_is_not_the_phone_itself() -> None:
    assert not is_back(Word(1, 5, 2), [4, 5], Word(1, 6, 1), [(1, n) for n in range(1, 6)])


def test_lives_that_went_on_beside_each_other_lost_nothing() -> None:
    ended, now = Word(1, 5, 2), Word(2, 8, 0, starts={2: 7})
    assert still_lost([4, 5], ended, now, [(1, 4), (1, 5), (2, 4), (2, 8)]) == [5]
    assert still_lost([4, 5], ended, Word(2, 8, 0, starts={2: 3}), [(1, 4), (2, 4)]) == [4, 5]


def test_what_is_lost_stays_the_same_whichever_copy_speaks() -> None:
    """Copies that live beside each other, each in an epoch of its own, take turns."""
    now, ended = Word(1, 4), Word(1, 9, 3)
    arrived: list[tuple[int | None, int]] = [(1, 7), (2, 7), (2, 9), (3, 8)]
    said = []
    for told in 3 * [Word(2, 8), Word(3, 12), Word(1, 9)]:
        now = replace(told, starts=now.began(told))
        said.append(still_lost([7, 8, 9], ended, now, arrived))
    assert now.starts == {1: 9, 2: 8, 3: 12}
    assert said[1:] == said[1:2] * 8
