from __future__ import annotations

import pytest

from sync.fields import MergePolicy


def test_a_field_alone_is_a_group_of_one() -> None:
    policy = MergePolicy((("lat", "lon"),), {}, frozenset())
    assert policy.group_of("lon") == ("lat", "lon")
    assert policy.group_of("title") == ("title",)


def test_a_field_stands_in_one_group_only() -> None:
    with pytest.raises(AssertionError):
        MergePolicy((("lat", "lon"), ("lon", "alt")), {}, frozenset())
