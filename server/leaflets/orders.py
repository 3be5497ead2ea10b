"""Orders of print runs, as a console or a sheet of Excel gives them: read, checked, placed.

Nothing is guessed: a name that fits several communes, or one only without its diacritics' help and
another as well, is a mistake of that row with those that were perhaps meant. All mistakes are told
at once. Not here: writing runs (`runs`), reading a sheet (`workbook`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from server import problems
from server.accounts.areas import NATION_UNIT
from server.http.actor import Actor
from server.leaflets import policy
from server.places import folding, lineages, search
from server.places import queries as places
from server.places.models import Unit
from server.problems import ProblemError

COPIES_MAX = 10_000_000
DETAIL_MAX = 200
PERIOD_MAX = timedelta(days=3 * 366)
CANDIDATES_MAX = 6
_CODE = re.compile(r"\d{5}")
_LAST_DAY_BEFORE = places.REFORM - timedelta(days=1)

Trouble = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """One run as asked for. `place` is a unit's id, or what somebody wrote; `row` tells which."""

    row: int
    place: str
    copies: int
    place_detail: str
    period_from: date
    period_to: date


@dataclass(frozen=True, slots=True)
class Placed:
    """An order whose place is known."""

    order: Order
    unit: Unit | None  # None: the nation
    commune_id: str | None
    province_code: str | None


@dataclass(slots=True)
class Troubles:
    """What is wrong, row by row."""

    found: list[Trouble] = field(default_factory=list)

    def add(
        self, row: int, field: str, code: str, vi: str, en: str, candidates: Iterable[Unit] = ()
    ) -> None:
        trouble: Trouble = {"row": row, "field": field, "code": code, "vi": vi, "en": en}
        if shown := [{"id": one.id, "full_name": one.full_name} for one in candidates]:
            trouble["candidates"] = shown[:CANDIDATES_MAX]
        self.found.append(trouble)

    def raise_any(self) -> None:
        """Raise `runs-invalid` if anything is wrong."""
        if self.found:
            raise ProblemError(problems.RUNS_INVALID, problems=self.found)


def place(
    session: Session, actor: Actor, orders: Sequence[Order], today: date, troubles: Troubles,
    province_code: str | None = None,
) -> list[Placed]:  # fmt: skip
    """The orders with their places; what is wrong goes to `troubles`.

    Names are looked for in `province_code`, or in the provinces in which `actor` works.
    """
    atlas = _Atlas(session, actor, today, province_code)
    made = []
    for order in orders:
        _check(order, troubles)
        found = atlas.find(order, troubles)
        if found is None:
            continue
        if not policy.may_at(actor, "leaflet.write", found.province_code, found.commune_id):
            troubles.add(order.row, "place", "outside", "Địa bàn này ngoài phạm vi của anh/chị.",
                         "This place is outside your area.")  # fmt: skip
            continue
        made.append(found)
    return made


def _check(order: Order, troubles: Troubles) -> None:
    if not 1 <= order.copies <= COPIES_MAX:
        troubles.add(order.row, "copies", "range", "Số bản phải từ 1 đến 10.000.000.",
                     "Copies must be 1 to 10,000,000.")  # fmt: skip
    if len(order.place_detail) > DETAIL_MAX:
        troubles.add(order.row, "place_detail", "length", f"Nơi phát tối đa {DETAIL_MAX} chữ.",
                     f"At most {DETAIL_MAX} characters.")  # fmt: skip
    if order.period_to < order.period_from:
        troubles.add(order.row, "period_to", "order", "Ngày cuối trước ngày đầu.",
                     "The period ends before it begins.")  # fmt: skip
    elif order.period_to - order.period_from > PERIOD_MAX:
        troubles.add(order.row, "period_to", "range", "Thời gian tối đa 3 năm.",
                     "A period lasts three years at most.")  # fmt: skip


