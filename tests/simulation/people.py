"""What people do with their phones: mostly sensible, now and then what no program expects.

They work on few activities, so that they get in each other's way. Everything is drawn from the
world's one source of chance.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

from sync.envelope import may_join
from sync.limits import OPERATION_BYTES_MAX
from sync.outbox import Pending
from sync.replica import Replica
from tests.simulation.rules import BUG_TITLE, ELSEWHERE, KIND
from tests.simulation.state import Wire

#: Weights of what a person does next.
HABITS: dict[str, int] = {
    "create": 14, "edit": 30, "submit": 22, "withdraw": 5, "photo": 10, "line": 10,
    "unknown_field": 4, "invalid": 4, "crossing": 4, "server_owned": 2, "malformed": 2,
    "unknown_kind": 1, "bug": 2, "no_permission": 2, "nothing_new": 2, "resend": 14, "decide": 8,
    "poison": 3,
}  # fmt: skip
#: What no form sends and a phone gone mad does: taken or kept aside, never in the way.
POISON: tuple[tuple[str, Any], ...] = (
    ("title", ["w1"]), ("title", True), ("title", "a\x00b"), ("title", "\u202ew1"),
    ("title", "w" * 20_000), ("count", "12"), ("count", 2**40), ("count", 1.5), ("lat", -1),
    ("note", 7), ("", "w1"), ("__proto__", "w1"), ("scope", "w1"), ("n" * 200, "w1"),
    ("title", "w" * OPERATION_BYTES_MAX), ("note", "w" * OPERATION_BYTES_MAX),
)  # fmt: skip
_NAMES, _WEIGHTS = tuple(HABITS), tuple(HABITS.values())


class Person:
    """Uses one phone after another: acts on what the phone shows."""

    def __init__(self, chance: random.Random, name: Callable[[], str]) -> None:
        self.chance = chance
        self.name = name

    decides = True
    app = 2
    wall = "2026-11-22T00:00:00Z"
    room = True

    def act(self, phone: Replica, app: int, wall: str, room: bool) -> tuple[str, Wire]:
        """Do one thing; returns what, and the operation saved.

        `app` is the version of the app, `wall` what the phone's clock says; without `room` a photo
        is refused and the record is saved all the same.
        """
        self.app, self.wall, self.room = app, wall, room
        habit = self.chance.choices(_NAMES, _WEIGHTS)[0]
        if habit == "decide":
            open_ones = self._open_conflicts(phone) if self.decides else []
            if open_ones:
                return habit, self._decide(phone, *self.chance.choice(open_ones))
            habit = "edit"
        if habit == "resend":
            if phone.parked:
                return habit, self._resend(phone)
            habit = "edit"
        known = self._latest(phone)
        if habit in ("create", "unknown_kind", "no_permission") or not known:
            return habit, self._create(phone, habit)
        activity = self.chance.choice(known)
        return habit, self._change(phone, activity, habit)

    def _resend(self, phone: Replica) -> Wire:
        """Edit and resend the first parked operation, and with it what the same form holds; what
        was wrong with it is put right."""
        id = next(iter(phone.parked))
        also = [each for each, kept in phone.parked.items()
                if each != id and may_join(phone.parked[id].wire, kept.wire)]  # fmt: skip
        wrong = {name for each in (id, *also) for name in phone.parked[each].wire["set"]}
        choices = [option["scope"] for problem in phone.parked[id].outcome.get("problems") or ()
                   for option in problem.get("options", ())]  # fmt: skip
        scope = self.chance.choice(choices) if choices else None
        right: Wire = {"count": 1} if "count" in wrong else {}
        titles = [phone.parked[each].wire["set"].get("title") for each in (id, *also)]
        right |= {"title": self._word()} if BUG_TITLE in titles else {}
        return phone.resend(id, self.name(), right, scope, also)

    def _open_conflicts(self, phone: Replica) -> list[tuple[str, Wire]]:
        rows = [(id, phone.shadow_row(id)) for id in phone.activities()]
        return [(id, each) for id, row in rows if row is not None for each in row["conflicts"]]

    def _decide(self, phone: Replica, activity: str, conflict: Wire) -> Wire:
        """Answer a conflict that the phone shows, whether or not it is one's own to decide."""
        choice = self.chance.choice(["current", "proposed", "values"])
        values = conflict["fields"] if "fields" in conflict else conflict["values"]
        fields = [value["field"] for value in values if value["field"] == "title"]
        if choice == "values" and not fields:
            choice = "proposed"
        named = {"conflict": conflict["operation"], "choice": choice}
        set = {"title": self._word()} if choice == "values" else {}
        return phone.save(
            "resolve", self.name(), activity, set=set, captured=self._captured(phone), resolve=named
        )

    def _latest(self, phone: Replica) -> list[str]:
        """A few activities, so that people get in each other's way."""
        # Who sees that something is kept aside mostly leaves it until it is decided.
        aside = {kept.wire["activity"] for kept in phone.parked.values()}
        left = aside if self.chance.random() < 0.8 else ()
        fit = (id for id in reversed(phone.activities()) if id not in left and self._fit(phone, id))
        return list(itertools.islice(fit, 4))[::-1]

    def _fit(self, phone: Replica, activity: str) -> bool:
        seen = phone.view(activity)
        return seen is not None and seen["kind"] == KIND

    def _create(self, phone: Replica, habit: str) -> Wire:
        own = [scope for scope in phone.scopes if scope.startswith("commune:")]
        # Who has no commune any more writes down where they are all the same.
        scope = self.chance.choice(own or [ELSEWHERE])
        if habit == "no_permission":
            scope = ELSEWHERE
        return phone.save(
            "create",
            self.name(),
            self.name(),
            scope=scope,
            kind="hologram" if habit == "unknown_kind" else KIND,
            kind_version=self.app,
            set={"event_date": "2026-11-20", **self._values()},
            add={"evidence": [self._photo()]} if self.room and self.chance.random() < 0.8 else {},
            captured=self._captured(phone),
        )

    def _change(self, phone: Replica, activity: str, habit: str) -> Wire:
        type, changes = self._wish(phone, activity, habit)
        wire = phone.save(type, self.name(), activity, captured=self._captured(phone), **changes)
        if habit == "malformed":
            # A phone gone mad: the envelope itself is broken, its id can still be read.
            wire = {**wire, "kind_version": "three"}
            phone.outbox[-1] = Pending(wire)
        return wire

    def _wish(self, phone: Replica, activity: str, habit: str) -> tuple[str, dict[str, Any]]:
        """The type of the operation, and the arguments of `save` that go with it."""
        seen = phone.view(activity)
        assert seen is not None
        chance = self.chance
        if habit == "submit":
            return "submit", {"set": {"title": self._word()} if chance.random() < 0.6 else {}}
        if habit == "withdraw":
            return "withdraw", {}
        if habit == "photo":
            photos = [element["sha256"] for element in seen["evidence"]]
            if photos and chance.random() < 0.4:
                return "edit", {"remove": {"evidence": [chance.choice(photos)]}}
            if not self.room:
                return "edit", {"set": {"title": self._word()}}
            return "edit", {"add": {"evidence": [self._photo()]}}
        if habit == "line":
            return "edit", self._line(seen)
        if habit == "nothing_new":
            return "edit", {"set": {"title": seen["fields"].get("title")}}
        return "edit", {"set": self._patch(habit)}

    def _patch(self, habit: str) -> Wire:
        chance = self.chance
        match habit:
            case "unknown_field":
                return {"mood": self._word()}
            case "invalid":
                return {"count": 999}
            case "crossing":
                return {chance.choice(["count", "limit"]): chance.randint(0, 20)}
            case "server_owned":
                return {"status": "approved"}
            case "poison":
                return dict([chance.choice(POISON)])
            case "bug":
                return {"title": BUG_TITLE}
        values = self._values()
        names = chance.sample(sorted(values), min(len(values), chance.randint(1, 2)))
        return {name: values[name] for name in names}

    def _line(self, seen: Any) -> dict[str, Any]:
        lines = seen["sets"].get("lines", [])
        kind = self.chance.random()
        if lines and kind < 0.25:
            return {"remove": {"lines": [self.chance.choice(lines)["id"]]}}
        id = self.chance.choice(lines)["id"] if lines and kind < 0.7 else self._word()
        return {"add": {"lines": [{"id": id, "text": self._word()}]}}

    def _values(self) -> Wire:
        chance = self.chance
        values: Wire = {"title": self._word()}
        if self.app > 1:
            values["note"] = None if chance.random() < 0.2 else self._word()
        if self.app > 2:
            values["mood"] = self._word()
        if chance.random() < 0.3:
            values["lat"] = chance.randint(800, 2300)
        if chance.random() < 0.3:
            values["lon"] = chance.randint(10200, 10900)
        return values

    def _photo(self) -> Wire:
        sha256 = f"{self.chance.randrange(2):064x}"  # few, so that two reports show the same
        return {"sha256": sha256, "size": 9, "media_type": "image/jpeg", "width": 4, "height": 3}

    def _captured(self, phone: Replica) -> Wire:
        return {"device": phone.device, "wall": self.wall}

    def _word(self) -> str:
        return f"w{self.chance.randrange(6)}"
