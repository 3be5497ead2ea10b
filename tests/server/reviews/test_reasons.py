"""The ready reasons."""

from __future__ import annotations

from server.reviews.reasons import reasons
from server.reviews.remarks import check_remarks


def test_each_reason_is_whole_and_would_do_as_a_remark() -> None:
    found = reasons()
    assert len({each["id"] for each in found}) == len(found) >= 4
    for each in found:
        assert set(each["label"]) == set(each["text"]) == {"vi", "en"}
        assert len(each["label"]["vi"]) <= 16  # it stands on a button
        assert check_remarks("return", [{"text": each["text"]["vi"]}], (), ()) == []
