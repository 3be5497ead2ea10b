"""No copy of a draft goes but by its own phone or by one that goes on with it, and what a phone
holds is backed up in the end.

Not here: reports that were sent (`oracle`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sync.replica import Replica
from tests.simulation.drafts import TYPE, book_of
from tests.simulation.judge_of_losses import LossJudge
from tests.simulation.state import State, Wire


class DraftJudge(LossJudge):
    """Judges what a request did to the copies of drafts."""

    def __init__(self) -> None:
        super().__init__()
        self.taken_over: set[str] = set()

    def on_drafts(self, before: State, server: Any, request: Wire) -> None:
        """A request was served, whether or not anybody hears of it."""
        after: State = server.state
        device = request["device"]
        sent = {f"{TYPE}:{device}:{each['id']}" for each in request.get("drafts", ())}
        taken = set(request.get("taken", ()))
        former = f"{TYPE}:{request.get('formerly')}:"  # its drafts come anew under the new name
        for id, was in before.notices.items():
            if was.type != TYPE or after.notices.get(id) is was:
                continue
            now = after.notices[id]
            mine = id in sent or (now.gone and id in taken and was.scope in server.feeds_of(device))
            mine = mine or (now.gone and id.startswith(former))
            self.expect("I2 a draft's copy stays", mine, f"{id} by {device}")
            if now.gone and id in taken:
                self.taken_over.add(id)

    def on_drafts_at_end(self, server: Any, phones: list[Replica]) -> None:
        """All phones have drained: the copies are what the phones hold."""
        state: State = server.state
        devices = Counter(phone.device for phone in phones)
        for phone in phones:
            alone = devices[phone.device] == 1 and phone.device not in self.put_back
            if not alone or phone.device in state.revoked:
                continue  # of a phone's two lives the last one stands
            for id, (at, text) in book_of(phone).drafts.items():
                # Enrolled again, a phone has another name; its copies bear the old one.
                named = [each for each in state.notices.values()
                         if each.type == TYPE and each.id.endswith(f":{id}")]  # fmt: skip
                if any(each.id in self.taken_over for each in named):
                    continue  # another phone went on with it
                live = [each for each in named if not each.gone]
                copy = max(live, key=lambda each: str(each.text["changed_at"]), default=None)
                # A life of the phone that was put back may have written more.
                there = copy is not None and not copy.gone and copy.text["changed_at"] >= at
                same = there and copy is not None and (
                    copy.text["changed_at"] > at or copy.text["draft"] == {"text": text}
                )  # fmt: skip
                self.expect("I3 a draft is backed up", same, f"{phone.device} {id} {at} {copy}")
