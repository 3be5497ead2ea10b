"""Delivering operations by `POST /api/v1/sync`, as phones meet it."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.activities import batch
from server.activities.models import Activity, ActivityEvent, OperationLog
from server.devices.models import Device
from tests.factories.accounts import make_account
from tests.factories.activities import Phone, make_phone, wire

OTHER_COMMUNE = "commune:c-00008-2025"


def test_an_activity_recorded_offline_is_submitted(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.save("submit", activity)
    outcomes = phone.sync()
    assert [outcome["outcome"] for outcome in outcomes] == ["applied", "applied"]
    phone.sync()
    row = phone.row(activity)
    assert (row["status"], row["version"]) == ("submitted", 2)
    assert phone.replica.idle()
    assert phone.replica.rereads == 0


def test_the_same_batch_again_has_no_effect_and_the_same_outcomes(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.save("submit", activity)
    request = phone.replica.make_request()
    first = phone.post(request)
    again = phone.post(request)
    assert outcomes_of(again) == outcomes_of(first)
    assert session.scalar(select(func.count()).select_from(ActivityEvent)) == 2
    assert session.scalars(select(Activity.version)).all() == [2]


def test_a_late_duplicate_does_not_undo_what_came_after(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record(note="một")
    early = phone.replica.make_request()
    phone.sync(rounds=2)
    phone.save("edit", activity, set={"note": "hai"})
    phone.sync(rounds=2)
    phone.post(early)
    phone.sync()
    assert phone.row(activity)["fields"]["note"] == "hai"


def test_an_id_used_for_something_else_keeps_both(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record(note="một")
    phone.sync(rounds=2)
    first = phone.save("edit", activity, set={"note": "hai"})
    phone.sync(rounds=2)
    second = phone.save("edit", activity, set={"difficulty": "Loa hỏng"})
    phone.replica._rename(second, first)
    (outcome,) = phone.sync()
    assert (outcome["outcome"], outcome["reason"]) == ("parked", "id_reuse")
    (outcome,) = phone.sync()  # the phone has given it another id
    assert outcome["outcome"] == "applied"
    phone.sync()
    fields = phone.row(activity)["fields"]
    assert (fields["note"], fields["difficulty"]) == ("hai", "Loa hỏng")


def test_two_phones_of_one_person_merge(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    account = make_account(session, now)
    one, two = (Phone(client, session, now, account) for _ in range(2))
    activity = one.record()
    one.sync(rounds=2)
    two.sync(rounds=2)
    one.save("edit", activity, set={"note": "Trời mưa"})
    two.save("edit", activity, set={"difficulty": "Mất điện"})
    assert one.sync(rounds=2)[0]["outcome"] == "applied"
    assert two.sync(rounds=2)[0]["outcome"] == "merged"
    one.sync()
    for phone in (one, two):
        fields = phone.row(activity)["fields"]
        assert (fields["note"], fields["difficulty"]) == ("Trời mưa", "Mất điện")
        assert phone.replica.idle()


def test_both_changed_the_same_field_and_nothing_is_lost(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    account = make_account(session, now)
    one, two = (Phone(client, session, now, account) for _ in range(2))
    activity = one.record(note="cũ")
    one.sync(rounds=2)
    two.sync(rounds=2)
    one.save("edit", activity, set={"note": "của máy một"})
    two.save("edit", activity, set={"note": "của máy hai"})
    one.sync()
    (outcome,) = two.sync(rounds=2)
    assert outcome["outcome"] == "conflict"
    row = two.row(activity)
    assert row["fields"]["note"] == "của máy một"
    (conflict,) = row["conflicts"]
    assert conflict["kind"] == "fields"
    assert [value["mine"] for value in conflict["fields"]] == ["của máy hai"]


def test_one_bad_operation_does_not_stop_the_others(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    good = phone.record()
    bad = phone.record(event_date="hôm qua")
    outcomes = {outcome["activity"]: outcome for outcome in phone.sync()}
    assert outcomes[good]["outcome"] == "applied"
    assert (outcomes[bad]["outcome"], outcomes[bad]["reason"]) == ("parked", "invalid")
    (problem,) = outcomes[bad]["problems"]
    assert problem["field"] == "event_date"
    assert problem["vi"]


#: JSON text of a value, and why it can't be kept as such.
POISON = [
    "NaN", "1e999", "-Infinity", "12345678901234567890", '"a\\u0000b"', '"\\ud800"',
    '{"a": 1, "a": 2}', "[[[[[[[[[[[1]]]]]]]]]]]", '"0000-00-00"', '"294277-01-01"', "[]", "{}",
    "-1", "1.5", "true", '"' + "x" * 70_000 + '"', "null",
]  # fmt: skip


@pytest.mark.parametrize("place", ["event_date", "note", "duration_min", "unknown_field"])
def test_poison_in_a_field_has_a_verdict_of_its_own(
    client: FlaskClient, session: Session, now: datetime, place: str
) -> None:
    """The verdict never depends on the database, and the good ones around it go in."""
    phone = make_phone(client, session, now)
    verdicts = []
    for poison in POISON:
        bad, good = wire(), wire()
        bad["set"] = {**bad["set"], place: "PUT-POISON-HERE"}
        text = phone_request(phone, [bad, good]).replace('"PUT-POISON-HERE"', poison)
        response = client.post("/api/v1/sync", data=text.encode(), headers=phone.headers,
                               content_type="application/json")  # fmt: skip
        assert response.status_code == 200, (poison, response.text)
        first, second = json.loads(response.data)["outcomes"]
        assert second["outcome"] == "applied", poison
        verdicts.append((poison, first["outcome"], first.get("reason")))
    assert verdicts == [
        (poison, *verdict) for poison, verdict in zip(POISON, EXPECTED[place], strict=True)
    ]


_BAD = ("parked", "malformed")
_LONG = ("parked", "too_large")
_NO = ("parked", "invalid")
_YES = ("applied", None)
# An empty list, like null, is an empty field
_UNREADABLE = [_BAD] * 8
EXPECTED = {
    "event_date": [*_UNREADABLE, _NO, _NO, _YES, _NO, _NO, _NO, _NO, _LONG, _YES],
    "note": [*_UNREADABLE, _YES, _YES, _YES, _NO, _NO, _NO, _NO, _LONG, _YES],
    "duration_min": [*_UNREADABLE, _NO, _NO, _YES, _NO, _NO, _NO, _NO, _LONG, _YES],
    "unknown_field": [*_UNREADABLE, _YES, _YES, _YES, _YES, _YES, _YES, _YES, _LONG, _YES],
}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id", 7), ("id", "x"), ("activity", None), ("scope", "'; drop table"), ("type", []),
        ("kind_version", 2**53 - 1), ("n", 2**53 - 1), ("n", -1), ("captured", {"wall": "9999"}),
        ("captured", {"wall": "0001-01-01T00:00:00+14:00"}), ("set", {"status": "approved"}),
        ("set", {"author": "someone"}), ("add", {"evidence": [{"sha256": "x" * 70}]}),
        ("add", {"evidence": [{}]}), ("was", {"note": [[]]}), ("after", "nobody"),
    ],
)  # fmt: skip
def test_poison_in_the_envelope_has_a_verdict_of_its_own(
    client: FlaskClient, session: Session, now: datetime, member: str, value: object
) -> None:
    phone = make_phone(client, session, now)
    bad, good = wire(), wire()
    bad[member] = value
    request = phone.replica.make_request() | {"operations": [bad, good, bad]}
    answer = phone.post(request)
    assert answer["outcomes"][1]["outcome"] == "applied"
    harmless = member in ("kind_version", "n", "captured", "was") and value != -1
    expected = "applied" if harmless else "parked"
    assert answer["outcomes"][0]["outcome"] == expected
    assert answer["outcomes"][2]["outcome"] == expected


def test_no_right_to_the_commune_is_parked_and_kept(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    operation = wire(scope=OTHER_COMMUNE)
    answer = phone.post(phone.replica.make_request() | {"operations": [operation]})
    (outcome,) = answer["outcomes"]
    assert (outcome["outcome"], outcome["reason"]) == ("parked", "no_permission")
    kept = session.scalars(select(OperationLog.body)).one()
    assert kept is not None
    assert kept["set"] == operation["set"]


def test_a_guessed_id_of_another_commune_tells_nothing(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    owner = make_phone(client, session, now)
    activity = owner.record()
    owner.sync()
    stranger = make_phone(client, session, now, unit_id="c-00008-2025", name="Vàng A Sính")
    operation = wire("edit", activity=activity, scope=OTHER_COMMUNE, base=1, set={"note": "x"})
    answer = stranger.post(stranger.replica.make_request() | {"operations": [operation]})
    (outcome,) = answer["outcomes"]
    assert (outcome["outcome"], outcome["reason"]) == ("parked", "no_permission")
    assert outcome["version"] is None
    assert outcome.get("seq") is None


def test_a_withdrawn_activity_stays_visible_as_such(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.sync(rounds=2)
    phone.save("withdraw", activity)
    phone.sync(rounds=2)
    assert phone.row(activity)["status"] == "withdrawn"


def test_an_operation_waits_for_the_one_before_it(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.save("submit", activity)
    request = phone.replica.make_request()
    late = request | {"operations": request["operations"][1:]}
    assert phone.post(late)["outcomes"][0]["outcome"] == "retry"
    assert [each["outcome"] for each in phone.post(request)["outcomes"]] == ["applied"] * 2


def test_a_number_used_twice_tells_of_a_clone(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    original, clone = wire(n=5), wire(n=5)
    first = phone.post(phone.replica.make_request() | {"operations": [original]})
    second = phone.post(phone.replica.make_request() | {"operations": [clone]})
    assert first["outcomes"][0]["fork"] is False
    assert second["outcomes"][0]["outcome"] == "applied"
    assert second["outcomes"][0]["fork"] is True


def test_what_the_phone_tells_of_itself_is_kept(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    request = phone.replica.make_request()
    request |= {"epoch": 3, "last_n": 118, "app": "1.0",
                "unsent": {"operations": 7, "photos": 4, "oldest_at": None}}  # fmt: skip
    phone.post(request)
    device = session.scalars(select(Device)).one()
    assert (device.epoch, device.last_n, device.app) == (3, 118, "1.0")
    assert device.unsent == {"operations": 7, "photos": 4, "oldest_at": None}


def test_a_bug_of_ours_stops_one_operation_and_parks_it_at_last(
    client: FlaskClient, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = make_phone(client, session, now)
    bad, good = wire(), wire()
    reconcile = batch.reconcile

    def fail_over_one(record: Any, operation: Any, policy: Any, context: Any) -> Any:
        if operation.id == bad["id"]:
            raise ZeroDivisionError
        return reconcile(record, operation, policy, context)

    monkeypatch.setattr(batch, "reconcile", fail_over_one)
    request = phone.replica.make_request() | {"operations": [bad, good]}
    told = [
        [(each["outcome"], each.get("reason")) for each in phone.post(request)["outcomes"]]
        for _ in range(4)
    ]
    applied = ("applied", None)
    assert told == [
        [("retry", "bug"), applied],
        [("retry", "bug"), applied],
        [("parked", "bug"), applied],
        [("parked", "bug"), applied],
    ]


def test_the_same_batch_eight_times_at_once_has_one_effect(
    app: Flask, client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.save("submit", activity)
    request = phone.replica.make_request()
    session.rollback()
    answers: list[Any] = []

    def send() -> None:
        with app.app_context():
            response = app.test_client().post("/api/v1/sync", json=request, headers=phone.headers)
            answers.append((response.status_code, outcomes_of(json.loads(response.data))))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _ in answers] == [200] * 8
    assert all(told == answers[0][1] for _, told in answers)
    assert session.scalars(select(Activity.version)).all() == [2]
    assert session.scalar(select(func.count()).select_from(ActivityEvent)) == 2


def test_a_bug_of_ours_met_eight_times_at_once_is_told_to_everybody(
    app: Flask, client: FlaskClient, session: Session, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Found by phones that send twice at once: the slower of two that parked it got a 409."""
    phone = make_phone(client, session, now)

    def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(batch, "reconcile", fail)
    request = phone.replica.make_request() | {"operations": [wire()]}
    session.rollback()
    answers: list[Any] = []

    def send() -> None:
        with app.app_context():
            response = app.test_client().post("/api/v1/sync", json=request, headers=phone.headers)
            answers.append((response.status_code, json.loads(response.data)["outcomes"][0]))

    for _ in range(3):
        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {status for status, _ in answers} == {200}
    assert {told["reason"] for _, told in answers} == {"bug"}
    assert answers[-1][1]["outcome"] == "parked"


