"""The loss ledger in the model server: what each phone told of itself, against what arrived.

The reckoning is that of `sync.ledger`; the rules of `server/exchange/ledger.py` around it are
modelled. Part of the model server. Not here: who judges the notices (`judge_of_losses`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync import ledger
from sync.ledger import Word
from tests.simulation.bytes_in import BytesIn
from tests.simulation.port import SealedFile
from tests.simulation.state import Notice, State, Wire


@dataclass(frozen=True)
class Line:
    """A life of a phone that ended: what it told last, and the numbers that had not come."""

    word: Word
    numbers: tuple[int, ...]


class Losses(BytesIn):
    """Needs what `ModelServer` sets up."""

    def enrol(self, account: object) -> str:
        device = super().enrol(account)  # type: ignore[arg-type]
        work = self.state.copy()
        work.enrolled[device] = self.clock()
        self.commit(work, [])
        return device

    def listen(self, request: Wire) -> bool:
        """What a phone says of itself, before anything of it is applied; whether its account is
        to hear of losses, which is told after that."""
        device = request["device"]
        known, told = self.state.words.get(device), word_of(request)
        follows = "new epoch" if known is None else ledger.step(known, told)
        if follows == "on" and not self.state.loss_open.get(device):
            return False
        work = self.state.copy()
        speaks = known is None or bool(work.loss_open.get(device))
        if known is None:
            self.go_on(work, device, request.get("formerly"), told)
            work.loss_open[device] = True  # nobody may hear of this answer
        elif follows == "other life":
            self._end_life(work, device)
        self._note(work, device, told)
        self._welcome_back(work, device, told)
        self.commit(work, [])
        return speaks

    def note_word(self, work: State, request: Wire) -> None:
        """How far the phone says it has come: what an older copy of it says takes nothing back."""
        device = request["device"]
        work.told_n[device] = max(work.told_n.get(device, 0), request["last_n"])
        if "unsent" in request:
            self._note(work, device, word_of(request))

    def tell(self, account: str) -> None:
        """Let the notices of the account say what its phones lost: no more, and no longer."""
        work = self.state.copy()
        for device in [each for each, owner in work.devices.items() if owner == account]:
            lost = self._lost_by(work, device)
            # What it lost under its former name may come with its next request
            still = lost or self._lost_by(work, work.formerly.get(device, ""))
            if still or work.loss_open.get(device):
                work.loss_open[device] = still > 0
                self.put_loss(work, device, account, lost)
        self.commit(work, [])

    def put_loss(self, work: State, device: str, account: str, lost: int) -> None:
        id, scope = f"loss:{device}", f"account:{account}"
        before = work.notices.get(id)
        was = None if before is None or before.gone else before
        text = {"about": "loss", "device": device, "operations": lost}
        if (was is None and not lost) or (was is not None and was.text == text):
            return
        version = 1 if before is None else before.version + 1
        work.notices[id] = Notice(id, scope, version, text, gone=not lost)
        work.stamp(scope, id, None if was is None else was.version, version if lost else None)

    def go_on(self, work: State, device: str, former: str | None, told: Word) -> None:
        """The phone was `former` before it was enrolled again."""
        known = work.words.get(former or "")
        if former is None or work.devices.get(former) != work.devices[device]:
            return
        work.formerly[device] = former
        if known is None:
            return
        work.words[device] = replace(told, starts=known.began(told))
        if ledger.step(known, told) == "other life":
            self._end_life(work, former)

    def carry(self, file: SealedFile, carrier: str) -> None:
        super().carry(file, carrier)
        work = self.state.copy()
        if file.device not in work.devices:
            return  # a restored server does not know it
        came = {wire.get("n") for wire in file.operations}
        for device in self._names(work, file.device):
            lines = work.lines.get(device, ())
            work.lines[device] = tuple(
                replace(each, numbers=tuple(n for n in each.numbers if n not in came))
                if each.word.epoch == file.epoch else each for each in lines
            )  # fmt: skip
        self.commit(work, [])
        self.tell(work.devices[file.device])

    def _note(self, work: State, device: str, told: Word) -> None:
        known = work.words.get(device, told)
        work.words[device] = replace(told, starts=known.began(told))
        work.seen[device] = self.clock()

    def _end_life(self, work: State, device: str) -> None:
        word = self._whole(work, device, work.words[device])
        numbers = tuple(ledger.lost(word, self._arrived(work, device)))
        if numbers:
            work.lines[device] = (*work.lines.get(device, ()), Line(word, numbers))
            work.loss_open[device] = True

    def _welcome_back(self, work: State, device: str, told: Word) -> None:
        lines = work.lines.get(device, ())
        if lines:
            arrived = self._arrived(work, device)
            work.lines[device] = tuple(
                each for each in lines
                if not ledger.is_back(each.word, each.numbers, told, arrived)
            )  # fmt: skip

    def _lost_by(self, work: State, device: str) -> int:
        word, lines = work.words.get(device), work.lines.get(device, ())
        if word is None or not (lines or word.operations):
            return 0
        word, arrived = self._whole(work, device, word), self._arrived(work, device)
        found = sum(
            len(ledger.still_lost(each.numbers, each.word, word, arrived)) for each in lines
        )
        if word.operations and self._has_a_successor(work, device):
            found += len(ledger.lost(word, arrived))
        return found

    def _has_a_successor(self, work: State, device: str) -> bool:
        seen = work.seen[device]
        if any(old == device and work.enrolled[new] >= seen for new, old in work.formerly.items()):
            return False
        others = [work.enrolled[each] for each, owner in work.devices.items()
                  if owner == work.devices[device] and each != device]  # fmt: skip
        return device in work.revoked or max(others, default=seen) > seen

    def _arrived(self, work: State, device: str) -> list[tuple[int | None, int]]:
        names = self._names(work, device)
        return [(row.epoch, row.n) for row in work.log.values()
                if row.device in names and row.n is not None]  # fmt: skip

    def _whole(self, work: State, device: str, word: Word) -> Word:
        """With the epochs that began under other names of the phone."""
        for name in self._names(work, device) & work.words.keys():
            word = replace(word, starts={**work.words[name].starts, **word.starts})
        return word

    def _names(self, work: State, device: str) -> set[str]:
        """All names under which this phone was ever enrolled."""
        found, more = {device}, True
        while more:
            pairs = [pair for pair in work.formerly.items() if not found.isdisjoint(pair)]
            more = not found.issuperset(name for pair in pairs for name in pair)
            found.update(name for pair in pairs for name in pair)
        return found


def word_of(request: Wire) -> Word:
    return Word(request["epoch"], request["last_n"], request["unsent"]["operations"])
