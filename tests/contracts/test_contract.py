"""The contract, held by a program from outside: people, phones, reviews, figures, plain pages.

Each test runs against a real server on both databases, and knows only what is promised to other
programs. Delivering is in `test_contract_sync`, photos in `test_contract_photos`.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.conftest import COMMUNE, PASSWORD, PROVINCE, Installation
from tests.contracts.outsider import Caller
from tests.factories.evidence import make_photo

PLAN = "bhxh-vn-2026-annex-ii"
ROWS = 21
#: What to change in an example so that it counts in a row that the example is not about.
OTHER_ROWS = (
    ("conference", {"conference_form": "sector_training", "training_cluster": "cluster_1"}),
    ("portal_post", {"portal": "vss"}),
    ("portal_post", {"portal": "province"}),
    ("media_product", {"product_form": "leaflet_design"}),
    ("media_product", {"product_form": "infographic"}),
)
#: Kinds whose work is a province's: reported from its own feed.
PROVINCIAL = {
    "portal_post", "social_post", "question_answered", "app_push", "press_item", "special_column",
    "talk_show", "press_briefing", "media_product", "themed_peak", "campaign_wave", "survey",
}  # fmt: skip
ROW_KEYS = {
    "type", "id", "seq", "version", "digest", "kind", "status", "fields", "evidence", "author",
    "review", "conflicts",
}  # fmt: skip


def test_an_enrolment_code_makes_one_phone(site: Installation) -> None:
    added = site.accounts["collaborator"]
    assert {"account", "enrolment_code", "enrolment_url"} <= added.keys()
    assert added["enrolment_url"].startswith(site.server.url)
    enrolled = site.phone.enrolled
    assert {"device", "token", "account", "scopes"} <= enrolled.keys()
    assert f"commune:{COMMUNE}" in enrolled["scopes"]
    code_again = {"enrolment_code": added["enrolment_code"], "name": "Máy khác"}
    again = site.anyone("POST", "/api/v1/devices", json=code_again)
    assert 400 <= again.status_code < 500
    assert_problem(again, again.status_code)
    listed = site.server.loa("devices", "list", "--json")
    assert enrolled["device"] in {device["id"] for device in listed}


def test_the_catalogue_says_all_that_a_program_needs(site: Installation) -> None:
    catalogue = site.phone.read("/api/v1/catalogue")
    assert catalogue["version"]
    assert len(catalogue["kinds"]) == 21
    for kind in catalogue["kinds"]:
        wanted = {"id", "version", "labels", "rows", "sections", "fields", "groups", "counts"}
        assert wanted | {"example"} <= kind.keys(), kind["id"]
        assert {"vi", "en"} <= kind["labels"].keys()
        assert kind["example"].keys() <= {field["id"] for field in kind["fields"]}


def test_every_row_of_the_annex_can_be_reported_and_approved(site: Installation) -> None:
    photo = make_photo(77, width=64, height=48)
    for phone in (site.phone, site.province_phone):
        assert phone.create_upload(photo.content).status_code == 201
    wanted: list[tuple[str, dict[str, Any]]] = [(kind, {}) for kind in site.kinds]
    activities: list[str] = []
    for phone, is_provincial in ((site.phone, False), (site.province_phone, True)):
        operations = []
        for kind, changed in (*wanted, *OTHER_ROWS):
            if (kind in PROVINCIAL) is is_provincial:
                values = {**site.kinds[kind]["example"], **changed}  # type: ignore[dict-item]
                operations += phone.report(kind, values, [bare(photo.element)])
        for operation, outcome in zip(operations, phone.outcomes(*operations), strict=True):
            assert outcome["outcome"] == "applied", (operation["kind"], outcome)
            assert outcome["activity"] == operation["activity"]
            assert outcome["scope"] == phone.scope
            assert outcome["version"] >= 1
            assert outcome["seq"] >= 1
        activities += dict.fromkeys(each["activity"] for each in operations)
    assert len(activities) == 21 + len(OTHER_ROWS)
    for activity in activities:
        assert site.console.decided(activity, "approve")["status"] == "approved"
    progress = site.console.read(f"/api/v1/plans/{PLAN}/progress", unit=PROVINCE)
    assert progress["plan"] == PLAN
    assert len(progress["rows"]) == ROWS
    for row in progress["rows"]:
        assert {"code", "name", "unit", "targets", "done", "sent", "approved"} <= row.keys()
        assert row["done"] >= row["sent"] >= row["approved"] >= 1, row
        for target in row["targets"]:
            keys = {"id", "min", "max", "done", "sent", "approved", "period"}
            assert keys <= target.keys()
    told = site.server.loa("plans", "progress", "--plan", PLAN, "--unit", PROVINCE, "--json")
    assert told == progress
    quarter = site.console.read(f"/api/v1/plans/{PLAN}/progress", unit=PROVINCE, period="2026-Q1")
    assert len(quarter["rows"]) == ROWS
    assert all(row["done"] == 0 for row in quarter["rows"])


def test_a_report_of_last_year_counts_in_last_years_plan(site: Installation) -> None:
    example = site.kinds["social_post"]["example"] | {"event_date": "2025-11-05"}  # type: ignore[operator]
    path = "/api/v1/plans/bhxh-vn-2025-annex-ii/progress"
    before = {row["code"]: row["sent"] for row in site.console.read(path, unit=COMMUNE)["rows"]}
    for outcome in site.phone.outcomes(*site.phone.report("social_post", example)):
        assert outcome["outcome"] == "applied"
    after = {row["code"]: row["sent"] for row in site.console.read(path, unit=COMMUNE)["rows"]}
    assert len(after) == ROWS
    assert {code for code in after if after[code] != before[code]} == {"I.2.2.b"}


def test_signing_in_needs_cookie_and_token(site: Installation) -> None:
    signed_in = site.console.signed_in
    assert {"account", "csrf_token"} <= signed_in.keys()
    wrong = site.anyone("POST", "/api/v1/session",
                        json={"username": "ra.soat", "password": "không đúng"})  # fmt: skip
    assert_problem(wrong, 401)
    assert_problem(site.anyone("GET", "/api/v1/activities"), 401)
    other = Caller(site.server)
    answer = other("POST", "/api/v1/session", json={"username": "ra.soat", "password": PASSWORD})
    assert answer.status_code == 200
    assert other("GET", "/api/v1/activities").status_code == 200
    assert_problem(other("DELETE", "/api/v1/session"), 403)
    token = {"X-CSRF-Token": answer.json()["csrf_token"]}
    assert other("DELETE", "/api/v1/session", headers=token).status_code in (200, 204)
    assert other("GET", "/api/v1/activities").status_code == 401


def test_lists_narrow_and_page(site: Installation) -> None:
    reports = [site.phone.report("question_answered", site.kinds["question_answered"]["example"])  # type: ignore[arg-type]
               for _ in range(3)]  # fmt: skip
    site.phone.outcomes(*(operation for report in reports for operation in report))
    ids = {report[0]["activity"] for report in reports}
    narrow: dict[str, str | int] = {
        "status": "submitted", "kind": "question_answered", "unit": COMMUNE,
        "from": "2026-10-01", "to": "2026-10-31", "limit": 2,
    }  # fmt: skip
    seen: list[dict[str, Any]] = []
    after: dict[str, str | int] = {}
    while True:
        page = site.console.read("/api/v1/activities", **narrow, **after)
        assert len(page["items"]) <= 2
        seen += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert ids <= {item["id"] for item in seen}
    assert len({item["id"] for item in seen}) == len(seen)
    for item in seen:
        assert item["status"] == "submitted"
        assert item["kind"] == "question_answered"
        assert {"id", "version", "digest", "status"} <= item.keys()
    queue = site.console.read("/api/v1/reviews/queue", limit=200)
    assert ids <= {item["id"] for item in queue["items"]}
    assert site.console.read("/api/v1/activities", q="không có chữ nào thế này")["items"] == []


def test_a_review_goes_back_and_forth_until_approval(site: Installation) -> None:
    phone, console = site.phone, site.console
    create, submit = phone.report("support_contact", site.kinds["support_contact"]["example"])  # type: ignore[arg-type]
    phone.outcomes(create, submit)
    activity = create["activity"]
    seen = console.read(f"/api/v1/activities/{activity}")
    assert ROW_KEYS | {"history"} <= seen.keys()
    assert len(seen["history"]) >= 2
    stale = {**seen, "version": seen["version"] - 1}
    refused = console.decide(stale, "approve")
    assert_problem(refused, 409, "stale-review")
    assert "differences" in refused.json()
    remark = {"text": "Số lượt chưa khớp với sổ.", "field": "contacts_count"}
    back = console.decided(activity, "return", remark)
    assert back["status"] == "returned"
    assert_problem(console.decide(seen, "approve"), 409, "stale-review")

    row = phone.row(activity)
    assert row["status"] == "returned"
    assert row["review"]["decision"] == "return"
    assert row["review"]["remarks"][0] == remark
    edit = phone.operation("edit", activity, "support_contact", base=row["version"],
                           set={"contacts_count": 25}, was={"contacts_count": 23})  # fmt: skip
    send = phone.operation("submit", activity, "support_contact", base=row["version"],
                           after=edit["id"])  # fmt: skip
    assert [each["outcome"] for each in phone.outcomes(edit, send)] == ["applied", "applied"]
    done = console.decided(activity, "approve")
    assert done["status"] == "approved"
    assert done["fields"]["contacts_count"] == 25


def test_a_rejected_report_says_so_on_the_phone(site: Installation) -> None:
    create, submit = site.phone.report("survey", site.kinds["survey"]["example"])  # type: ignore[arg-type]
    site.phone.outcomes(create, submit)
    remark = {"text": "Báo cáo này không thuộc địa bàn."}
    assert site.console.decided(create["activity"], "reject", remark)["status"] == "rejected"
    assert site.phone.row(create["activity"])["review"]["remarks"] == [remark]
    edit = site.phone.operation("edit", create["activity"], "survey", base=3, set={"note": "Xem"})
    (outcome,) = site.phone.outcomes(edit)
    assert (outcome["outcome"], outcome["reason"]) == ("parked", "appeal")


def test_places_are_found_with_or_without_accents(site: Installation) -> None:
    if site.server.database_url is None:  # the command is one for both
        assert COMMUNE in site.server.loa("places", "find", "ba dinh")
    else:
        items = site.console.read("/api/v1/places", q="Ba Đình")["items"]
        assert COMMUNE in {item["id"] for item in items}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/", "/console"])
def test_plain_pages_answer_anyone(site: Installation, path: str) -> None:
    answer = site.anyone("GET", path)
    assert answer.status_code == 200, answer.text
    if path == "/metrics":
        assert "# TYPE" in answer.text


def test_the_api_describes_itself(site: Installation) -> None:
    document = site.anyone.read("/api/v1/openapi.json")
    assert document["openapi"].startswith("3.")
    wanted = {
        "/api/v1/devices": "post", "/api/v1/sync": "post", "/api/v1/evidence/have": "post",
        "/api/v1/uploads": "post", "/api/v1/evidence/{sha256}": "get", "/api/v1/session": "post",
        "/api/v1/activities": "get", "/api/v1/catalogue": "get",
    }  # fmt: skip
    for path, method in wanted.items():
        assert method in document["paths"][path], path
    assert any(p.endswith("/decisions") for p in document["paths"])
    assert any(p.endswith("/progress") for p in document["paths"])


def test_what_is_not_there_is_a_problem_document(site: Installation) -> None:
    assert_problem(site.anyone("GET", "/api/v1/nothing"), 404)
    assert_problem(site.console("GET", "/api/v1/activities/nobody"), 404)
    assert_problem(site.console("GET", "/api/v1/plans/none/progress"), 404)


def assert_problem(answer: Any, status: int, slug: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    kind = answer.json()["type"]
    assert kind
    assert slug is None or kind.rsplit("/", 1)[-1].rsplit(":", 1)[-1] == slug, kind


def bare(element: dict[str, Any]) -> dict[str, Any]:
    """Only what is required of an element."""
    return {name: element[name] for name in ("sha256", "size", "media_type", "width", "height")}
