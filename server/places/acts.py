"""Acts that merge, divide or rename units on a running system: read from YAML, and worked out.

    basis: 12/NQ-UBTVQH17 (2027-01-15)
    date: 2027-03-01
    changes:
      - merge: [c-00004-2025, c-00008-2025]
        into: {code: "00004", name: Ba Đình, type: phường}
      - split: c-00025-2025
        into: [{code: "99990", name: Giảng Võ, type: phường}, {code: "99991", …}]
        heir: "99990"
      - rename: c-00070-2025
        name: Hoàn Kiếm

A new unit that takes the code of one that it is made from goes on with that one's lineage and
feed; any other code begins a lineage. What is here only reads; `recording` writes. Not here:
boundaries that shift between two communes which both stay (no row can be told apart by them), and
mergers of provinces.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from server.catalogue.reader import CatalogueError, Reader, parse_yaml
from server.places import folding, lineages, queries
from server.places.lineages import Lineage
from server.places.models import Level, Unit

_TYPES: Mapping[str, tuple[str, ...]] = {
    "commune": ("xã", "phường", "đặc khu"),
    "province": ("tỉnh", "thành phố"),
}
_CODE = re.compile(r"\d{5}")
NAME_MAX = 80


#: Every commune below would get a new version, every report in them another province.
_NO_PROVINCES = (
    "lệnh này chỉ sáp nhập, chia xã; tỉnh thì chỉ đổi được tên và loại. Sáp nhập, chia tỉnh cần "
    "một bản phát hành mới của Loa; đến khi đó báo cáo vẫn được nhận và tính theo tỉnh hiện nay, "
    "và không có gì bị mất"
)


class ActError(ValueError):
    """An act that can't be: says which change, and why, in Vietnamese."""


@dataclass(slots=True)
class Effects:
    """What an act does. `closes`: version -> its last day; `opens`, `links`: rows of the tables.

    `heirs`: lineage -> all lineages that take its place for accounts and offices, the first being
    the one to which its activities go. `ended` are those lineages whose feed closes.
    """

    closes: dict[str, date] = field(default_factory=dict)
    opens: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    heirs: dict[str, list[str]] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the act's row; days as text."""
        return {
            "closes": {unit_id: day.isoformat() for unit_id, day in self.closes.items()},
            "heirs": self.heirs,
            "ended": self.ended,
        }


@dataclass(frozen=True, slots=True)
class Act:
    """An act as its file has it. `id` is the hash of what it says."""

    id: str
    date: date
    basis: str | None
    changes: tuple[Mapping[str, Any], ...]


def read_act(text: str, where: str) -> Act:
    """The act in a YAML text. Raises ActError with the place of the fault."""
    try:
        reader = Reader(parse_yaml(text, where), where)
        day = reader.take("date", str)
        basis = reader.take("basis", (str, type(None)), None)
        changes = reader.take("changes", list)
        reader.done()
    except CatalogueError as error:
        raise ActError(str(error)) from error
    if not changes or not all(isinstance(each, dict) for each in changes):
        raise ActError(f"{where}: changes là một danh sách có ít nhất một thay đổi.")
    try:
        at = date.fromisoformat(day)
    except ValueError as error:
        raise ActError(f"{where}: date phải là ngày, ví dụ 2027-03-01.") from error
    said = json.dumps([day, basis, changes], sort_keys=True, ensure_ascii=False)
    return Act(hashlib.sha256(said.encode()).hexdigest(), at, basis, tuple(changes))


def work_out(session: Session, act: Act) -> Effects:
    """What the act does to the country as it stands. Raises ActError; writes nothing."""
    effects = Effects()
    for number, change in enumerate(act.changes, 1):
        worker = _Worker(session, act, effects, f"Thay đổi {number}")
        try:
            worker.apply(Reader(change, worker.where))
        except CatalogueError as error:
            raise ActError(str(error)) from error
    return effects


