"""Ids of the server."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from server.database.ids import new_id

NOW = datetime(2026, 11, 20, 3, 0, 0, 123000, tzinfo=UTC)


def test_id_is_a_uuid_of_version_7() -> None:
    found = uuid.UUID(new_id(NOW))
    assert found.version == 7
    assert found.variant == uuid.RFC_4122
    assert found.int >> 80 == int(NOW.timestamp() * 1000)


def test_later_ids_sort_later_and_none_comes_twice() -> None:
    later = [new_id(NOW + timedelta(milliseconds=step)) for step in range(500)]
    assert later == sorted(later)
    assert len({new_id(NOW) for _ in range(500)}) == 500
