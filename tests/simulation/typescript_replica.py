"""The field app's phones in the simulated world: a replica whose every step is taken by TypeScript.

`pwa/src/tests/replica.ts` runs in Node and holds the phones; a line of JSON goes there and the
phone's state comes back, which is mirrored here for whoever looks. Run with
`python -m tests.simulation --phones typescript`. Not here: any rule of a phone.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, overload

from sync.envelope import again
from sync.fields import MergePolicy
from sync.limits import BATCH_MAX, ROWS_MAX
from sync.outbox import Kept, Pending, Wire
from sync.replica import Replica
from sync.shadow import Shadow
from sync.view import Row
from tests.simulation.rules import KIND

PROGRAM = Path(__file__).parents[2] / "pwa" / "src" / "tests" / "replica.ts"
#: The one that comes with the project's environment takes types away by itself.
NODE = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


class Node:
    """One Node process, for as long as this one lives."""

    def __init__(self) -> None:
        assert NODE is not None, "the simulator's TypeScript phones need Node"
        self.process = subprocess.Popen(
            [NODE, "--disable-warning=ExperimentalWarning", str(PROGRAM)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        self.names = itertools.count(1)
        self.left: list[int] = []
        atexit.register(self.close)

    def ask(self, op: str, phone: int, **members: Any) -> Any:
        if len(self.left) > 100:
            left, self.left = self.left, []
            self._ask({"op": "drop", "phone": 0, "phones": left})
        return self._ask({"op": op, "phone": phone, **members})

    def _ask(self, call: Wire) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(call) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the phones' process has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]

    def close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.wait()


_nodes: dict[int, Node] = {}


def node() -> Node:
    """This process's own: a process that was forked has none of its parent's."""
    if os.getpid() not in _nodes:
        _nodes[os.getpid()] = Node()
    return _nodes[os.getpid()]


class Outbox(list[Pending]):
    """What waits, by n; a test may put another envelope in the place of one."""

    def __init__(self, items: Iterable[Pending], phone: TypescriptReplica) -> None:
        super().__init__(items)
        self.phone = phone

    @overload
    def __setitem__(self, place: Any, pending: Pending) -> None: ...
    @overload
    def __setitem__(self, place: slice, pending: Iterable[Pending]) -> None: ...
    def __setitem__(self, place: Any, pending: Any) -> None:
        n = self[place].wire["n"]
        self.phone.move("replace", n=n, operation=pending.wire)


class TypescriptReplica(Replica):
    """As `sync.replica.Replica`, which it is instead of."""

    def __init__(
        self,
        device: str,
        scopes: Iterable[str],
        policies: Callable[[str], MergePolicy],
        mint: Callable[[], str],
        *,
        app: str = "replica",
    ) -> None:
        super().__init__(device, (), policies, mint, app=app)
        self.place = self._take_place()
        feeds = list(scopes)
        account = next(
            (name.split(":")[1] for name in feeds if name.startswith("account:")), device
        )
        groups = [list(group) for group in policies(KIND).groups]
        self.move("new", device=device, account=account, scopes=feeds, groups=groups)

    def _take_place(self) -> int:
        own = node()
        place = next(own.names)
        weakref.finalize(self, own.left.append, place)
        return place

    def copy(self) -> Replica:
        other: TypescriptReplica = object.__new__(TypescriptReplica)
        other.__dict__.update(self.__dict__)
        other.place = other._take_place()
        node().ask("copy", self.place, to=other.place)
        other.outbox = Outbox(self.outbox, other)
        other.parked = dict(self.parked)
        return other

    # ---- what the person sees and does

    def shadow_row(self, activity: str) -> Row | None:
        return next((s.rows[activity] for s in self.scopes.values() if activity in s.rows), None)

    def view(self, activity: str) -> Row | None:
        return self.views.get(activity)

    def activities(self) -> list[str]:
        return list(self.views)

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
        if self.view(activity) is None and type != "create":
            raise KeyError(activity)
        told = {"id": id, "activity": activity, "type": type, "set": dict(set or {}),
                "add": dict(add or {}), "remove": dict(remove or {}),
                "captured": captured}  # fmt: skip
        place = {"scope": scope, "kind": kind, "kind_version": kind_version, "resolve": resolve}
        self.move("save", operation=told | {k: v for k, v in place.items() if v is not None})
        return self.outbox[-1].wire

    def resend(
        self, parked: str, id: str, set: Mapping[str, Any], scope: str | None = None,
        also: Iterable[str] = (),
    ) -> Wire:  # fmt: skip
        answered = sorted(
            (self.parked[one].wire for one in (parked, *also)), key=lambda wire: wire["n"]
        )
        first = answered[0]["id"]
        also = [wire["id"] for wire in answered[1:]]
        self.move("resend", operation=first, id=id, set=dict(set), scope=scope, also=also)
        made = self.outbox[-1].wire
        if also:  # what its form would hold: the real app makes that of a draft
            self.outbox[-1] = Pending(again(
                answered, self.policies(made["kind"]), id=id, n=made["n"], after=made["after"],
                set=set, scope=scope,
            ))  # fmt: skip
        return self.outbox[-1].wire

    # ---- talking to the server

    def make_request(self, *, batch: int = BATCH_MAX, rows: int = ROWS_MAX) -> Wire:
        request: Wire = node().ask("request", self.place, batch=batch, rows=rows)
        return {**request, "device": self.device}

    def take_answer(self, request: Wire, answer: Wire) -> None:
        reused = [told for told in answer["outcomes"] if told.get("reason") == "id_reuse"]
        ids = [self.mint() for _ in reused]
        # Drafts are kept beside it: the field app's own are those of its forms.
        request = {name: told for name, told in request.items() if name not in _BESIDE}
        self.move("answer", request=request, answer=_dated(answer), ids=ids)
        self.retry_after_s = answer.get("retry_after_s") or 0

    # ---- the mirror

    def move(self, op: str, **members: Any) -> None:
        """Let the phone take a step, and see what it is like then."""
        state = node().ask(op, self.place, **members)
        self.epoch, self.last_n = state["epoch"], state["last_n"]
        self.incarnation, self.beacon = state["incarnation"], state["beacon"]
        self.durable_through = state["durable_through"]
        self.rereads = sum(scope["passes"] - 1 for scope in state["scopes"])
        there = [scope for scope in state["scopes"] if not scope["hidden"]]
        self.scopes = {scope["name"]: _shadow(scope) for scope in there}
        self.hidden = {
            scope["name"]: _shadow(scope) for scope in state["scopes"]
            if scope["hidden"] and not scope["moved_to"]
        }  # fmt: skip
        self.moved = {s["name"]: s["moved_to"] for s in state["scopes"] if s["moved_to"]}
        self.views: dict[str, Row] = {row["id"]: row for row in map(_row, state["views"])}
        self._mirror_items(state["items"])

    def _mirror_items(self, items: list[Wire]) -> None:
        waiting = [item for item in items if item["state"] == "waiting"]
        pending = [Pending(item["wire"], item["tries"], item["went_in_at"]) for item in waiting]
        self.outbox = Outbox(pending, self)
        self.kept, self.parked = {}, {}
        for item in items:
            if item["state"] == "waiting":
                continue
            told = {"outcome": "parked" if item["state"] == "parked" else "applied",
                    "reason": item["reason"], "version": item["went_in_at"]}  # fmt: skip
            kept = Kept(item["wire"], told, item["acknowledged_at"] or "")
            self.kept[item["wire"]["id"]] = kept
            if item["state"] == "parked":
                self.parked[item["wire"]["id"]] = kept


#: Drafts are kept beside it, and so is the name before the last enrolment.
_BESIDE = ("drafts", "taken", "formerly")


def _dated(answer: Wire) -> Wire:
    """The model's seconds as moments that the field app reads; the real server's are such."""
    told = {name: answer[name] for name in ("server_time", "durable_through") if answer.get(name)}
    for name, text in told.items():
        if text.replace(".", "").isdigit():
            at = datetime.fromtimestamp(float(text), UTC)
            told[name] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {**answer, **told}


def _shadow(scope: Wire) -> Shadow:
    rows: dict[str, Row] = {row["id"]: _row(row) for row in scope["rows"]}
    unseen: set[str] | None = set() if scope["rereading"] else None
    return Shadow(scope["cursor"], rows, int(scope["digest"], 16), scope["complete"], unseen)


def _row(row: Wire) -> Wire:
    """With the members that a row of the server always has."""
    if row["type"] != "activity":
        return row
    return {"sets": {}, "extra": {}, "conflicts": [], "review": None, **row}
