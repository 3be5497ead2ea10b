"""The contract of `POST /api/v1/sync`, held by a program that speaks only the protocol."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.contracts.conftest import Installation
from tests.contracts.outsider import Caller, Phone, new_id
from tests.contracts.test_contract import ROW_KEYS, assert_problem, bare
from tests.factories.evidence import make_photo

KIND = "support_contact"


@pytest.fixture
def example(site: Installation) -> dict[str, Any]:
    return dict(site.kinds[KIND]["example"])  # type: ignore[call-overload]


def names(outcomes: list[dict[str, Any]]) -> list[str]:
    return [outcome["outcome"] for outcome in outcomes]


def test_an_answer_has_the_members_of_the_protocol(site: Installation) -> None:
    answer = site.phone.sync()
    assert {
        "incarnation", "server_time", "beacon", "outcomes", "changes", "grants",
        "durable_through", "oldest_protocol", "retry_after_s",
    } <= answer.keys()  # fmt: skip
    assert {"added", "dropped", "moved"} <= answer["grants"].keys()
    assert answer["changes"].keys() <= set(site.phone.enrolled["scopes"])
    reference = answer["changes"]["reference"]
    assert {"to", "more", "digest", "rows"} <= reference.keys()
    assert {"catalogue", "plan"} <= {row["type"] for row in reference["rows"]}
    cursors = {scope: change["to"] for scope, change in answer["changes"].items()}
    digests = {scope: change["digest"] for scope, change in answer["changes"].items()}
    settled = {"incarnation": answer["incarnation"], "cursors": cursors, "digests": digests}
    assert site.phone.sync(**settled)["changes"] == {}


def test_a_row_of_the_feed(site: Installation, example: dict[str, Any]) -> None:
    element = bare(make_photo(5, width=64, height=48).element)
    create, submit = site.phone.report(KIND, example, [element])
    site.phone.outcomes(create, submit)
    row = site.phone.row(create["activity"])
    assert row.keys() >= ROW_KEYS
    assert row["type"] == "activity"
    assert row["status"] == "submitted"
    assert row["fields"] == example
    assert element.items() <= row["evidence"][0].items()
    assert row["evidence"][0]["verified"] is False
    assert row["author"]["id"] == site.accounts["collaborator"]["account"]
    assert row["review"] is None
    assert row["conflicts"] == []
    cursors = {site.phone.scope: row["seq"]}
    newer = site.phone.sync(cursors=cursors, incarnation=site.phone.sync()["incarnation"])
    rows = newer["changes"].get(site.phone.scope, {"rows": []})["rows"]
    assert all(each["seq"] > row["seq"] for each in rows)


def test_a_small_page_goes_on_where_it_stopped(site: Installation, example: dict[str, Any]) -> None:
    reports = [site.phone.report(KIND, example)[0] for _ in range(5)]
    assert names(site.phone.outcomes(*reports)) == ["applied"] * 5
    cursors: dict[str, int] = {}
    incarnation, seen = None, set()
    for _ in range(500):
        answer = site.phone.sync(cursors=cursors, incarnation=incarnation, max_rows=3)
        incarnation = answer["incarnation"]
        assert sum(len(change["rows"]) for change in answer["changes"].values()) <= 3
        for scope, change in answer["changes"].items():
            seen |= {row["id"] for row in change["rows"]}
            cursors[scope] = change["to"]
        if not any(change["more"] for change in answer["changes"].values()):
            break
    assert {report["activity"] for report in reports} <= seen


def test_the_same_push_again_has_the_same_outcome(
    site: Installation, example: dict[str, Any]
) -> None:
    report = site.phone.report(KIND, example)
    first = site.phone.outcomes(*report)
    before = site.phone.row(report[0]["activity"])
    again = site.phone.outcomes(*report)
    assert names(again) == names(first) == ["applied", "applied"]
    assert [each["version"] for each in again] == [each["version"] for each in first]
    assert site.phone.row(report[0]["activity"]) == before
    other = report[0] | {"set": example | {"contacts_count": 99}}
    (clash,) = site.phone.outcomes(other)
    assert clash["outcome"] == "parked"
    assert clash["reason"] == "id_reuse"
    assert site.phone.row(report[0]["activity"]) == before


def test_fields_of_a_newer_app_are_kept(site: Installation, example: dict[str, Any]) -> None:
    create, submit = site.phone.report(KIND, example | {"weather_of_2027": "mưa"})
    assert names(site.phone.outcomes(create, submit)) == ["applied", "applied"]
    edit = site.phone.operation("edit", create["activity"], KIND, base=2,
                                set={"contacts_count": 24}, was={"contacts_count": 23})  # fmt: skip
    assert names(site.phone.outcomes(edit)) == ["applied"]
    row = site.phone.row(create["activity"])
    assert row["extra"]["weather_of_2027"] == "mưa"
    assert row["fields"]["contacts_count"] == 24


def test_a_bad_operation_fails_alone(site: Installation, example: dict[str, Any]) -> None:
    bad = site.phone.report(KIND, example | {"contacts_count": -4})
    unknown = site.phone.report("dance_evening", {})[0]
    strange = site.phone.report(KIND, example)[0] | {"scope": site.strange_phone.scope}
    empty = site.phone.report(KIND, {})
    good = site.phone.report(KIND, example)
    sent = (*bad, unknown, strange, *empty, *good)
    outcomes = site.phone.outcomes(*sent)
    assert names(outcomes) == ["parked", "parked", "retry", "parked", "applied", "parked",
                               "applied", "applied"]  # fmt: skip
    assert outcomes[0]["reason"] == "invalid"
    problem = outcomes[0]["problems"][0]
    assert problem["field"] == "contacts_count"
    assert problem["vi"]
    assert outcomes[3]["reason"] == "no_permission"
    assert outcomes[5]["reason"] == "invalid"


def test_a_packed_request_is_read(site: Installation, example: dict[str, Any]) -> None:
    report = site.phone.report(KIND, example)
    answer = site.phone.sync(*report, packed=True)
    assert names(answer["outcomes"]) == ["applied", "applied"]
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    for body, status in ((b"not packed", 400), (gzip.compress(b" " * 50_000_000), 413)):
        refused = site.phone("POST", "/api/v1/sync", data=body, headers=headers)
        assert_problem(refused, status)


def test_what_is_no_request_is_refused_as_a_problem(site: Installation) -> None:
    as_json = {"Content-Type": "application/json"}
    for body in (b"{", b"", b"\xff\xfe", b'{"protocol": NaN}'):
        assert_problem(site.phone("POST", "/api/v1/sync", data=body, headers=as_json), 400)
    for wrong in ([], {"protocol": "one"}, {"protocol": 1, "operations": 5}):
        answer = site.phone("POST", "/api/v1/sync", data=json.dumps(wrong), headers=as_json)
        assert_problem(answer, 422)
    many = [site.phone.report(KIND, {})[0] for _ in range(201)]
    assert_problem(site.phone("POST", "/api/v1/sync", json=site.phone.message(*many)), 422)


def test_a_stranger_is_told_nothing(site: Installation) -> None:
    message = site.phone.message()
    assert_problem(site.anyone("POST", "/api/v1/sync", json=message), 401)
    forged = Caller(site.server, {"Authorization": "Bearer loa_" + "x" * 43})
    assert_problem(forged("POST", "/api/v1/sync", json=message), 401)
    assert_problem(site.strange_phone("POST", "/api/v1/sync", json=message), 403)


def test_two_phones_of_one_person_merge(site: Installation, example: dict[str, Any]) -> None:
    one, two = site.phone, site.second_phone
    assert two.enrolled["account"]["id"] == one.enrolled["account"]["id"]
    assert two.enrolled["device"] != one.enrolled["device"]
    (create,) = one.report(KIND, example)[:1]
    one.outcomes(create)
    activity = create["activity"]
    assert two.row(activity)["fields"] == example

    def edit(phone: Phone, field: str, value: object) -> str:
        was = {field: example[field]} if field in example else {}
        operation = phone.operation("edit", activity, KIND, base=1, set={field: value}, was=was)
        outcome: str = phone.outcomes(operation)[0]["outcome"]
        return outcome

    assert edit(one, "contacts_count", 30) == "applied"
    assert edit(two, "note", "Đông người hỏi về sổ hộ gia đình") == "merged"
    fields = one.row(activity)["fields"]
    assert fields["contacts_count"] == 30
    assert fields["note"] == "Đông người hỏi về sổ hộ gia đình"
    assert two.row(activity) == one.row(activity)

    assert edit(two, "contacts_count", 31) == "conflict"
    row = one.row(activity)
    assert row["fields"]["contacts_count"] == 30
    (conflict,) = row["conflicts"]
    assert conflict["fields"][0]["field"] == "contacts_count"
    assert conflict["fields"][0]["mine"] == 31


def test_what_is_approved_changes_only_by_an_amendment(
    site: Installation, example: dict[str, Any]
) -> None:
    create, submit = site.phone.report(KIND, example)
    site.phone.outcomes(create, submit)
    approved = site.console.decided(create["activity"], "approve")
    edit = site.phone.operation("edit", create["activity"], KIND, base=approved["version"],
                                set={"contacts_count": 5}, was={"contacts_count": 23})  # fmt: skip
    (outcome,) = site.phone.outcomes(edit)
    assert outcome["outcome"] == "conflict"
    row = site.phone.row(create["activity"])
    assert row["status"] == "approved"
    assert row["fields"] == example
    (conflict,) = row["conflicts"]
    assert conflict["kind"] == "amendment"
    assert conflict["fields"][0]["mine"] == 5


def test_a_chain_made_offline_arrives_in_any_order(
    site: Installation, example: dict[str, Any]
) -> None:
    create, submit = site.phone.report(KIND, example)
    assert names(site.phone.outcomes(submit)) == ["retry"]
    assert names(site.phone.outcomes(create)) == ["applied"]
    assert names(site.phone.outcomes(submit)) == ["applied"]
    assert site.phone.row(create["activity"])["status"] == "submitted"


def test_a_withdrawn_report_is_gone_from_the_queue(
    site: Installation, example: dict[str, Any]
) -> None:
    create, submit = site.phone.report(KIND, example)
    withdraw = site.phone.operation("withdraw", create["activity"], KIND, after=submit["id"])
    assert names(site.phone.outcomes(create, submit, withdraw)) == ["applied"] * 3
    assert site.phone.row(create["activity"])["status"] == "withdrawn"
    queue = site.console.read("/api/v1/reviews/queue", limit=200)
    assert create["activity"] not in {item["id"] for item in queue["items"]}


def test_a_strange_clock_is_no_reason_to_refuse(
    site: Installation, example: dict[str, Any]
) -> None:
    create = site.phone.report(KIND, example)[0]
    create["captured"] |= {"wall": "1970-01-01T07:00:00+07:00"}
    create["id"] = "00000000-0001-" + new_id()[14:]
    assert names(site.phone.outcomes(create)) == ["applied"]


def test_a_revoked_phone_reads_nothing_more(site: Installation) -> None:
    with site.losing_second_phone() as lost:
        assert lost.sync()["outcomes"] == []
        site.server.loa("devices", "revoke", lost.enrolled["device"])
        assert_problem(lost("POST", "/api/v1/sync", json=lost.message()), 401)
        assert_problem(lost("GET", "/api/v1/activities"), 401)
    assert site.phone.sync()["outcomes"] == []  # the same person's other phone works on


@pytest.mark.parametrize("round", range(3))
def test_the_same_batch_eight_times_at_once(
    site: Installation, example: dict[str, Any], round: int
) -> None:
    """By eight connections to several processes: every one succeeds, and there is one effect."""
    reports = [site.phone.report(KIND, example) for _ in range(10)]
    wrong = site.phone.operation("create", new_id(), KIND, set=example | {"event_date": "mai"})
    operations = [*(each for report in reports for each in report), wrong]
    body = gzip.compress(json.dumps(site.phone.message(*operations)).encode())
    gate = threading.Barrier(8)

    def send(_: int) -> requests.Response:
        caller = Caller(site.server, site.phone.headers | {
            "Content-Type": "application/json", "Content-Encoding": "gzip"})  # fmt: skip
        with contextlib.closing(caller.http):
            caller("GET", "/healthz")  # the line stands before the start
            gate.wait(30)
            return caller("POST", "/api/v1/sync", data=body)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    told = [
        [
            (one["id"], one["outcome"], one["version"], one["fork"])
            for one in answer.json()["outcomes"]
        ]
        for answer in answers
    ]
    assert told == [told[0]] * 8
    applied = [(each["id"], "applied", number, False)
               for report in reports for number, each in enumerate(report, 1)]  # fmt: skip
    assert told[0] == [*applied, (wrong["id"], "parked", None, False)]
    for create, _ in reports:
        shown = site.console.read(f"/api/v1/activities/{create['activity']}")
        assert [line["what"] for line in shown["history"]] == ["create", "submit"]
    listed = site.console.read("/api/v1/parked", limit=100)["items"]
    assert [item["id"] for item in listed].count(wrong["id"]) == 1
