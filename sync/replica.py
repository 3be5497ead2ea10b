"""A phone in Python: shadow, outbox and view, and how requests are made and answers taken.

The same state machine as the field app's, for the simulator, load tests and benchmarks. The state
changes only in `save`, `take_answer` and the small methods beside them, each of which stands for
one durable transaction of a real phone: killed before or after, never in between. Not here: a
network, storage, photos, and any merge; a phone shows the server's row with its own pending
operations on top.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sync import digest as digests
from sync import envelope
from sync import outcome as outcomes
from sync.codec import same
from sync.errors import CodecError
from sync.fields import MergePolicy
from sync.limits import BATCH_MAX, PROTOCOL, ROWS_MAX
from sync.outbox import Kept, Pending, Wire, choose
from sync.shadow import Shadow, where_rows_went
from sync.view import Row, apply_operation, content_of, seen_elements


class Replica:
    """The durable state of one account on one phone. Times are the server's, ISO 8601 in UTC.

    `policies` gives the merge policy of a kind: a patch names whole groups. `mint` makes a new
    id; it is needed only when the server says that an id was used for something else.
    """

    def __init__(
        self,
        device: str,
        scopes: Iterable[str],
        policies: Callable[[str], MergePolicy],
        mint: Callable[[], str],
        *,
        app: str = "replica",
    ) -> None:
        self.device = device
        self.app = app
        self.policies = policies
        self.mint = mint
        self.epoch = 1
        self.last_n = 0
        self.incarnation: str | None = None
        self.catalogue: str | None = None
        self.scopes: dict[str, Shadow] = {scope: Shadow() for scope in scopes}
        self.hidden: dict[str, Shadow] = {}
        self.moved: dict[str, str] = {}  # scope that was merged away -> where its rows are now
        self.outbox: list[Pending] = []
        self.kept: dict[str, Kept] = {}
        self.parked: dict[str, Kept] = {}
        self.durable_through: str | None = None
        self.beacon: str | None = None
        self.retry_after_s: float = 0
        self.rereads = 0

    def copy(self) -> Replica:
        """Another phone with the same durable state: a backup, or a clone."""
        other = copy.copy(self)
        other.scopes = {scope: shadow.copy() for scope, shadow in self.scopes.items()}
        other.hidden = {scope: shadow.copy() for scope, shadow in self.hidden.items()}
        other.outbox = list(self.outbox)
        other.kept, other.moved = dict(self.kept), dict(self.moved)
        other.parked = dict(self.parked)
        return other

    # ---- what the person sees and does

    def shadow_row(self, activity: str) -> Row | None:
        """The server's last state of an activity."""
        for shadow in self.scopes.values():
            if activity in shadow.rows:
                return shadow.rows[activity]
        return None

    def view(self, activity: str) -> Row | None:
        """The server's row with my own operations on top; None if there is neither.

        Besides the pending ones these are those that went in but whose row has not come yet: it
        may stand on a later page, and until then my own change must not vanish before my eyes.
        """
        row = self.shadow_row(activity)
        for wire in self._on_top(activity, 0 if row is None else row["version"]):
            row = apply_operation(row, wire, self.policies(wire["kind"]))
        return row

    def _on_top(self, activity: str, shown: int) -> Iterator[Wire]:
        """My operations that the server's row at version `shown` does not show yet; it may come by
        any feed, for its commune may have been merged away meanwhile."""
        all_read = self._all_read()
        for kept in self.kept.values():
            wire = kept.wire
            hidden = not all_read and (kept.went_in_at is None or kept.went_in_at > shown)
            if hidden and wire["activity"] == activity:
                yield wire
        for pending in self.outbox:
            again = pending.went_in_at
            if pending.wire["activity"] == activity and (again is None or again > shown):
                yield pending.wire

    def _is_old(self, activity: str) -> bool:
        return any(shadow.may_be_old(activity) for shadow in self.scopes.values())

    def _all_read(self) -> bool:
        return all(shadow.complete for shadow in self.scopes.values())

    def activities(self) -> list[str]:
        """Ids of all activities in view, in a stable order."""
        ids = [id for shadow in self.scopes.values() for id, row in shadow.rows.items()
               if row.get("type", "activity") == "activity"]  # fmt: skip
        ids += [kept.wire["activity"] for kept in self.kept.values()]
        ids += [pending.wire["activity"] for pending in self.outbox]
        return [id for id in dict.fromkeys(ids) if self._is_in_view(id)]

    def _is_in_view(self, activity: str) -> bool:
        shown = self.shadow_row(activity) is not None
        return shown or next(self._on_top(activity, 0), None) is not None

    def save(
        self,
        type: str,
        id: str,
        activity: str,
        *,
        scope: str | None = None,
        kind: str | None = None,
        kind_version: int | None = None,
        set: Mapping[str, Any] | None = None,
        add: Mapping[str, list[Wire]] | None = None,
        remove: Mapping[str, list[str]] | None = None,
        captured: Mapping[str, Any] | None = None,
        resolve: Mapping[str, Any] | None = None,
    ) -> Wire:
        """Write down one operation on what the person sees, durably. Returns its envelope.

        A new activity needs scope, kind and kind version; otherwise they are the activity's.
        `resolve` names a conflict and the choice, for an operation of that type.
        Raises KeyError if the activity is not in view.
        """
        seen = self.view(activity)
        if seen is None and type != "create":
            raise KeyError(activity)
        shadow = self.shadow_row(activity)
        of: Mapping[str, Any] = seen if seen is not None else {}
        kind = kind or of["kind"]
        shown = {**(of.get("extra") or {}), **of.get("fields", {})}
        patch, was = envelope.widened(self.policies(kind), dict(set or {}), shown)
        was |= seen_elements(of, self.policies(kind), add or {}, remove or {})
        wire: Wire = {
            "id": id,
            "activity": activity,
            "type": type,
            "scope": scope or of["scope"],
            "kind": kind,
            "kind_version": kind_version or of["kind_version"],
            "base": None if shadow is None else shadow["version"],
            "incarnation": None if self._is_old(activity) else self.incarnation,
            "set": patch,
            "was": was if type != "create" else {},
            "add": {name: list(elements) for name, elements in (add or {}).items()},
            "remove": {name: list(ids) for name, ids in (remove or {}).items()},
            "after": self._previous(activity),
            "n": self.last_n + 1,
            "captured": None if captured is None else dict(captured),
        }
        if resolve is not None:
            wire["resolve"] = dict(resolve)
        self.last_n += 1
        self.outbox.append(Pending(wire))
        return wire

    def resend(
        self, parked: str, id: str, set: Mapping[str, Any], scope: str | None = None,
        also: Iterable[str] = (),
    ) -> Wire:  # fmt: skip
        """Correct a parked operation and send it under a new id, `instead` of the old one.

        `scope` is the place that was chosen where the old one was divided (`area_choice`). `also`
        are further parked ones that the same form answers (`envelope.may_join`).
        """
        ids = (parked, *also)
        answered = sorted((self.parked.pop(one).wire for one in ids), key=lambda wire: wire["n"])
        first = answered[0]
        wire = envelope.again(
            answered, self.policies(first["kind"]), id=id, n=self.last_n + 1,
            after=self._previous(first["activity"]), set=set, scope=scope,
        )  # fmt: skip
        self.last_n += 1
        self.outbox.append(Pending(wire))
        return wire

    def _previous(self, activity: str) -> str | None:
        """My last operation on this activity that is pending or had an effect."""
        told = [each for each in self.kept.values() if each.wire["activity"] == activity]
        own = [each.wire for each in told if each.outcome["outcome"] != outcomes.Parked.name]
        own += [each.wire for each in self.outbox if each.wire["activity"] == activity]
        return own[-1]["id"] if own else None

    # ---- talking to the server

    def make_request(self, *, batch: int = BATCH_MAX, rows: int = ROWS_MAX) -> Wire:
        """The next request. Nothing durable changes: if it is lost, the next one says the same."""
        sent = choose(self.outbox, batch)
        return {
            "protocol": PROTOCOL,
            "device": self.device,
            "epoch": self.epoch,
            "last_n": self.last_n,
            "app": self.app,
            "catalogue": self.catalogue,
            "unsent": {
                "operations": len(self.outbox),
                "photos": 0,
                "oldest_at": (self.outbox[0].wire["captured"] or {}).get("wall")
                if self.outbox
                else None,
            },
            "incarnation": self.incarnation,
            "cursors": {scope: shadow.cursor for scope, shadow in self.scopes.items()},
            "digests": {
                scope: digests.to_text(shadow.sum)
                for scope, shadow in self.scopes.items()
                if shadow.complete
            },
            "operations": [pending.wire for pending in sent],
            "max_rows": rows,
        }

    def idle(self) -> bool:
        """Whether nothing is left to send and nothing known is left to read."""
        return not self.outbox and self._all_read()

    def take_answer(self, request: Wire, answer: Wire) -> None:
        """Take the answer to `request`, all of it or (the phone being killed before) nothing."""
        reborn = self.incarnation not in (None, answer["incarnation"])
        self.incarnation = answer["incarnation"]
        self.beacon = answer.get("beacon")
        self.retry_after_s = answer.get("retry_after_s") or 0
        sent = {wire["id"]: wire for wire in request["operations"]}
        if reborn:
            # Before the outcomes are taken: what this very answer acknowledges is not lost.
            self._offer_again()
            for shadow in self.scopes.values():
                shadow.read_anew()
        reused = [
            told["id"]
            for told in answer["outcomes"]
            if told["id"] in sent
            and self._take_outcome(told, sent[told["id"]], answer["server_time"])
        ]
        for id in reused:
            self._rename(id, self.mint())
        if any(told.get("fork") for told in answer["outcomes"]):
            self.epoch = max(self.epoch, request["epoch"] + 1)
        self._take_grants(answer.get("grants") or {})
        if "escrow" in answer:
            # Shut out: what is left out says nothing; rows of what this tells are still to come.
            for shadow in self.scopes.values():
                shadow.complete = False
            return
        gone_on = where_rows_went(answer["changes"], self.moved)
        for scope, shadow in self.scopes.items():
            changes = answer["changes"].get(scope)
            if changes is not None:
                self._take_changes(shadow, changes, sent, answer["outcomes"], gone_on)
            elif scope in request["cursors"]:
                shadow.end_of_pages()  # left out: nothing beyond the cursor that I named
        self._forget_durable(answer.get("durable_through"))

    def _offer_again(self) -> None:
        """The server lives anew: everything that no verified backup holds is offered again."""
        again = [Pending(kept.wire, 0, kept.went_in_at) for kept in self.kept.values()]
        # As they were made: what is kept may be younger than what an earlier life gave back.
        self.outbox = sorted(again + self.outbox, key=lambda pending: pending.wire["n"])
        # What a backup holds stays parked: its author has still to look.
        self.parked = {id: kept for id, kept in self.parked.items() if id not in self.kept}
        self.kept = {}

    def _take_outcome(self, told: Wire, wire: Wire, at: str) -> bool:
        """Move an operation out of the outbox. True: its id belongs to something else, but the
        change is still mine and goes under a new id."""
        place = next((i for i, p in enumerate(self.outbox) if p.wire["id"] == wire["id"]), None)
        if place is None:
            return False
        if told["outcome"] == outcomes.Retry.name:
            self.outbox[place] = replace(self.outbox[place], tries=self.outbox[place].tries + 1)
            return False
        parked = told["outcome"] == outcomes.Parked.name
        if parked and told.get("reason") == outcomes.ID_REUSE:
            return True
        del self.outbox[place]
        kept = Kept(wire, told, at)
        self.kept[wire["id"]] = kept
        if parked:
            self.parked[wire["id"]] = kept
        return False

    def _rename(self, old: str, new: str) -> None:
        """Give a pending operation another id, also where later ones name it."""
        renamed = []
        for pending in self.outbox:
            wire = pending.wire
            if wire["id"] == old:
                wire = {**wire, "id": new}
            elif wire["after"] == old:
                wire = {**wire, "after": new}
            renamed.append(replace(pending, wire=wire))
        self.outbox = renamed

    def _take_changes(
        self, shadow: Shadow, changes: Wire, sent: Mapping[str, Wire], told: list[Wire],
        gone_on: Mapping[str, str],
    ) -> None:  # fmt: skip
        whole = True
        for row in changes["rows"]:
            if row.get("gone"):
                self._take_gone(shadow, row, gone_on.get(row["id"]))
            elif "fields" in row or row.get("type", "activity") != "activity":
                shadow.put(row)
            else:
                whole = self._take_bodiless(shadow, row, sent, told) and whole
        shadow.cursor = max(shadow.cursor, changes["to"])
        if changes["more"]:
            shadow.complete = False
            if not whole:
                shadow.read_anew()
            return
        shadow.end_of_pages()
        if shadow.doubts(changes["digest"]) or not whole:
            self.rereads += 1
            shadow.read_anew()

    def _take_gone(self, shadow: Shadow, row: Row, new: str | None) -> None:
        """The row left this scope; where it went I show it on, until it has come there."""
        held, old = shadow.rows.get(row["id"]), shadow.may_be_old(row["id"])
        shadow.drop(row["id"])
        if held is not None and new in self.scopes:
            self.scopes[new].carry({**held, "scope": new}, old=old)

    def _take_bodiless(
        self, shadow: Shadow, row: Row, sent: Mapping[str, Wire], told: list[Wire]
    ) -> bool:
        """A row that only my own operations of this request changed comes without its body.

        I know the body: my shadow with those operations on top. The digest proves it; if it does
        not, the answer is no, and the scope is read again.
        """
        # Nothing to stand on: what another life of the server told, what only stands in for it.
        held = shadow.rows.get(row["id"])
        made = held if held and held["seq"] > 0 and not shadow.may_be_old(row["id"]) else None
        for outcome in told:
            wire = sent.get(outcome["id"])
            effective = outcome["outcome"] == outcomes.Applied.name
            if wire is not None and wire["activity"] == row["id"] and effective:
                made = apply_operation(made, wire, self.policies(wire["kind"]))
        if made is None or made.get("extra"):
            return False  # a field that this app does not know; the server's row has none such
        made = {**made, **row}
        try:
            known = digests.content_digest(*content_of(made, self.policies(made["kind"])))
        except (CodecError, KeyError):
            return False
        if not same(known, row.get("digest")):
            return False
        shadow.put(made)
        return True

    def _take_grants(self, grants: Mapping[str, Any]) -> None:
        for scope in grants.get("added", ()):
            self.scopes.setdefault(scope, self.hidden.pop(scope, Shadow()))
            self.moved.pop(scope, None)  # a restored server may know nothing of its merger
        self.moved |= grants.get("moved") or {}
        for old, new in (grants.get("moved") or {}).items():
            followed = self.scopes.setdefault(new, self.hidden.pop(new, Shadow()))
            followed.carry_all(self.scopes.pop(old, Shadow()), new)
        for scope in grants.get("dropped", ()):
            if scope in self.scopes:
                # Hidden at once; the outbox stays, and pushing it is answered `no_permission`.
                self.hidden[scope] = self.scopes.pop(scope)

    def _forget_durable(self, durable_through: str | None) -> None:
        """Let go of what a verified backup holds, once its rows have come."""
        if durable_through is None:
            return
        self.durable_through = durable_through
        all_read = self._all_read()
        self.kept = {
            id: kept
            for id, kept in self.kept.items()
            if kept.acknowledged_at >= durable_through or not all_read
        }
