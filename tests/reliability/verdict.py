"""Judges a run from outside: what phones wrote down against what the database holds.

Reads both with their plain drivers and computes digests by itself, so that a fault of the program
cannot excuse itself. Every activity was changed by one phone only, in an order that the ledger
knows; so content, version and history must be these and no others.
"""

from __future__ import annotations

import collections
import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.reliability.ledger import read_ledgers

Rows = list[dict[str, Any]]
Read = Callable[[str], Rows]
_NAMED_MAX = 10


@dataclass
class Verdict:
    """Counts, and the first of each kind of fault by name."""

    phones: int = 0
    operations: int = 0
    acknowledged: int = 0
    rereads: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, list[str]]:
        """What is wrong, by kind; empty when all is as it must be."""
        found = {name: getattr(self, name) for name in
                 ("lost", "doubled", "altered", "waiting", "feeds")}  # fmt: skip
        return {name: some[:_NAMED_MAX] for name, some in found.items() if some}

    def __str__(self) -> str:
        return (
            f"{self.phones} phones, {self.operations} operations, {self.acknowledged} acknowledged,"
            f" {len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.altered)} altered,"
            f" {len(self.waiting)} still waiting, {len(self.feeds)} faults of feeds"
        )


@dataclass
class Account:
    """What the ledgers say."""

    saved: dict[str, dict[str, Any]] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    told: dict[str, list[tuple[int, dict[str, Any]]]] = field(
        default_factory=lambda: collections.defaultdict(list)
    )
    photos: list[dict[str, Any]] = field(default_factory=list)
    ends: list[dict[str, Any]] = field(default_factory=list)


def read_account(ledgers: Iterable[Path]) -> Account:
    """The ledgers' lines, sorted by what they are about."""
    account = Account()
    for line in read_ledgers(ledgers):
        if "saved" in line:
            account.saved[line["saved"]["id"]] = line["saved"]
            account.authors[line["saved"]["id"]] = line["account"]
        elif "told" in line:
            account.told[line["told"]["id"]].append((line["at"], line["told"]))
        elif "photo" in line:
            account.photos.append(line)
        else:
            account.ends.append(line)
    return account


@contextlib.contextmanager
def reading(database_url: str) -> Iterator[tuple[Read, Callable[[str], None]]]:
    """Read and run statements by the plain driver, in one transaction that is undone at the end."""
    if database_url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as lite:
            lite.isolation_level = None
            lite.row_factory = sqlite3.Row
            lite.execute("BEGIN")
            yield lambda query: [dict(row) for row in lite.execute(query)], lite.execute  # type: ignore[misc]
            lite.execute("ROLLBACK")
        return
    address = database_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, row_factory=dict_row) as server:
        yield lambda query: server.execute(query).fetchall(), server.execute  # type: ignore[misc]
        server.rollback()


def judge(account: Account, read: Read, *, drained: bool = True) -> Verdict:
    """Compare. `drained`: the phones are done, so everything saved must be there.

    Otherwise only what was acknowledged must.
    """
    verdict = Verdict(
        phones=len(account.ends), operations=len(account.saved), acknowledged=len(account.told),
        rereads=sum(end["rereads"] for end in account.ends),
    )  # fmt: skip
    log = {row["id"]: _outcome(row) for row in read("SELECT id, outcome FROM operation_log")}
    _judge_operations(account, log, verdict, drained)
    _judge_activities(account, log, read, verdict)
    digests = _judge_feeds(read, verdict)
    for end in account.ends:
        if end["outbox"]:
            verdict.waiting.append(f"phone {end['end']}: {end['outbox']} operations")
        for scope, found in end["sums"].items():
            if found != digests.get(scope, "0" * 16):
                verdict.waiting.append(f"phone {end['end']}: shows another {scope}")
    return verdict


def _judge_operations(
    account: Account, log: dict[str, dict[str, Any]], verdict: Verdict, drained: bool
) -> None:
    for id in account.saved if drained else account.told:
        if id not in log:
            word = "acknowledged" if id in account.told else "saved"
            verdict.lost.append(f"operation {id}: {word}, and not in the log")
        elif log[id]["outcome"] != "applied" or log[id].get("reason"):
            verdict.altered.append(f"operation {id}: {log[id]}")
    verdict.doubled += [f"operation {id}: of nobody" for id in log if id not in account.saved]
    for id, all_told in account.told.items():
        answers = {(told["outcome"], told["reason"], told["version"]) for _, told in all_told}
        stored = log.get(id, {})
        expected = {(stored.get("outcome"), stored.get("reason"), stored.get("version"))}
        if id in log and answers != expected:
            verdict.altered.append(f"operation {id}: told {answers}, stored {expected}")


