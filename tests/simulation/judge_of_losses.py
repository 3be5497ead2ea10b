"""I3: what a phone told of and took with it is named to its author, and no phone that is well is
said to have lost anything.

Only of phones that had one life are the numbers certain from outside: of those that were cloned or
put back `tests/server/exchange/test_ledger.py` speaks. Not here: what was lost (`oracle`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sync.replica import Replica
from tests.simulation.judge import Judge
from tests.simulation.state import State, Wire


@dataclass
class Heard:
    """What the server heard of a phone: in which life of its own, when first and last, how far.

    `sure`: it took in each of the requests. `once_sure`: at least one of them.
    """

    life: str
    first: float
    last: float
    last_n: int
    fell: bool = False
    sure: bool = True
    once_sure: bool = True


class LossJudge(Judge):
    """`put_back`: phones of two lives. `wiped`: phones that took with them what they held."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, Heard] = {}
        self.put_back: set[str] = set()
        self.wiped: set[str] = set()
        self.enrolled: dict[str, float] = {}
        self.formers: dict[str, str] = {}

    def on_heard(self, request: Wire, server: Any, *, sure: bool = True) -> None:
        """The server has taken in a request, whether or not anybody hears of it; not `sure`: it
        died on the way, and may know of it or not."""
        device, life, now = request["device"], server.incarnation, server.clock()
        known = self.heard.get(device)
        if known is None or known.life != life:
            n = request["last_n"]
            self.heard[device] = Heard(life, now, now, n, known is not None, sure, sure)
            return
        known.sure, known.once_sure = known.sure and sure, known.once_sure or sure
        known.fell = known.fell or request["last_n"] < known.last_n
        known.last, known.last_n = now, max(known.last_n, request["last_n"])

    def on_losses_at_end(self, server: Any, phones: list[Replica], saved: dict[Any, Wire]) -> None:
        """All phones that are left have delivered."""
        state: State = server.state
        devices = Counter(phone.device for phone in phones)
        for phone in phones:
            if devices[phone.device] > 1 or phone.device in {*self.put_back, *state.revoked}:
                continue
            for name in (phone.device, self.formers.get(phone.device, "")):
                known = self.heard.get(name)
                if known is not None and known.life == server.incarnation and not known.fell:
                    said = self._notice(state, name)
                    self.expect("I3 nobody is accused in vain", said == 0, f"{name} {said}")
        for device in sorted(self.wiped - self.put_back - devices.keys()):
            self._named(server, device, saved)

    def _named(self, server: Any, device: str, saved: dict[Any, Wire]) -> None:
        state: State = server.state
        known = self.heard.get(device)
        names = {*self.formers, *self.formers.values()}
        if known is None or known.fell or not known.sure or device in names:
            return
        if known.life != server.incarnation:
            return
        account = state.devices[device]
        after = [self.heard.get(each) for each, owner in state.devices.items()
                 if owner == account and self.enrolled[each] > known.last]  # fmt: skip
        if not any(each is not None and each.once_sure and each.life == server.incarnation
                   for each in after):  # fmt: skip
            return  # nobody came in its place, or none that could be understood
        here = {row.n for row in state.log.values() if row.device == device}
        lost = {wire["n"] for wire in saved.values()
                if (wire["captured"] or {}).get("device") == device
                and wire["n"] <= known.last_n and wire["n"] not in here}  # fmt: skip
        said = self._notice(state, device)
        self.expect("I3 what is lost is named", said == len(lost), f"{device} {said} {lost}")

    def _notice(self, state: State, device: str) -> int:
        notice = state.notices.get(f"loss:{device}")
        live = notice is not None and not notice.gone
        return int(notice.text["operations"]) if live and notice is not None else 0
