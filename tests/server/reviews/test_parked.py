"""The words of what is parked; the list itself is held by `test_settling`."""

from __future__ import annotations

from server.reviews import parked
from sync import outcome

#: Reasons of an `applied` operation, and one that only ever is told with `retry`.
NOT_PARKED = {"already_so", "unsupported"}


def test_every_reason_has_words_and_what_to_do_in_both_languages() -> None:
    reasons = {
        value
        for name, value in vars(outcome).items()
        if name.isupper() and isinstance(value, str) and value not in NOT_PARKED
    }
    assert reasons <= parked.words().keys()
    for said in parked.words().values():
        for text in (said["words"], said["todo"]):
            assert text["vi"].endswith(".")
            assert text["en"].endswith(".")
            assert text.keys() == {"vi", "en"}