def _judge_activities(account: Account, log: dict[str, Any], read: Read, verdict: Verdict) -> None:
    expected = _expected(account, log)
    history = {
        row["activity_id"]: row["number"]
        for row in read(
            "SELECT activity_id, count(*) AS number FROM activity_event GROUP BY activity_id"
        )
    }
    counted = read("SELECT activity_id, code, group_key, count(*) AS number FROM activity_count "
                   "GROUP BY activity_id, code, group_key HAVING count(*) > 1")  # fmt: skip
    verdict.doubled += [f"activity {row['activity_id']}: counted {row['number']} times for "
                        f"{row['code']}" for row in counted]  # fmt: skip
    rows = {
        row["id"]: row
        for row in read(
            "SELECT id, scope, kind, author_id, status, version, digest, fields, sets FROM activity"
        )
    }
    verdict.doubled += [f"activity {id}: of nobody" for id in rows if id not in expected]
    for id, hoped in expected.items():
        row = rows.get(id)
        if row is None:
            verdict.lost.append(f"activity {id}: not there")
            continue
        fields, sets = _json(row["fields"]), _json(row["sets"])
        found = (row["scope"], row["kind"], row["author_id"], row["status"], fields, sets)
        if found != hoped.content():
            verdict.altered.append(f"activity {id}: {found}, not {hoped.content()}")
        if row["digest"] != _content_digest(row["kind"], fields, sets):
            verdict.altered.append(f"activity {id}: its digest is of other content")
        if row["version"] < hoped.operations:
            verdict.lost.append(f"activity {id}: version {row['version']} < {hoped.operations}")
        if row["version"] > hoped.operations or history.get(id, 0) > hoped.operations:
            verdict.doubled.append(f"activity {id}: more than {hoped.operations} steps")
        if history.get(id, 0) < hoped.operations:
            verdict.lost.append(f"activity {id}: a line of its history")


@dataclass
class Expected:
    """An activity as its author's operations make it."""

    scope: str
    kind: str
    author: str
    status: str = "draft"
    operations: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    sets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def content(self) -> tuple[Any, ...]:
        return (self.scope, self.kind, self.author, self.status, self.fields, self.sets)


def _expected(account: Account, log: dict[str, Any]) -> dict[str, Expected]:
    """Of the operations that must be there (those in the log), in the order of their making."""
    found: dict[str, Expected] = {}
    for id, wire in account.saved.items():
        if id not in log and id not in account.told:
            continue
        hoped = found.setdefault(
            wire["activity"], Expected(wire["scope"], wire["kind"], account.authors[id])
        )
        hoped.operations += 1
        hoped.fields |= {name: value for name, value in wire["set"].items() if value is not None}
        for name, elements in wire["add"].items():
            hoped.sets.setdefault(name, {}).update({one["sha256"]: one for one in elements})
        if wire["type"] == "submit":
            hoped.status = "submitted"
    return found


def _judge_feeds(read: Read, verdict: Verdict) -> dict[str, str]:
    """Numbers once each, none beyond its counter, digests the sums of their rows."""
    rows = read("SELECT scope, id, version, seq FROM activity")
    rows += read("SELECT scope, id, version, seq FROM feed_document WHERE gone = false")
    numbers = collections.Counter((row["scope"], row["seq"]) for row in rows)
    verdict.feeds += [f"{scope}: number {seq} given {times} times"
                      for (scope, seq), times in numbers.items() if times > 1]  # fmt: skip
    sums: dict[str, int] = collections.defaultdict(int)
    last: dict[str, int] = collections.defaultdict(int)
    for row in rows:
        share = hashlib.sha256(f"{row['id']}:{row['version']}".encode()).digest()[:8]
        sums[row["scope"]] = (sums[row["scope"]] + int.from_bytes(share, "big")) % 2**64
        last[row["scope"]] = max(last[row["scope"]], row["seq"])
    stored = {row["name"]: row for row in read("SELECT name, seq, digest FROM feed_scope")}
    for scope in {*stored, *last}:
        counter = stored.get(scope, {"seq": 0, "digest": "0" * 16})
        if counter["digest"] != f"{sums[scope]:016x}":
            verdict.feeds.append(f"{scope}: digest {counter['digest']}, not {sums[scope]:016x}")
        if counter["seq"] < last[scope]:
            verdict.feeds.append(f"{scope}: counter {counter['seq']} behind {last[scope]}")
    return {scope: row["digest"] for scope, row in stored.items()}


def _content_digest(kind: str, fields: Any, sets: Any) -> str:
    """PROTOCOL.md 6, of values that need none of JSON's corner cases."""
    text = json.dumps({"kind": kind, "fields": fields, "sets": sets}, sort_keys=True,
                      ensure_ascii=False, separators=(",", ":"))  # fmt: skip
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _outcome(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _json(row["outcome"])
    return found


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
