"""Communes merged and divided in the model server: feeds close, accounts follow, rows go after.

Part of the model server. Not here: who is affected on phones, and the real mover (`real_server`).
"""

from __future__ import annotations

from dataclasses import replace

from sync import outcome as outcomes
from sync.operation import Operation
from sync.outcome import Parked
from sync.record import Record
from tests.simulation import communes
from tests.simulation.communes import Act
from tests.simulation.others import Others
from tests.simulation.state import State


class Reforms(Others):
    """Where an activity lies, and how that changes."""

    def reform(self, act: Act) -> bool:
        """Carry an act out: from this commit on nothing new comes into what ended."""
        work = self.state.copy()
        for account in {account.id: account for account in self.accounts.values()}.values():
            before = self.scopes_of(account.id)
            after = tuple(dict.fromkeys(one for scope in before for one in self._heirs(act, scope)))
            if after != before:
                work.grants[account.id] = after
        work.communes |= {scope: () for scope in act.new if scope not in work.communes}
        work.communes |= dict.fromkeys(act.ended, act.new)
        self.commit(work, [])
        return True

    def _heirs(self, act: Act, scope: str) -> tuple[str, ...]:
        """What an account of `scope` works for after the act."""
        if scope not in act.old or act.kind == "rename":
            return (scope,)
        return act.new if scope in act.ended else (scope, *act.new)

    def move_some(self, limit: int) -> int | None:
        """Move at most `limit` rows out of one closed feed; None if nothing is left to move."""
        waiting = [s for s, heirs in sorted(self.state.communes.items())
                   if heirs and s not in self.state.emptied]  # fmt: skip
        if not waiting:
            return None
        old = waiting[0]
        new = communes.leads_to(self.state.communes, old)
        work = self.state.copy()
        rows = [each for _, each in sorted(work.records.items()) if each.scope == old][:limit]
        for record in rows:
            self.move(work, record, new)
        if not rows:
            work.emptied[old] = True
        self.commit(work, [])
        return len(rows)

    def move(self, work: State, record: Record, new: str) -> None:
        """One row goes to another feed at the same version; both digests are right at the end."""
        old, id = record.scope, record.id
        work.stamp(old, id, record.version, None)
        self.leave_behind(work, id, old, new)
        work.moved.pop((new, id), None)  # a row that comes back is there, not gone
        work.records[id] = replace(record, scope=new)
        work.stamp(new, id, None, record.version)

    def leave_behind(self, work: State, id: str, old: str, new: str) -> None:
        work.moved[old, id] = work.seqs[id], new

    def place(
        self, work: State, record: Record | None, operation: Operation, account: str
    ) -> str | Parked:
        """Where the activity lies already, or where a new one is to lie."""
        if record is not None:
            return record.scope
        there = communes.options(work.communes, operation.scope)
        if not there:
            return Parked(outcomes.WRONG_SCOPE)
        allowed = [each for each in there if self.may_write(work, account, each)]
        if len(there) > 1 and allowed and operation.type == "create":
            named = [{"scope": each, "name": each} for each in there]
            problem = {"field": "scope", "code": outcomes.AREA_CHOICE, "vi": "Chọn xã.",
                       "en": "Choose the commune.", "options": named}  # fmt: skip
            return Parked(outcomes.AREA_CHOICE, (problem,))
        return (allowed or there)[0]

    def means(self, work: State, operation: Operation, record: Record | None, place: str) -> bool:
        """Whether the operation means what lies in `place`, though it names another scope: one that
        stands on nothing of this life of the server names where the activity lay in another."""
        another_life = operation.base is None or operation.incarnation != self.incarnation
        return (record is not None and another_life) or self.is_same(work, operation.scope, place)

    def is_same(self, work: State, scope: str, place: str) -> bool:
        """Whether an operation that names `scope` may mean an activity that lies in `place`."""
        named = {scope, *communes.options(work.communes, scope)}
        return place in named or not named.isdisjoint(communes.options(work.communes, place))

    def may_write(self, work: State, account: str, place: str) -> bool:
        return communes.is_one_of(work.communes, place, self.scopes_of(account))

    def leaving(self, feeds: tuple[str, ...], cursors: dict[str, int]) -> dict[str, str]:
        """Feeds on their way into one of `feeds`, and where they lead: those that a phone follows,
        and those through which their rows go and in which some still are. The farthest first: what
        left a feed is read no later than what came through it."""
        led: dict[str, str] = {}
        for scope in cursors:
            way = communes.way_of(self.state.communes, scope)
            if scope in feeds or len(way) < 2 or way[-1] not in feeds:
                continue
            through = [each for each in way[1:-1] if each not in self.state.emptied]
            led |= dict.fromkeys((scope, *through), way[-1])
        return dict(sorted(led.items(), key=lambda each: -self._steps(each[0])))

    def past(self, cursors: dict[str, int], led: dict[str, str]) -> dict[str, str]:
        """Feeds between, empty by now, through which rows went that a phone is still to hear of."""
        found: dict[str, str] = {}
        for scope, to in led.items():
            if scope in cursors and not self.is_emptied(scope):
                way = communes.way_of(self.state.communes, scope)[1:-1]
                found |= {each: to for each in way if each in self.state.emptied}
        return found

    def _steps(self, scope: str) -> int:
        return len(communes.way_of(self.state.communes, scope))

    def is_emptied(self, scope: str) -> bool:
        """Whether nothing is left in a closed feed, nor in those that it leads through."""
        heirs = self.state.communes.get(scope)
        return not heirs or (scope in self.state.emptied and self.is_emptied(heirs[0]))
