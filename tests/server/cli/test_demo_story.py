"""The demo's story: the same for the same seed, valid in every kind, never ahead of today."""

from __future__ import annotations

from datetime import datetime, timedelta

from server import catalogue, clock
from server.catalogue.derive import validation
from server.cli.demo_story import Happening, Story
from tests.conftest import NOW

SCOPES = ("commune:c-00004-2025", "commune:c-00008-2025")


def tell(seed: int = 1, activities: int = 150) -> list[Happening]:
    story = Story(catalogue.kinds(), SCOPES, "province:p-01-2025", NOW, activities, seed)
    return list(story.happenings())


def test_the_seed_decides() -> None:
    assert tell(1) == tell(1)
    assert tell(1) != tell(2)
    assert len(tell(activities=7)) == 7


def test_everything_could_have_been_sent_by_a_phone() -> None:
    today = clock.today_in_vietnam(NOW)
    for happening in tell():
        assert happening.at <= NOW
        hour = happening.values.get("start_time", "00:00")
        assert datetime.fromisoformat(f"{happening.values['event_date']}T{hour}:00+07:00") <= NOW
        assert happening.photos >= 1
        photo = {"a" * 64: {"sha256": "a" * 64, "size": 1, "media_type": "image/jpeg",
                            "width": 1, "height": 1}}  # fmt: skip
        kind = catalogue.kinds()[happening.kind]
        found = validation.validate(
            kind, dict(happening.values), {"evidence": photo}, "submitted", today
        )
        assert found == [], (happening.kind, found)


def test_it_reads_like_a_province_at_work() -> None:
    told = tell()
    broadcasts = [one for one in told if one.kind == "loudspeaker_broadcast"]
    assert len(broadcasts) > len(told) / 2
    assert {one.verdict for one in told} == {"approve", "return", None}
    old = [one for one in told if one.at < NOW - timedelta(days=15)]
    assert {one.verdict for one in old} == {"approve"}


def test_one_event_of_this_week_is_told_by_two_people() -> None:
    (again,) = [one for one in tell() if one.author == len(SCOPES) and one.scope in SCOPES]
    assert (again.kind, again.verdict) == ("loudspeaker_broadcast", None)
    same = ("event_date", "start_time", "duration_min", "topics")
    (first,) = [one for one in tell() if one.author != again.author and one.scope == again.scope
                and all(one.values.get(name) == again.values[name] for name in same)]  # fmt: skip
    assert NOW - first.at < timedelta(days=7)