class _Worker:
    """Works out one change into `effects`."""

    def __init__(self, session: Session, act: Act, effects: Effects, where: str) -> None:
        self.session = session
        self.act = act
        self.effects = effects
        self.where = where

    def apply(self, reader: Reader) -> None:
        merged = reader.take("merge", list, None)
        divided = reader.take("split", str, None)
        renamed = reader.take("rename", str, None)
        if [merged, divided, renamed].count(None) != 2:
            raise self.error("cần đúng một trong: merge, split, rename")
        if merged is not None:
            into = reader.take("into", dict)
            reader.done()
            self.merge(merged, into)
        elif divided is not None:
            into, heir = reader.take("into", list), reader.take("heir", (str, int), None)
            reader.done()
            self.split(divided, into, None if heir is None else str(heir))
        else:
            name, kind = reader.take("name", str, None), reader.take("type", str, None)
            reader.done()
            self.rename(renamed, name, kind)

    def merge(self, unit_ids: list[Any], into: Mapping[str, Any]) -> None:
        old = [self.lineage(each, "commune") for each in unit_ids]
        if len({each.id for each in old}) < 2:
            raise self.error("cần ít nhất hai đơn vị khác nhau để sáp nhập")
        new_id, lineage = self.open(into, old)
        for each in old:
            self.close(each, new_id, "merge", partial=False)
            if each.id != lineage:
                self.end(each.id, [lineage])

    def split(self, unit_id: str, into: list[Any], heir: str | None) -> None:
        old = self.lineage(unit_id, "commune")
        if len(into) < 2 or not all(isinstance(each, dict) for each in into):
            raise self.error("into là một danh sách có ít nhất hai đơn vị mới")
        codes = [str(each.get("code")) for each in into]
        goes_on = old.last.code in codes
        heir = heir or (old.last.code if goes_on else None)
        if heir not in codes or (goes_on and heir != old.last.code):
            raise self.error("heir phải là mã của đơn vị mới nhận các hoạt động đã có")
        parts: dict[str, str] = {}
        for code, each in zip(codes, into, strict=True):
            new_id, parts[code] = self.open(each, [old])
            self.close(old, new_id, "split", partial=True)
        heirs = [parts[heir], *(parts[code] for code in codes if code != heir)]
        if goes_on:
            self.effects.heirs[old.id] = heirs
        else:
            self.end(old.id, heirs)

    def rename(self, unit_id: str, name: str | None, kind: str | None) -> None:
        level: Level = "province" if unit_id.startswith("p-") else "commune"
        old = self.lineage(unit_id, level)
        if (name or old.last.name, kind or old.last.type) == (old.last.name, old.last.type):
            raise self.error(f"{unit_id} đã có tên và loại như vậy")
        into = {"code": old.last.code, "name": name or old.last.name, "type": kind or old.last.type}
        new_id, _ = self.open(into, [old])
        word = "rename" if name and name != old.last.name else "retype"
        self.close(old, new_id, word, partial=False)

    def lineage(self, unit_id: object, level: Level) -> Lineage:
        """The lineage that is in force on the day before the act."""
        if level == "commune" and str(unit_id).startswith("p-"):
            raise self.error(_NO_PROVINCES)
        found = lineages.live(self.session, [str(unit_id)])[str(unit_id)]
        if len(found) != 1 or found[0].last.level != level or str(unit_id).endswith("-old"):
            raise self.error(f"không có đơn vị {unit_id} đang hoạt động")
        last = found[0].last
        if last.valid_to is not None or last.id in self.effects.closes:
            raise self.error(f"{unit_id} đã có thay đổi khác")
        if last.valid_from is not None and last.valid_from >= self.act.date:
            raise self.error(f"{unit_id} mới có từ {last.valid_from.isoformat()}")
        return found[0]

    def open(self, raw: Mapping[str, Any], made_from: list[Lineage]) -> tuple[str, str]:
        """A new version made from others: its id and that of its lineage."""
        reader = Reader(raw, self.where)
        code = str(reader.take("code", (str, int)))
        name, kind = reader.take("name", str).strip(), reader.take("type", str)
        province = reader.take("province", (str, int), None)
        reader.done()
        level = made_from[0].last.level
        same = next((each for each in made_from if each.last.code == code), None)
        if same is None and not (level == "commune" and _CODE.fullmatch(code)):
            raise self.error(f"mã {code} không hợp lệ")
        if not 0 < len(name) <= NAME_MAX or kind not in _TYPES[level]:
            raise self.error(f"tên hoặc loại của đơn vị {code} không hợp lệ")
        known = queries.versions(self.session, level, code)
        taken = {each.id for each in known} | {row["id"] for row in self.effects.opens}
        if same is None and (
            any(each.valid_from is not None for each in known)
            or any(row["code"] == code for row in self.effects.opens)
        ):
            raise self.error(f"mã {code} đã thuộc về một đơn vị khác")
        new_id = _free_id(f"{level[0]}-{code}-{self.act.date.year}", taken)
        parent, province_code = self.parent(
            level, None if province is None else str(province), made_from
        )
        self.effects.opens.append(
            {
                "id": new_id, "level": level, "code": code, "name": name, "type": kind,
                "full_name": f"{kind[0].upper()}{kind[1:]} {name}", "parent_id": parent,
                "province_code": code if level == "province" else province_code,
                "valid_from": self.act.date, "valid_to": None, "basis": self.act.basis,
                "lat": same.last.lat if same else None, "lon": same.last.lon if same else None,
                "note": None, "search_name": folding.fold(name),
            }
        )  # fmt: skip
        return new_id, same.id if same else new_id

    def parent(
        self, level: str, province: str | None, made_from: Iterable[Lineage]
    ) -> tuple[str | None, str | None]:
        if level == "province":
            return None, None
        codes = {each.province_code for each in made_from}
        code = province or (codes.pop() if len(codes) == 1 else None)
        if code is None:
            raise self.error("các đơn vị thuộc nhiều tỉnh: cần province (mã tỉnh)")
        above = queries.version_on(self.session, "province", code, self.act.date)
        if above is None:
            raise self.error(f"không có tỉnh mã {code}")
        return above.id, code

    def close(self, old: Lineage, new_id: str, kind: str, *, partial: bool) -> None:
        last: Unit = old.last
        self.effects.closes[last.id] = self.act.date - timedelta(days=1)
        self.effects.links.append(
            {"from_id": last.id, "to_id": new_id, "date": self.act.date, "kind": kind,
             "partial": partial, "basis": self.act.basis}
        )  # fmt: skip

    def end(self, lineage_id: str, heirs: list[str]) -> None:
        self.effects.ended.append(lineage_id)
        self.effects.heirs[lineage_id] = heirs

    def error(self, what: str) -> ActError:
        return ActError(f"{self.where}: {what}.")


def _free_id(wanted: str, taken: set[str]) -> str:
    """The id, with a letter behind the year for a second version in one year."""
    letters = ("", *"bcdefghijklmnopqrstuvwxyz")
    return next(f"{wanted}{letter}" for letter in letters if f"{wanted}{letter}" not in taken)