class _Atlas:
    """Places by id, code and name; a province's communes are read once."""

    def __init__(
        self, session: Session, actor: Actor, today: date, province_code: str | None
    ) -> None:
        self._session, self._today = session, today
        self._provinces = [province_code] if province_code else self._provinces_of(actor)
        self._by_code: dict[str, Unit] | None = None
        self._by_name: dict[str, list[Unit]] = {}
        self._lineages: dict[str, str] = {}

    def find(self, order: Order, troubles: Troubles) -> Placed | None:
        text = order.place.strip()
        if text == NATION_UNIT:
            return Placed(order, None, None, None)
        if re.fullmatch(r"[cpo]-[0-9a-z-]{1,40}", text):
            return self._by_id(order, text, troubles)
        self._load()
        assert self._by_code is not None
        if _CODE.fullmatch(text):
            unit = self._by_code.get(text)
            if unit is None:
                troubles.add(order.row, "place", "unknown", f"Không có xã mang mã {text} ở đây.",
                             f"No commune of code {text} here.")  # fmt: skip
            return self._placed(order, unit)
        return self._placed(order, self._named(order, text, troubles))

    def _by_id(self, order: Order, unit_id: str, troubles: Troubles) -> Placed | None:
        live = lineages.live(self._session, [unit_id])[unit_id]
        if len(live) == 1 and live[0].last.level in ("commune", "province"):
            unit = live[0].last
            level = unit.level
            now = places.version_on(self._session, level, unit.code, self._today) or unit
            commune = live[0].id if level == "commune" else None
            return Placed(order, now, commune, live[0].province_code)
        troubles.add(
            order.row, "place", "divided" if live else "unknown",
            "Xã này đã chia; chọn một trong các xã mới." if live else "Không có địa bàn này.",
            "This commune was divided; choose one of the new." if live else "No such place.",
            [one.last for one in live],
        )  # fmt: skip
        return None

    def _placed(self, order: Order, unit: Unit | None) -> Placed | None:
        if unit is None:
            return None
        return Placed(order, unit, self._lineages[unit.id], unit.province_code)

    def _named(self, order: Order, text: str, troubles: Troubles) -> Unit | None:
        """The one commune that bears the name, its diacritics and its type where they are given."""
        fits = self._bearing(text)
        if len(fits) == 1:
            return fits[0]
        name = text[:60]
        if fits:
            troubles.add(order.row, "place", "ambiguous",
                         f"«{name}» có thể là nhiều xã; ghi đủ dấu và loại, hoặc ghi mã xã.",
                         f"{name!r} may be several communes; write it in full, or its code.",
                         fits)  # fmt: skip
        else:
            troubles.add(order.row, "place", "unknown", f"Không tìm thấy xã «{name}».",
                         f"No commune called {name!r}.", self._meant(text))  # fmt: skip
        return None

    def _bearing(self, text: str) -> list[Unit]:
        own, _, above = text.partition(",")
        name, type = folding.without_type(own)
        named = {one.id: one for each in (own, name)
                 for one in self._by_name.get(folding.fold(each), [])}  # fmt: skip
        fits = list(named.values())
        if wanted := folding.fold(folding.without_type(above.strip())[0]):
            codes = self._codes_named(folding.long_form(wanted))
            fits = [one for one in fits if one.province_code in codes]
        keys = {folding.accent_key(own), folding.accent_key(name)}
        exact = [one for one in fits if folding.accent_key(one.name) in keys]
        if _has_marks(name):
            fits = exact  # with diacritics, another name is another commune
        if type is not None and (typed := [one for one in fits if one.type == type]):
            fits = typed
        return fits

    def _meant(self, text: str) -> list[Unit]:
        """What an old or misspelt name was perhaps meant for; to be shown, never to be taken."""
        before = search.search(self._session, text, "commune", _LAST_DAY_BEFORE, CANDIDATES_MAX)
        heirs = lineages.live(self._session, [one.id for one in before])
        found = {each.id: each.last for live in heirs.values() for each in live}
        near = search.search(self._session, text, "commune", self._today, CANDIDATES_MAX)
        near += [unit for unit in found.values() if unit not in near]
        near += self._by_name.get(folding.fold(folding.without_type(text)[0]), [])
        unique = {unit.id: unit for unit in near}.values()
        wanted = set(self._provinces)
        return [one for one in unique if not wanted or one.province_code in wanted]

    def _load(self) -> None:
        if self._by_code is not None:
            return
        if self._provinces:
            units = []
            for code in self._provinces:
                units += places.communes_of_province(self._session, code, self._today)
        else:
            units = places.units_of_level(self._session, "commune", self._today)
        self._by_code = {unit.code: unit for unit in units}
        for unit in units:
            self._by_name.setdefault(folding.fold(unit.name), []).append(unit)
        self._lineages = lineages.ids_of(self._session, units)

    def _codes_named(self, folded: str) -> set[str]:
        provinces = places.units_of_level(self._session, "province", self._today)
        return {one.code for one in provinces if folding.fold(one.name) == folded}

    def _provinces_of(self, actor: Actor) -> list[str]:
        if actor.area.nation:
            return []
        found = set(actor.area.province_codes)
        units = places.units(self._session, actor.area.commune_ids)
        return sorted(found | {u.province_code for u in units.values() if u.province_code})


def _has_marks(text: str) -> bool:
    """Whether a name was written with diacritics."""
    return folding.accent_key(text) != folding.fold(text)