def phone_request(phone: Phone, operations: list[dict[str, Any]]) -> str:
    return json.dumps(phone.replica.make_request() | {"operations": operations})


def outcomes_of(answer: Any) -> list[tuple[str, str, int]]:
    return [(each["id"], each["outcome"], each["version"]) for each in answer["outcomes"]]


def test_a_report_tells_when_it_was_made_whatever_the_clock_said(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    wrong = timedelta(days=400)
    tap, sending = now - timedelta(hours=2), now
    with clock.frozen(now - timedelta(hours=3)):
        phone = make_phone(client, session, now - timedelta(days=1))
        phone.sync()
        beacon = phone.replica.beacon
    captured = {"wall": (tap + wrong).isoformat(), "monotonic_ms": 5, "boot": "b", "beacon": beacon}
    operation = wire(captured=captured)
    with clock.frozen(sending):
        told = {"wall": (sending + wrong).isoformat(), "monotonic_ms": 9, "boot": "c"}
        phone.post({"protocol": 1, "operations": [operation], "clock": told})
        found = client.get(f"/api/v1/activities/{operation['activity']}", headers=phone.headers)
    assert found.json is not None
    assert found.json["captured"] == {
        "likely": "2026-11-20T01:00:00.000Z",
        "earliest": "2026-11-20T00:00:00.000Z",
        "latest": "2026-11-20T03:00:00.000Z",
    }
