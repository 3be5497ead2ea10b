"""One phone under observation: what its person does, what goes out, what comes, what it shows.

Not here: the scripts (`outbox_vectors`).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

from sync.outbox import Pending
from sync.replica import Replica
from tests.simulation.rules import KIND, policy_of
from tests.simulation.server import Account, ModelServer, Watch
from tests.sync.vectors import SCOPE, id_of

#: The activities that are looked at.
A, B = id_of(0xA), id_of(0xB)
#: What of an envelope is compared.
COMPARED = ("id", "activity", "type", "base", "incarnation", "set", "was", "add", "remove",
            "after", "n", "instead", "also")  # fmt: skip
#: Of those, what an envelope need not have.
NONE: dict[str, Any] = {"instead": None, "also": []}

Wire = dict[str, Any]


class Recorder:
    """One phone under observation, one other phone, one server."""

    def __init__(self) -> None:
        ids, others, lives = (itertools.count(start) for start in (1, 0x100, 1))
        self.seconds = 0.0
        self.mint: Callable[[], str] = lambda: id_of(next(ids))
        self.mint_other: Callable[[], str] = lambda: id_of(next(others))
        person = Account("an", (SCOPE,))
        self.server = ModelServer(
            {"phone": person, "other": person}, lambda: self.seconds,
            lambda: f"life-{next(lives)}", Watch(lambda *_: None, lambda *_: None),
        )  # fmt: skip
        # These phones follow one feed; they are not to be told of others.
        self.server.grants = lambda *_: {"added": [], "dropped": [], "moved": {}}  # type: ignore[method-assign]
        self.phone = Replica("phone", [SCOPE], policy_of, self.mint)
        self.other = Replica("other", [SCOPE], policy_of, self.mint_other)
        self.steps: list[Wire] = []
        self.unsure: set[str] = set()

    # ---- what the person does

    def report(self, activity: str, **values: Any) -> None:
        self._create(activity, values)
        self._record("report", activity=activity, set=values)

    def change(
        self, activity: str, add: list[Wire] | None = None, remove: list[str] | None = None,
        **values: Any,
    ) -> None:  # fmt: skip
        self._edit(activity, values, add, remove)
        self._record("change", activity=activity, set=values, add=add or [], remove=remove or [])

    def withdraw(self, activity: str) -> None:
        self.phone.save("withdraw", self.mint(), activity)
        self._record("withdraw", activity=activity)

    def correct(self, activity: str, **values: Any) -> None:
        """Edit what was parked and send it anew, by one form."""
        parked = [kept.wire for kept in self.phone.parked.values()
                  if kept.wire["activity"] == activity]  # fmt: skip
        together: Wire = {}
        photos: list[Wire] = []
        for wire in parked:
            del self.phone.parked[wire["id"]]
            together |= wire["set"]
            photos += wire["add"].get("evidence", ())
        before = len(self.phone.outbox)
        if any(wire["type"] == "create" for wire in parked):
            self._create(activity, together | values)
        else:
            self._edit(activity, together | values, photos)
        self._name_the_parked(before, {wire["id"]: wire["type"] for wire in parked})
        self._record("correct", activity=activity, set=values)

    def _name_the_parked(self, before: int, left: dict[str, str]) -> None:
        """Each operation says for which one of its type it comes, the last one of all others too;
        `left`: type by id."""
        made = self.phone.outbox[before:]
        for place, pending in enumerate(made):
            old = next((id for id, type in left.items() if type == pending.wire["type"]), None)
            names: Wire = {} if old is None else {"instead": old}
            left = {id: type for id, type in left.items() if id != old}
            if left and place == len(made) - 1:
                names["also"] = list(left)
            self.phone.outbox[before + place] = Pending({**pending.wire, **names})

    def _create(self, activity: str, values: Wire) -> None:
        self.phone.save("create", self.mint(), activity, scope=SCOPE, kind=KIND, kind_version=1,
                        set=values)  # fmt: skip
        self.phone.save("submit", self.mint(), activity)

    def _edit(
        self, activity: str, values: Wire, add: list[Wire] | None = None,
        remove: list[str] | None = None,
    ) -> None:  # fmt: skip
        seen = self.phone.view(activity)
        assert seen is not None
        status = seen["status"]
        self.phone.save(
            "edit", self.mint(), activity, set=values,
            add={"evidence": add} if add else None, remove={"evidence": remove} if remove else None,
        )  # fmt: skip
        if status in ("draft", "returned"):
            self.phone.save("submit", self.mint(), activity)

    # ---- a network passes

    def sync(self, *, lost: bool = False, rows: int = 500) -> None:
        """One trip; `lost`: the server did it and the answer never came."""
        self.seconds += 1
        request = self.phone.make_request()
        answer = self._dated(self.server.sync({**request, "max_rows": rows}))
        if not lost:
            self.phone.take_answer(request, answer)
        told = [{name: (NONE | wire)[name] for name in COMPARED} for wire in request["operations"]]
        self._record(
            "sync", incarnation=request["incarnation"], cursors=request["cursors"],
            epoch=request["epoch"], operations=told, answer=None if lost else answer,
        )  # fmt: skip

    def sync_other(self) -> None:
        self.seconds += 1
        for _ in range(2):
            request = self.other.make_request()
            self.other.take_answer(request, self._dated(self.server.sync(request)))

    def change_by_other(self, activity: str, **values: Any) -> None:
        self.sync_other()
        self.other.save("edit", self.mint_other(), activity, set=values)
        self.sync_other()

    def report_by_other(self, activity: str, **values: Any) -> None:
        self.other.save("create", self.mint_other(), activity, scope=SCOPE, kind=KIND,
                        kind_version=1, set=values)  # fmt: skip
        self.sync_other()

    def decide(self, activity: str, decision: str) -> None:
        version = self.server.state.records[activity].version
        assert self.server.review(activity, version, decision)

    def back_up(self) -> None:
        """A backup that was verified; phones hear of it with their next answer."""
        self.seconds += 1
        self.server.back_up()
        self.server.verify_backup()

    # ---- the recording

    def _dated(self, answer: Wire) -> Wire:
        """The model's seconds as moments that both sides read."""
        answer = json.loads(json.dumps(answer))
        for name in ("server_time", "durable_through"):
            if answer[name] is not None:
                whole, _, thousandths = answer[name].partition(".")
                minutes, seconds = divmod(int(whole), 60)
                answer[name] = f"2026-11-20T10:{minutes:02}:{seconds:02}.{thousandths}Z"
        return answer

    def _record(self, do: str, **step: Any) -> None:
        phone = self.phone
        waiting: dict[str, int] = {}
        for pending in phone.outbox:
            activity = pending.wire["activity"]
            waiting[activity] = waiting.get(activity, 0) + 1
        self.unsure |= set(phone.parked)
        self.unsure &= {*phone.parked, *(pending.wire["id"] for pending in phone.outbox)}
        self.steps.append(json.loads(json.dumps({
            "do": do, **step,
            "waiting": waiting,
            "parked": {kept.wire["activity"]: kept.outcome["reason"]
                       for kept in reversed(phone.parked.values())},
            "view": {id: self._shown(id) for id in (A, B) if not self._is_unsure(id)},
        })))  # fmt: skip

    def _is_unsure(self, activity: str) -> bool:
        """Something of it is parked, or was and is offered again: the field app goes on showing
        the person's values then, which the replica has no use for."""
        wires = [kept.wire for kept in self.phone.parked.values()]
        wires += [pending.wire for pending in self.phone.outbox]
        return any(wire["id"] in self.unsure and wire["activity"] == activity for wire in wires)

    def _shown(self, activity: str) -> Wire | None:
        seen, row = self.phone.view(activity), self.phone.shadow_row(activity)
        if seen is None:
            return None
        return {
            "status": seen["status"],
            "version": None if row is None else row["version"],
            "fields": seen["fields"],
            "evidence": [photo["sha256"] for photo in seen["evidence"]],
        }
