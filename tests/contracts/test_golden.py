"""Operations of every version that was ever shipped still apply, on both databases (I16)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import catalogue
from server.activities.models import Activity, OperationLog
from server.catalogue.kind import Kind
from server.catalogue.loading import HERE, kind_from, load_shared
from server.catalogue.reader import parse_yaml
from sync.upcast import KindHistory
from tests.factories.activities import make_phone, new_id, wire
from tests.support import golden

ALL = golden.read_all()


def test_no_golden_file_ever_changes() -> None:
    """A failure here means that phones in the field would be read otherwise than they meant."""
    files = {path.relative_to(golden.FOLDER).as_posix(): golden.hash_of(path)
             for path in golden.FOLDER.glob("*/*.json")}  # fmt: skip
    assert files == golden.sums()


def test_every_version_of_every_kind_has_its_file() -> None:
    """A new version of a kind needs its own: `python -m tests.support.golden`."""
    shipped = {(kind.id, version) for kind in catalogue.kinds().values()
               for version in range(kind.oldest_version, kind.version + 1)}  # fmt: skip
    assert shipped <= {(one["kind"], one["kind_version"]) for one in ALL}
    assert len(shipped) >= 21


def test_all_golden_operations_apply(client: FlaskClient, session: Session, now: datetime) -> None:
    phone = make_phone(client, session, now)
    for start in range(0, len(ALL), 30):
        part = ALL[start : start + 30]
        sent = [operation for one in part for operation in one["operations"]]
        answer = phone.post({**phone.replica.make_request(), "operations": sent})
        told = {each["id"]: (each["outcome"], each["version"]) for each in answer["outcomes"]}
        for one in part:
            ids = [operation["id"] for operation in one["operations"]]
            expected = [("applied", version) for version in one["expected"]["versions"]]
            assert [told[id] for id in ids] == expected, one["kind"]
            _assert_as_expected(session, one)


def _assert_as_expected(session: Session, one: Mapping[str, Any]) -> None:
    kind = catalogue.kinds()[one["kind"]]
    names = kind.history.names_since(one["kind_version"])
    for id, expected in one["expected"]["activities"].items():
        row = session.get_one(Activity, id)
        assert row.status == expected["status"]
        assert sorted(row.sets.get("evidence", {})) == expected["photos"]
        assert {**row.fields, **row.extra} == {
            names.get(name, name): value for name, value in expected["fields"].items()
        }
        assert row.kind_version == kind.version


THIRD = """
id: talk
version: 3
oldest_version: 1
renamed: {2: {title: heading}, 3: {heading: topic_name, chairs: seats}}
labels: {vi: "Nói chuyện", en: "Talk"}
rows: [I.1.2]
evidence: {min: 0, max: 3}
sections:
  - id: talk
    label: {vi: "Buổi nói chuyện", en: "Talk"}
    fields:
      - {use: event_date}
      - id: topic_name
        type: text
        label: {vi: "Chủ đề", en: "Topic"}
        max_length: 80
        required: true
      - {id: seats, type: integer, label: {vi: "Số ghế", en: "Seats"}, min: 1, max: 500}
counts: [{code: I.1.2}]
columns: [event_date, topic_name]
example: {event_date: "2026-11-19", topic_name: "BHXH tự nguyện", seats: 40}
"""


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Kind:
    """A kind in its third version, besides the shipped ones."""
    kind = kind_from(parse_yaml(THIRD, "talk"), load_shared(HERE / "shared"), "talk")
    known = MappingProxyType({**catalogue.kinds(), "talk": kind})
    monkeypatch.setattr(catalogue, "kinds", lambda: known)
    return kind


def test_three_versions_of_a_kind_meet_in_one_record(
    client: FlaskClient, session: Session, now: datetime, talk: Kind
) -> None:
    """A first app records, a second edits, a third submits: one record with today's names."""
    assert talk.history == KindHistory(3, 1, talk.renamed)
    phone = make_phone(client, session, now)
    of = {"activity": new_id(), "kind": "talk"}
    first = wire(kind_version=1, **of, add={},
                 set={"event_date": "2026-11-19", "title": "Một", "chairs": 30})  # fmt: skip
    second = wire("edit", kind_version=2, base=1, **of, after=first["id"],
                  set={"heading": "Hai"}, was={"heading": "Một"})  # fmt: skip
    third = wire("submit", kind_version=3, base=2, **of, after=second["id"],
                 set={"seats": 35}, was={"seats": 30})  # fmt: skip
    sent = [first, second, third]
    answer = phone.post({**phone.replica.make_request(), "operations": sent})
    assert [each["outcome"] for each in answer["outcomes"]] == ["applied"] * 3
    row = session.get_one(Activity, of["activity"])
    assert row.fields == {"event_date": "2026-11-19", "topic_name": "Hai", "seats": 35}
    assert (row.kind_version, row.status, row.extra) == (3, "submitted", {})
    # The same again, from an app that was updated meanwhile: the stored outcomes.
    again = phone.post({**phone.replica.make_request(), "operations": sent})
    assert again["outcomes"] == answer["outcomes"]


def test_a_record_of_an_earlier_version_is_understood(
    client: FlaskClient,
    session: Session,
    now: datetime,
    talk: Kind,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stored under the first version's names, then edited by an app of the third."""
    phone = make_phone(client, session, now)
    old = catalogue.kinds()
    first_text = THIRD.replace("version: 3\n", "version: 1\n", 1).replace("topic_name", "title")
    first_text = first_text.replace("seats", "chairs")
    first_text = first_text.replace(first_text[first_text.index("renamed:") :].split("\n")[0], "")
    first = kind_from(parse_yaml(first_text, "talk"), load_shared(HERE / "shared"), "talk")
    monkeypatch.setattr(catalogue, "kinds", lambda: {**old, "talk": first})
    of = {"activity": new_id(), "kind": "talk"}
    create = wire(kind_version=1, **of, add={},
                  set={"event_date": "2026-11-19", "title": "Một", "chairs": 30})  # fmt: skip
    phone.post({**phone.replica.make_request(), "operations": [create]})
    monkeypatch.setattr(catalogue, "kinds", lambda: old)
    edit = wire("edit", kind_version=3, base=1, **of, after=create["id"],
                set={"seats": 31}, was={"seats": 30})  # fmt: skip
    answer = phone.post({**phone.replica.make_request(), "operations": [edit]})
    assert answer["outcomes"][0]["outcome"] == "applied"
    row = session.get_one(Activity, of["activity"])
    assert row.fields == {"event_date": "2026-11-19", "topic_name": "Một", "seats": 31}
    assert row.kind_version == 3


def test_what_is_too_old_is_kept_whole(
    client: FlaskClient, session: Session, now: datetime, talk: Kind,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    text = THIRD.replace("oldest_version: 1", "oldest_version: 2")
    young = kind_from(parse_yaml(text, "talk"), load_shared(HERE / "shared"), "talk")
    known = {**catalogue.kinds(), "talk": young}
    monkeypatch.setattr(catalogue, "kinds", lambda: known)
    phone = make_phone(client, session, now)
    old = wire(kind="talk", kind_version=1, set={"title": "Một"}, add={})
    answer = phone.post({**phone.replica.make_request(), "operations": [old]})
    (told,) = answer["outcomes"]
    assert (told["outcome"], told["reason"]) == ("parked", "too_old")
    assert answer["oldest_protocol"] == 1
    kept = session.get_one(OperationLog, old["id"])
    assert kept.body["set"] == {"title": "Một"}
    assert kept.body["kind_version"] == 1
