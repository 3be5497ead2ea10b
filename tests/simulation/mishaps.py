"""What happens to phones: they die, fill up, are wiped, copied, handed over, updated.

Not here: what people do on them (`people`), and the network.
"""

from __future__ import annotations

from dataclasses import replace

from sync.replica import Replica
from tests.simulation.contents import Key, key_of
from tests.simulation.drafts import book_of, put_book
from tests.simulation.events import ACCOUNTS
from tests.simulation.phone import POINTS, Killed, Phone
from tests.simulation.rules import policy_of_version
from tests.simulation.scene import Scene

PHONES_MAX = 7
DAY_S = 86_400.0


class PhoneEvents(Scene):
    """Events on one phone, chosen by chance."""

    def person_acts(self) -> bool:
        phone = self.chance.choice(self.phones)
        tab = self.chance.randrange(phone.tabs)
        try:
            habit, wire = phone.save(
                lambda disk: self.person.act(disk, phone.app, self._wall(phone), not phone.full),
                tab,
            )
        except Killed as point:
            phone.restart()
            if str(point) == "before_save":
                return False  # nobody was told that it is saved
            wire = phone.disk.outbox[-1].wire
            habit = "last words"
        self.oracle.on_saved(wire, phone.disk, phone.account.id)
        self.counts[f"operation {wire['type']}"] += 1
        self.counts[f"habit {habit}"] += 1
        self.note(f"{phone.label} {habit} {wire['id'][:8]} on {wire['activity'][:8]} {wire['set']}")
        return True

    def phone_killed(self) -> bool:
        phone = self.chance.choice(self.phones)
        phone.restart()
        phone.disk = phone.disk.copy()  # what is durable is read again
        self.note(f"{phone.label} killed")
        return True

    def phone_killed_midway(self) -> bool:
        """The process will die between two effects, at the next one of this sort."""
        phone = self.chance.choice(self.phones)
        phone.dies_at = self.chance.choice(POINTS)
        return True

    def power_cut(self) -> bool:
        """All processes end, and what was written without strict durability is gone."""
        phone = self.chance.choice(self.phones)
        phone.lose_power()
        phone.restart()
        self.note(f"{phone.label} without power")
        return True

    def storage_fills(self) -> bool:
        self.chance.choice(self.phones).full = True
        return True

    def storage_freed(self) -> bool:
        full = [phone for phone in self.phones if phone.full]
        if not full:
            return False
        self.chance.choice(full).full = False
        return True

    def storage_evicted(self) -> bool:
        """Everything is wiped, a declared loss; the person enrols the phone again."""
        phone = self.chance.choice(self.phones)
        lost = held(phone.disk)
        self.oracle.wiped.add(phone.disk.device)
        for _, replica in phone.sealed.values():
            lost |= held(replica)
            self.oracle.wiped.add(replica.device)
        self.oracle.abandoned |= lost
        phone.sealed = {}
        phone.put(self.new_replica(phone.account))
        self._use_app(phone)
        self.note(f"{phone.label} wiped, loses {len(lost)}")
        return True

    def phone_copied(self) -> bool:
        phone = self.chance.choice(self.phones)
        phone.copies.append(phone.disk.copy())
        return True

    def phone_restored(self) -> bool:
        phone = self.chance.choice(self.phones)
        if not phone.copies:
            return False
        old, copies = phone.disk, phone.copies
        self.oracle.put_back.add(phone.disk.device)
        phone.put(self.chance.choice(copies).copy())
        self.oracle.put_back.add(phone.disk.device)
        phone.copies = copies
        self._use_app(phone)
        # A declared loss: what this phone held and its copy does not.
        lost = held(old) - held(phone.disk)
        self.oracle.abandoned |= lost
        self.note(f"{phone.label} restored, loses {len(lost)}")
        return True

    def phone_cloned(self) -> bool:
        if len(self.phones) >= PHONES_MAX:
            return False
        phone = self.chance.choice(self.phones)
        clone = type(phone)(f"{phone.label}'", phone.account, phone.disk.copy())
        clone.app = phone.app
        self.oracle.put_back.add(phone.disk.device)  # two lives under one name, whoever ends first
        self.phones.append(clone)
        self.note(f"{phone.label} cloned")
        return True

    def same_id_twice(self) -> bool:
        """A clone continues its twin's chance: both give one id to different operations."""
        one, other = self.chance.sample(self.phones, 2)
        id = self.name()
        for phone in (one, other):
            seen = [a for a in phone.disk.activities() if phone.disk.view(a)]
            if seen and all(p.wire["id"] != id for p in phone.disk.outbox):
                title = f"{phone.label} {self.now}"
                captured = {"device": phone.disk.device, "wall": self._wall(phone)}
                wire = phone.disk.save(
                    "edit", id, seen[-1], set={"title": title}, captured=captured
                )
                self.oracle.on_saved(wire, phone.disk, phone.account.id)
                self.note(f"{phone.label} twin {id[:8]}")
        return True

    def clock_jumps(self) -> bool:
        """Set by hand, by a network, by an empty battery: up to 400 days either way."""
        phone = self.chance.choice(self.phones)
        phone.clock_offset = self.chance.choice([-400, -1, 0, 0.1, 400]) * DAY_S
        return True

    def tab_opened(self) -> bool:
        phone = self.chance.choice(self.phones)
        phone.open_tab()
        return True

    def tab_closed(self) -> bool:
        phone = self.chance.choice([p for p in self.phones if p.tabs > 1] or self.phones)
        if phone.tabs == 1:
            return False
        # The one that syncs may be the one that is closed: then nobody waits any more.
        phone.close_tab(self.chance.randrange(phone.tabs))
        return True

    def app_changed(self) -> bool:
        """Updated, or put back: other fields are known from now on."""
        phone = self.chance.choice(self.phones)
        phone.app = self.chance.choice([1, 2, 2, 3])
        self._use_app(phone)
        phone.restart()
        self.note(f"{phone.label} has app {phone.app}")
        return True

    def user_changed(self) -> bool:
        """Another person signs in on the same phone; what was there stays sealed."""
        phone = self.chance.choice(self.phones)
        account = self.chance.choice(ACCOUNTS)
        if account.id == phone.account.id or "'" in phone.label:
            return False
        _, replica = phone.sealed.pop(account.id, (account, None))
        phone.change_user(account, replica or self.new_replica(account))
        self._use_app(phone)
        self.note(f"{phone.label} now of {account.id}")
        return True

    def revoked_enrolled(self) -> bool:
        """Somebody whose phone was shut out by mistake gets a new code for it."""
        revoked = self.server.state.revoked
        phone = next((phone for phone in self.phones if phone.disk.device in revoked), None)
        return phone is not None and self.enrol_again(phone)

    def enrol_again(self, phone: Phone) -> bool:
        """An administrator gives a code to a phone that was refused; it keeps what it holds."""
        before = phone.disk.device
        phone.disk.device = self.server.enrol(phone.account)
        vars(phone.disk)["formerly"] = before
        self.oracle.enrolled[phone.disk.device] = self.now
        self.oracle.formers[phone.disk.device] = before
        twins = any(other.disk.device == before for other in self.phones)
        if twins or before in self.oracle.put_back:  # a new name makes no other life of it
            self.oracle.put_back |= {before, phone.disk.device}
        phone.signed_out = False
        # The copies bear the old name, so nothing is known of those under the new one
        put_book(phone.disk, replace(book_of(phone.disk), told={}))
        self.note(f"{phone.label} enrolled again")
        return True

    def _use_app(self, phone: Phone) -> None:
        app = phone.app
        phone.disk.policies = lambda kind: policy_of_version(app)

    def _wall(self, phone: Phone) -> str:
        return f"day {phone.wall(self.now) / DAY_S:.0f}"


def held(replica: Replica) -> set[Key]:
    """What a phone holds that may not be anywhere else."""
    wires = [pending.wire for pending in replica.outbox]
    wires += [kept.wire for kept in replica.kept.values()]
    return {key_of(wire) for wire in wires}
