"""What happened in the demo province: invented people, ordinary weeks. Pure; the seed decides.

Shaped by the figures of the field: one to three broadcasts a commune and week, a tenth of weeks
short; a booth and a hand-over now and then; a few forms of the province itself. Not here: how it
gets into the database (`demo`), how its photos look (`demo_photos`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from server.catalogue.kind import Kind
from server.clock import VIETNAM

#: Given names and surnames that are common anywhere; put together by chance they name nobody.
SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Nông", "Lý", "Vi", "Đặng", "Triệu")
MIDDLE_AND_GIVEN = (
    "Thị Lụa", "Văn Thuận", "Thị Sương", "Minh Khôi", "Thị Hiền", "Văn Páo", "Thị Mai",
    "Đức Long", "Thị Thắm", "Văn Sơn", "Thị Xuân", "Hữu Phước", "Thị Nhàn", "Quang Vinh",
)  # fmt: skip
PROGRAMMES = (
    "BHXH tự nguyện: đủ 15 năm đóng, có lương hưu",
    "Nhà nước hỗ trợ tiền đóng BHXH tự nguyện",
    "Lương hưu cho lao động tự do",
    "BHYT hộ gia đình: càng đông người, mức đóng càng giảm",
    "Vì sao không nên nhận BHXH một lần",
)
#: Week kinds beside broadcasts, and how likely one of them is for a commune in a week.
SELDOM: Mapping[str, float] = {
    "roadshow_booth": 0.12,
    "gifted_insurance_card": 0.10,
    "conference": 0.15,
    "support_contact": 0.10,
}
#: When people report what the day brought.
EVENING = time(18)
OF_THE_PROVINCE = ("portal_post", "social_post", "press_item", "question_answered", "media_product")


@dataclass(frozen=True, slots=True)
class Happening:
    """One activity of the story. `verdict` is what the province said, or None while it waits."""

    kind: str
    scope: str
    author: int
    values: Mapping[str, Any]
    at: datetime
    photos: int
    verdict: str | None


@dataclass(slots=True)
class Story:
    """Everything that happens in `scopes` before `now`; the same seed tells the same story."""

    kinds: Mapping[str, Kind]
    commune_scopes: Sequence[str]
    province_scope: str
    now: datetime
    activities: int
    seed: int = 1
    chance: random.Random = field(init=False)
    _has_returned: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - a story, not a secret

    def happenings(self) -> Iterator[Happening]:
        """From this week backwards until there are `activities` of them."""
        left = self.activities
        week = 0
        while left > 0:
            for happening in self._week(week):
                if left == 0:
                    return
                left -= 1
                yield happening
            week += 1

    def _week(self, back: int) -> Iterator[Happening]:
        for author, scope in enumerate(self.commune_scopes):
            short = self.chance.random() < 0.1
            for number in range(1 if short else self.chance.randint(2, 3)):
                broadcast = self._broadcast(scope, author, back)
                yield broadcast
                if (back, author, number) == (0, 0, 0):
                    yield self._by_another(broadcast)
            for kind, likely in SELDOM.items():
                if self.chance.random() < likely:
                    yield self._happening(kind, scope, author, {}, back)
        for kind in OF_THE_PROVINCE:
            if self.chance.random() < 0.5:
                yield self._happening(kind, self.province_scope, len(self.commune_scopes), {}, back)

    def _by_another(self, seen: Happening) -> Happening:
        """Somebody of the province was there and reported it too, in words of their own."""
        title = str(seen.values["programme_title"]).partition(":")[0]
        heard = max(1, int(seen.values["clusters_on_air"]) - 1)
        values = {**seen.values, "programme_title": title, "clusters_on_air": heard,
                  "note": "Đi cơ sở, có nghe buổi phát này."}  # fmt: skip
        return replace(seen, author=len(self.commune_scopes), values=values, photos=1, verdict=None)

    def _broadcast(self, scope: str, author: int, back: int) -> Happening:
        title = self.chance.choice(PROGRAMMES)
        total = self.chance.randint(6, 20)
        values = {
            "start_time": self.chance.choice(
                ("05:00", "05:15", "05:30", "17:00", "17:15", "17:45")
            ),
            "duration_min": self.chance.randint(3, 10),
            "clusters_on_air": self.chance.randint(total - 2, total),
            "clusters_total": total,
            "programme_title": title,
            "topics": ["bhyt_ho_gia_dinh"] if "BHYT" in title else ["bhxh_tu_nguyen"],
        }
        return self._happening("loudspeaker_broadcast", scope, author, values, back)

    def _happening(
        self, kind: str, scope: str, author: int, changes: Mapping[str, Any], back: int
    ) -> Happening:
        day = self._day(back)
        example = {k: v for k, v in self.kinds[kind].example.items() if k != "repeat_of_activity"}
        known = set(self.kinds[kind].fields)
        values = {
            **example,
            **{name: value for name, value in changes.items() if name in known},
            "event_date": day.isoformat(),
        }
        at = datetime.combine(day, EVENING, VIETNAM)
        # Old weeks are settled; of this week and the last some still wait
        settled = back > 1 or (back == 1 and self.chance.random() < 0.7)
        verdict = "approve" if settled else None
        if back == 1 and author == 0 and not self._has_returned:
            verdict = "return"  # so that the first phone has something to fix
            self._has_returned = True
        return Happening(
            kind, scope, author, values, min(at, self.now), self._photos(back), verdict
        )

    def _day(self, back: int) -> date:
        """A day of the week that lies `back` weeks ago; never one whose evening is to come, for
        nobody tells in the morning what was said over the loudspeakers at five."""
        here = self.now.astimezone(VIETNAM)
        today = here.date()
        monday = today - timedelta(days=today.weekday() + 7 * back)
        last = today if here.time() >= EVENING else today - timedelta(days=1)
        return min(monday + timedelta(days=self.chance.randint(0, 6)), last)

    def _photos(self, back: int) -> int:
        """Old weeks are content with one: drawing and checking them takes a newcomer's time."""
        return self.chance.choice((1, 2, 2)) if back <= 1 else 1
