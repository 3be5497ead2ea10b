"""The invariants of PROTOCOL.md 9, watched from outside: by what went in, what came out, and what
the server's state was before and after. Nothing here calls the merge that it judges.

Not here: I6 and I14 to I16, which need real databases, bytes or old versions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from sync.conflict import Standing
from sync.digest import to_text
from sync.ledger import missing
from sync.operation import Operation
from sync.reconcile import Reconciled
from sync.record import Record
from sync.replica import Replica
from tests.simulation.contents import (
    Key,
    answer_as_edit,
    content,
    key_of,
    must_wait,
    same_hash,
    shown,
    shown_content,
    values,
    written,
)
from tests.simulation.judge_of_bytes import ByteJudge
from tests.simulation.judge_of_drafts import DraftJudge
from tests.simulation.judge_of_grants import GrantJudge
from tests.simulation.judge_of_places import PlaceJudge
from tests.simulation.others import REVIEWER
from tests.simulation.state import Logged, State, Wire, recomputed_digest


class Oracle(PlaceJudge, GrantJudge, DraftJudge, ByteJudge):
    """Knows every operation that a person ever saved, and how each was answered by `server`."""

    def __init__(self, server: Callable[[], Any]) -> None:
        super().__init__()
        self.server = server
        self.saved: dict[Key, Wire] = {}
        self.seen: dict[str, list[list[Any]]] = {}
        self.shown: dict[tuple[str, str], list[Any]] = {}
        self.wrote: dict[tuple[str, str], list[Any]] = {}  # phone, activity -> own values
        self.renamed: dict[Key, Key] = {}
        self.abandoned: set[Key] = set()
        self.answered: dict[tuple[str, Key], tuple[Any, ...]] = {}
        self.owners: dict[str, str] = {}
        self.resolved: set[str] = set()
        self.answers: dict[str, tuple[str, bool]] = {}  # operation -> conflict, author's own
        self.ended: dict[tuple[str, str], str] = {}
        self.amended: set[tuple[str, int]] = set()  # activity, version that an answer made

    def on_saved(self, wire: Wire, phone: Replica, account: str) -> None:
        """Somebody signed in as `account` did something with `phone`."""
        self.saved[key_of(wire)] = wire
        twice = wire["id"] in self.places_named  # by a clone: which of the two came is not known
        self.places_named[wire["id"]] = ("", "") if twice else (wire["type"], wire["scope"])
        self.owners[key_of(wire)[1]] = account
        self.note_saved(wire)
        name = phone.device
        while name in self.formers:  # under another name it is the same phone
            name = self.formers[name]
        key, row = (name, wire["activity"]), phone.shadow_row(wire["activity"])
        self.shown[key] = self.shown.get(key, []) if row is None else values(row)
        # Also what went in and whose row the phone may not read any more, its commune being lost
        mine = self.wrote.setdefault(key, [])
        mine += written([wire])
        if wire["type"] == "withdraw":
            own = [p.wire for p in phone.outbox if p.wire["activity"] == wire["activity"]]
            view = values(phone.view(wire["activity"]) or {})
            self.seen[wire["id"]] = [view, self.shown[key], [*mine, *written(own)]]

    # ---- on the server

    def on_operation(
        self,
        operation: Operation,
        before: Record | None,
        done: Reconciled,
        standing: Standing | None = None,
    ) -> None:
        """One operation met one record inside a transaction; `standing` is what it decides on."""
        self.answers.pop(operation.id, None)  # what it ended in an earlier life ended there
        if done.resolution is not None and standing is not None and done.record is not None:
            self.resolved.add(standing.conflict.id)
            status = "" if before is None else before.status
            own = standing.author == done.record.author and status != "approved"
            self.answers[operation.id] = (standing.conflict.id, own)
            if before is not None and done.resolution.choice != "current":
                self.amended.add((before.id, done.record.version))
        if operation.type == "resolve":
            operation = answer_as_edit(operation, standing)
        old, new = content(before), content(done.record)
        label = f"{operation.type} {operation.id} on {operation.activity}: {done.outcome.name}"
        if before is not None and before.status == "approved" and done.record is not None:
            same = old == new and done.record.status == "approved"
            same = same or (before.id, done.record.version) in self.amended
            self.expect("I10 approved is immutable", same, label)
        if done.outcome.name in ("parked", "retry"):
            self.expect("I12 parked has no effect", done.record is before, label)
            return
        assert done.record is not None
        withdrew = operation.type == "withdraw" and before is not done.record
        # After a restore the server may be where the person saw it earlier, not last.
        if withdrew and before is not None and operation.incarnation == self.server().incarnation:
            seen = self.seen.get(operation.id) or self.seen[operation.instead or ""]
            went = shown_content(before)
            unseen = [each for each in went if not any(each in side for side in seen)]
            self.expect("I9 withdrew what was seen", not unseen, f"{label} {unseen}")
        self._no_silent_overwrite(operation, old, new, label)
        self._effect_or_kept(operation, new, done, label)
        validate = self.server().validate
        problems = validate(done.record.fields, done.record.sets, done.record.status)
        self.expect("I13 valid or conflict", not problems, f"{label} {problems}")

    def _no_silent_overwrite(self, operation: Operation, old: Wire, new: Wire, label: str) -> None:
        for name in sorted({*old["fields"], *new["fields"]}):
            was, now = old["fields"].get(name), new["fields"].get(name)
            if was == now:
                continue
            if name in operation.add or name in operation.remove:
                held = all(each in now["add"] for each in (was or {}).get("add", ()))
                self.expect("I9 no silent overwrite", held, f"{label} {name}: {was} -> {now}")
                continue  # changes of a set that the server does not know are gathered
            seen = operation.was.get(name) == was or operation.type == "create"
            mine = name in operation.set and operation.set[name] == now
            self.expect("I9 no silent overwrite", seen and mine, f"{label} {name}: {was} -> {now}")
        pair = [(side["fields"].get("lat"), side["fields"].get("lon")) for side in (old, new)]
        mine_pair = (operation.set.get("lat"), operation.set.get("lon"))
        self.expect("I13 groups stay whole", pair[1] in (pair[0], mine_pair), f"{label} {pair}")
        for name in sorted({*old["sets"], *new["sets"]}):
            was_set, now_set = old["sets"].get(name, {}), new["sets"].get(name, {})
            added = {
                element.get("id") or element["sha256"] for element in operation.add.get(name, ())
            }
            for id in sorted({*was_set, *now_set}):
                if was_set.get(id) == now_set.get(id):
                    continue
                asked = id in (added if id in now_set else operation.remove.get(name, ()))
                known = id not in was_set or name == "evidence" or (
                    (operation.was.get(name) or {}).get(id) == was_set[id]
                )  # fmt: skip
                self.expect("I9 no silent overwrite", asked and known, f"{label} {name} {id}")

    def _effect_or_kept(
        self, operation: Operation, new: Wire, done: Reconciled, label: str
    ) -> None:
        """I7: what the outcome says has happened; what did not go in stands in a conflict."""
        kept = {value.field: value.mine for conflict in done.conflicts for value in conflict.values}
        whole = done.outcome.name != "conflict"
        if operation.type == "resolve" and done.outcome.reason == "already_so":
            return  # others had decided the same, and it may have moved on since
        for name, value in operation.set.items():
            if operation.type != "create" and operation.was.get(name) == value:
                continue
            there = new["fields"].get(name) == value or (not whole and kept.get(name) == value)
            self.expect("I7 outcome has its effect", there, f"{label} {name}={value}")
        for name, elements in operation.add.items():
            for element in elements:
                id = element.get("id") or element["sha256"]
                if (operation.was.get(name) or {}).get(id) == element:
                    continue
                there = new["sets"].get(name, {}).get(id) == element
                there = there or element in (new["fields"].get(name) or {}).get("add", ())
                beside = not whole and element in kept.get(name, {}).get("add", ())
                self.expect("I7 outcome has its effect", there or beside, f"{label} {name} {id}")
        wanted = {"submit": "submitted", "withdraw": "withdrawn"}.get(operation.type)
        if wanted is not None and whole:
            noop = operation.type == "submit" and new["status"] == "approved"
            self.expect("I7 outcome has its effect", new["status"] == wanted or noop, label)

    def on_commit(self, before: State, after: State, operations: list[str]) -> None:
        """A transaction committed; `operations` are those that its request carried."""
        fresh = [id for id in operations if id in after.log and id not in before.log]
        changed = [
            id for id, record in after.records.items()
            if before.records.get(id) is not record
        ]  # fmt: skip
        for id in fresh:
            self.granted_to(after, id, after.log[id])
            self._answered_once(id, after.log[id])
        if operations:
            touched = {after.log[id].activity for id in fresh}
            self.expect("I4 only new operations act", set(changed) <= touched, f"{changed}")
        self.on_places(before, after, changed, fresh)
        self.on_settled(before, after)
        self.on_twins(before, after, changed)
        for id in changed:
            old, new = before.records.get(id), after.records[id]
            steps = sum(after.log[op].activity == id for op in fresh) if operations else 1
            if old is not None and old.status == "rejected" and before.settled != after.settled:
                steps += 1  # an appeal that is taken opens the activity first
            moved = new.version - (old.version if old else 0)
            self.expect("I4 one step an operation", 0 <= moved <= steps, f"{id} {moved} {steps}")
            gone = {each.id for each in before.conflicts.get(id, ())}
            gone -= {each.id for each in after.conflicts.get(id, ())}
            self.expect("I2 no conflict vanishes", gone <= self.resolved, f"{id} {gone}")
            if old is not None and old.status == "approved":
                amended = any((id, v) in self.amended for v in range(old.version, new.version + 1))
                same = content(old) == content(new) or amended
                self.expect("I10 approved is immutable", same, id)
        stays = all(after.log.get(id) is before.log[id] for id in operations if id in before.log)
        grew = len(after.log) == len(before.log) + len(fresh)
        self.expect("I4 outcomes are for ever", stays and grew, f"{operations}")

    def on_served(self, request: Wire, answer: Wire, server: Any) -> None:
        """The server answered, whether or not anybody hears it."""
        state: State = server.state
        self.granted(answer, server.feeds_of(request["device"]), state)
        if request["device"] in state.revoked:
            self.expect("I8 who is shut out reads nothing", not answer["changes"], f"{answer}")
        life = answer["incarnation"]
        self.note_word(life, request)
        sent = {wire["id"]: wire for wire in request["operations"]}
        answered = {told["id"] for told in answer["outcomes"]}
        self.expect("I11 each operation has a verdict", set(sent) == answered, f"{sent.keys()}")
        stuck: set[str] = set()  # activities of which an earlier operation was told to wait
        begun = {w["activity"]: w["id"] for w in sent.values() if w["type"] == "create"}
        behind = set(sent)  # a predecessor behind its successor has not arrived yet
        for told in answer["outcomes"]:
            wire = sent[told["id"]]
            if told["outcome"] == "retry":
                on = (wire.get("resolve") or {}).get("conflict")  # named by what left it
                waits = wire["after"] in behind or on in behind or must_wait(wire, state)
                waits = waits or wire["activity"] in stuck
                # its predecessor's id was another's, and what makes the activity comes later
                waits = waits or begun.get(wire["activity"]) in behind
                stuck.add(wire["activity"])
                self.expect("I11 poison never blocks", waits, f"{told}")
                continue
            behind.discard(told["id"])
            if told.get("reason") == "id_reuse":
                continue
            end = (told["outcome"], told.get("reason"), told.get("version"))
            first = self.answered.setdefault((life, key_of(wire)), end)
            # Whoever lost the permission is told the outcome without the version.
            same = first[:2] == end[:2] and (None in (first[2], end[2]) or first[2] == end[2])
            self.expect("I4 same outcome again", same, f"{told['id']}: {first}, {end}")

    def _answered_once(self, id: str, row: Logged) -> None:
        """A conflict ends once in a life of the server, by who may decide."""
        if id not in self.answers or row.stored.outcome.name == "parked":
            return
        conflict, own = self.answers[id]
        key = (self.server().incarnation, conflict)
        self.expect("I9 the first answer wins", self.ended.setdefault(key, id) == id, f"{key}")
        self.expect("I8 who may decides", own or row.account == REVIEWER, f"{key} {row.account}")

    # ---- on the phone

    def on_answer(self, before: Replica, answer: Wire, after: Replica, server: Any) -> None:
        """A phone took an answer. `before` is a copy of it from before."""
        life = answer["incarnation"]
        same_life = before.incarnation in (None, life)
        for scope, shadow in after.scopes.items():
            old = before.scopes.get(scope) or before.hidden.get(scope)
            forward = old is None or shadow.cursor >= old.cursor
            reread = not same_life or shadow.unseen is not None
            self.expect("I5 cursor moves forward", forward or reread, f"{after.device} {scope}")
        self._effects_visible(answer, after)
        self.on_sight(before, answer, after, server)
        if life == server.incarnation:
            self._shows_what_stands(answer, after, server.state)
        self._left_outbox(before, answer, after, server)

    def _effects_visible(self, answer: Wire, phone: Replica) -> None:
        all_read = all(shadow.complete for shadow in phone.scopes.values())
        for told in answer["outcomes"]:
            shadow = phone.scopes.get(told.get("scope") or "")
            if shadow is None or not shadow.complete or told["outcome"] == "retry":
                continue
            if told.get("version") is not None:
                row = shadow.rows.get(told["activity"])
                row = row or phone.shadow_row(told["activity"])
                if not all_read and (row is None or row["seq"] <= 0):
                    continue  # it has gone on meanwhile, and has not come there yet
                there = row is not None and row["version"] >= told["version"]
                self.expect("I7 outcome with its effect", there, f"{phone.device} {told}")

    def _shows_what_stands(self, answer: Wire, phone: Replica, state: State) -> None:
        """Of what it has just sent the phone holds the server's row, whatever became of it."""
        for told in answer["outcomes"]:
            id, shadow = told["activity"], phone.scopes.get(told.get("scope") or "")
            if shadow is None or shadow.unseen is not None:
                continue  # being read anew, rows of an earlier life among the others
            row = shadow.rows.get(id)
            record = state.records.get(id)
            if record is None or record.scope != told["scope"]:
                continue  # it has gone on meanwhile
            if row is not None and row["seq"] == state.seqs[id]:
                held, wanted = shown(row), shown(state.row(record))
                detail = f"{phone.device} {held} is not {wanted}"
                self.expect("I1 a row is the server's", held == wanted, detail)

    def _left_outbox(self, before: Replica, answer: Wire, after: Replica, server: Any) -> None:
        now = {pending.wire["n"]: pending.wire for pending in after.outbox}
        for kept in before.kept.values():  # offered again, perhaps with another predecessor
            self._follow(kept.wire, now.get(kept.wire["n"]))
        for pending in before.outbox:
            wire = now.get(pending.wire["n"])
            self._follow(pending.wire, wire)
            if wire is None and answer["incarnation"] == server.incarnation:
                row = server.state.log.get(pending.wire["id"])
                there = row is not None and same_hash(row.stored.hash, pending.wire)
                self.expect("I2 acknowledged is stored", there, pending.wire["id"])

    def _follow(self, old: Wire, new: Wire | None) -> None:
        """A phone gave a pending operation another id, or another predecessor."""
        if new is not None and key_of(new) != key_of(old):
            self.renamed[key_of(old)] = key_of(new)
            self.saved[key_of(new)] = new

    # ---- at the end

    def on_end(self, server: Any, phones: list[Replica]) -> None:
        """All faults have stopped and all phones have drained."""
        state: State = server.state
        # First, for to read a feed again is to speak in a phone's name
        self.on_losses_at_end(server, phones, self.saved)
        for phone in phones:
            self.expect("I18 outboxes drain", not phone.outbox, f"{phone.device}")
            if phone.device in state.revoked:
                continue  # it delivered, and reads nothing more
            feeds = set(server.feeds_of(phone.device))
            self.expect("I8 follows what is granted", set(phone.scopes) == feeds, phone.device)
            for scope, shadow in phone.scopes.items():
                self._converged(state, phone, scope, shadow.rows, shadow.sum)
        for scope, kept in state.scopes.items():
            right = recomputed_digest(state, scope) == kept.digest
            self.expect("I1 digest is the sum", right, scope)
            self._superset(server, scope)
        self.on_places_at_end(server)
        self.on_waiting_at_end(state)
        self.on_drafts_at_end(server, phones)
        self.on_words_at_end(server)
        self._nothing_lost(state, phones)
        counts = Counter(row.stored.outcome.name for row in state.log.values())
        four = sum(counts[name] for name in ("applied", "merged", "conflict", "parked"))
        self.expect("I12 every operation has one end", four == len(state.log), f"{counts}")

    def _converged(
        self, state: State, phone: Replica, scope: str, shadow: dict[str, Any], total: int
    ) -> None:
        wanted = {row["id"]: shown(row) for row in state.rows(scope) if not row.get("gone")}
        held = {id: shown(row) for id, row in shadow.items()}
        where = next((id for id in sorted({*wanted, *held}) if wanted.get(id) != held.get(id)), "")
        detail = f"{phone.device} {scope} {where}: {held.get(where)} is not {wanted.get(where)}"
        self.expect("I1 convergence", wanted == held, detail)
        right = total == recomputed_digest(state, scope)
        self.expect("I1 digest is the sum", right, f"{phone.device} {scope} {to_text(total)}")

    def _superset(self, server: Any, scope: str) -> None:
        """An older cursor reads a superset, to the same end."""
        last = server.state.scopes[scope].seq
        middle = last // 2
        old, new = (self._read_all(server, scope, start) for start in (0, middle))
        self.expect("I5 older cursor, superset", old[0] >= new[0] and old[1] == new[1], scope)

    def _read_all(self, server: Any, scope: str, cursor: int) -> tuple[set[tuple[str, int]], int]:
        seen: set[tuple[str, int]] = set()
        more = True
        while more:
            page = server.page(scope, cursor, 3)
            seen |= {(row["id"], row["seq"]) for row in page.rows}
            more, stuck = page.more, page.to == cursor
            self.expect("I5 pages move on", not (more and stuck), scope)
            cursor = page.to
        return seen, cursor

    def _nothing_lost(self, state: State, phones: list[Replica]) -> None:
        held = {key_of(each.wire) for phone in phones for each in phone.outbox}
        held |= {key_of(each.wire) for phone in phones for each in phone.kept.values()}
        arrived: dict[str, set[int]] = {}
        for logged in state.log.values():
            arrived.setdefault(logged.device, set()).add(logged.n or 0)
        for key, wire in self.saved.items():
            last = key
            while last in self.renamed:
                last = self.renamed[last]
            row = state.log.get(last[0])
            there = row is not None and same_hash(row.stored.hash, self.saved[last])
            if there and row is not None and row.account:
                mine = row.account == self.owners.get(key[1], row.account)
                self.expect("I8 sent in its author's name", mine, f"{key} by {row.account}")
            declared = key in self.abandoned or last in self.abandoned
            self.expect("I3 nothing saved is lost", there or declared, f"{key} as {last}")
            if not there:
                self.expect("I2 what a phone keeps is stored", last not in held, f"{last}")
                device = wire["captured"]["device"]
                told = state.told_n.get(device, 0)
                numbers = arrived.get(device, set())
                if wire["n"] <= told and wire["n"] not in numbers:
                    named = wire["n"] in missing(told, numbers)
                    self.expect("I3 the ledger names it", named, f"{device} {wire['n']}")
