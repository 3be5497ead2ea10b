"""Who gets what of other people's work: every operation of the API, asked by three strangers.

Nobody (without a credential), a collaborator of the commune beside, a reviewer of another
province. Each cell of the table is asserted, no answer holds a word of the report in question,
and nothing about it has changed afterwards. An operation without a row here fails the build.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from server.activities.queries import wire_rows
from server.devices.models import Device
from server.http.description import operations
from server.http.openapi import document
from tests.factories.accounts import bearer, make_account, make_device, sign_in
from tests.factories.activities import wire
from tests.factories.evidence import make_photo
from tests.factories.leaflets import make_version
from tests.factories.plans import PLAN_2026
from tests.factories.reviews import Report, make_report, make_reviewer

Stranger = Literal["nobody", "phone", "reviewer"]
STRANGERS: tuple[Stranger, ...] = ("nobody", "phone", "reviewer")

AUTHOR = "Sùng Thị Dợ"
WORDS = "Nhà bà Chảo, sau chợ"  # only in the report in question
DEVICE = "Máy của chị Dợ"

TUS = {"Tus-Resumable": "1.0.0"}
CREATION = TUS | {"Upload-Length": "100", "Upload-Metadata": "{metadata}"}
CHUNK = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}


@dataclass(frozen=True)
class Target:
    """The work of somebody in Ba Đình: a report with photos, and their phone."""

    report: Report
    device_id: str
    leaflet_id: str
    version_id: str

    @property
    def sha256(self) -> str:
        return self.report.photos[0].sha256

    @property
    def ids(self) -> Mapping[str, str]:
        """What paths and headers of the table are filled with."""
        name = base64.b64encode(self.sha256.encode()).decode()
        return {"activity_id": self.report.id, "device_id": self.device_id, "sha256": self.sha256,
                "conflict_id": "none", "operation_id": "none", "pair_id": "none",
                "call_back_id": "none", "run_id": "none", "leaflet_id": self.leaflet_id,
                "version_id": self.version_id, "language": "vi",
                "plan_id": PLAN_2026, "place_id": "c-00004-2025",
                "metadata": f"sha256 {name}"}  # fmt: skip


class Statuses(NamedTuple):
    """What each stranger is answered."""

    nobody: int
    phone: int
    reviewer: int


@dataclass(frozen=True)
class Cell:
    """One operation: the request, and what it is answered."""

    expected: Statuses
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Makes the body for this target; bytes are sent as they are, all else as JSON.
    body: Callable[[Target], Any] | None = None
    #: What must hold of an answer that is no refusal.
    check: Callable[[Any, Target], bool] | None = None


def everybody(status: int) -> Statuses:
    return Statuses(status, status, status)


def signed_in(phone: int, reviewer: int | None = None) -> Statuses:
    return Statuses(401, phone, phone if reviewer is None else reviewer)


def operate_on(target: Target) -> dict[str, Any]:
    edit = {"activity": target.report.id, "base": 2, "set": {"duration_min": 1}, "was": {}}
    return {"protocol": 1, "operations": [
        wire("edit", **edit),
        wire("withdraw", activity=target.report.id, base=2),
        wire("create", activity=target.report.id),
    ]}  # fmt: skip


def decision(target: Target) -> dict[str, Any]:
    return {"decision": "reject", "version": 2, "digest": "0" * 16,
            "remarks": [{"text": "Không đúng."}]}  # fmt: skip


TABLE: Mapping[str, Cell] = {
    # ---- open to all: they hold no data, or make a credential
    "show_catalogue": Cell(everybody(200)),
    "show_openapi": Cell(everybody(200)),
    "show_rates": Cell(everybody(200)),
    "announce_uploads": Cell(everybody(204)),
    "enrol": Cell(everybody(410), body=lambda _: {"enrolment_code": "WRONG", "name": "Máy"}),
    "sign_in": Cell(everybody(401), body=lambda _: {"username": "mai", "password": "sai"}),
    # ---- the same for everybody who is signed in
    "find_places": Cell(signed_in(200), query={"q": "Ba Đình"}),
    "show_place": Cell(signed_in(200)),
    "list_plans": Cell(signed_in(200)),
    "show_plan": Cell(signed_in(200)),
    "show_reasons": Cell(signed_in(200)),
    # ---- narrowed to one's own area
    "list_activities": Cell(
        signed_in(200), query={"unit": "vn"}, check=lambda said, _: said["items"] == []
    ),
    "show_queue": Cell(
        signed_in(200), query={"unit": "p-01-2025"},
        check=lambda said, _: said["items"] == [] and said["total"] == 0,
    ),
    "show_activity": Cell(signed_in(404)),
    "decide": Cell(signed_in(403), body=decision),
    "list_conflicts": Cell(signed_in(403, 200), check=lambda said, _: said["items"] == []),
    "resolve_conflict": Cell(
        signed_in(403), body=lambda _: {"version": 2, "choice": "current"},
    ),
    "list_parked": Cell(signed_in(200), check=lambda said, _: said["items"] == []),
    "settle_parked": Cell(signed_in(403, 404), body=lambda _: {"settlement": "dismiss"}),
    "list_duplicates": Cell(signed_in(403, 200), check=lambda said, _: said["items"] == []),
    "decide_duplicate": Cell(signed_in(403, 404), body=lambda _: {"primary": None}),
    "show_progress": Cell(signed_in(403), query={"unit": "c-00004-2025"}),
    "show_weeks": Cell(signed_in(403), query={"unit": "p-01-2025"}),
    "show_photo": Cell(signed_in(404), query={"size": "original"}),
    "ask_have": Cell(
        signed_in(200), body=lambda target: {"sha256": [target.sha256]},
        check=lambda said, target: said == {"have": [], "partial": {}, "send": [target.sha256],
                                            "refused": {}, "previews": []},
    ),
    # a preview of one's own, which stands by the name that the photo would have
    "put_preview": Cell(
        signed_in(204), headers={"Content-Type": "image/jpeg"},
        body=lambda _: make_photo(3, width=32, height=24).content,
    ),
    "list_devices": Cell(
        signed_in(200),
        check=lambda said, target: target.device_id not in [one["id"] for one in said["items"]],
    ),
    "revoke_device": Cell(signed_in(404)),
    "deny_escrow": Cell(signed_in(404)),
    # ---- a file that nobody sealed here
    "show_courier_key": Cell(signed_in(200)),
    "deliver_file": Cell(
        signed_in(422), headers={"Content-Type": "application/vnd.loa.courier"},
        body=lambda _: b"LOA1" + b"x" * 200,
    ),
    "sync": Cell(
        signed_in(200, 403), body=operate_on,
        check=lambda said, _: {one["outcome"] for one in said["outcomes"]} == {"parked"},
    ),
    # ---- leaflets of the nation and of one's provinces; phones hear of runs by their feeds
    "list_leaflets": Cell(signed_in(403, 200), check=lambda said, _: said["items"] == []),
    "begin_leaflet": Cell(
        signed_in(403),
        body=lambda _: {"title_id": "other", "title": "Tờ lạ", "source": "self_made",
                        "owner_province": "01"},
    ),
    "show_leaflet": Cell(signed_in(403, 404)),
    "begin_version": Cell(signed_in(403, 404), body=lambda _: {}),
    "edit_version": Cell(
        signed_in(403, 404),
        body=lambda _: {"law_date": "2026-07-01", "languages": ["vi"],
                        "contents": {"vi": {"blocks": []}}},
    ),
    "publish_version": Cell(signed_in(403, 404)),
    "withdraw_version": Cell(signed_in(403, 404)),
    "attach_pdf": Cell(
        signed_in(403, 404), headers={"Content-Type": "application/pdf"}, body=lambda _: b"%PDF-1.7"
    ),
    "attach_audio": Cell(
        signed_in(403, 404), headers={"Content-Type": "audio/ogg"}, body=lambda _: b"OggS"
    ),
    "detach_pdf": Cell(signed_in(403, 404)),
    "detach_audio": Cell(signed_in(403, 404)),
    "show_code_svg": Cell(signed_in(403, 404)),
    "show_code_png": Cell(signed_in(403, 404)),
    "print_sheets": Cell(
        signed_in(403, 404), body=lambda _: {"runs": ["none"], "form": "labels"}
    ),
    "list_runs": Cell(signed_in(403, 200), check=lambda said, _: said["items"] == []),
    "make_runs": Cell(
        signed_in(403, 404),
        body=lambda _: {"version": "none", "runs": [{
            "unit": "c-00004-2025", "copies": 1, "period_from": "2026-12-01",
            "period_to": "2026-12-02"}]},
    ),
    "import_runs": Cell(
        signed_in(403, 422), query={"version": "none"},
        headers={"Content-Type": "application/octet-stream"}, body=lambda _: b"PK",
    ),
    "show_template": Cell(signed_in(403, 200)),
    "stop_run": Cell(signed_in(403, 404)),
    "start_run": Cell(signed_in(403, 404)),
    "redirect_run": Cell(signed_in(403, 404), body=lambda _: {"version": "none"}),
    # ---- scans and calls asked for, of the runs in one's own area
    "show_scan_figures": Cell(
        signed_in(200), query={"unit": "vn"}, check=lambda said, _: said["items"] == [],
    ),
    "show_scan_csv": Cell(signed_in(200)),
    "show_scan_xlsx": Cell(signed_in(200)),
    "show_figures_of_runs": Cell(
        signed_in(200), query={"codes": "7QK2F3X91"}, check=lambda said, _: said["items"] == [],
    ),
    "show_run_figures": Cell(signed_in(404)),
    "list_call_backs": Cell(signed_in(403, 200), check=lambda said, _: said["items"] == []),
    "show_caller": Cell(signed_in(403, 404)),
    "settle_call_back": Cell(signed_in(403, 404), body=lambda _: {"done": True}),
    # ---- uploads are kept per account: another's does not exist
    "show_upload": Cell(signed_in(404), headers=TUS),
    "append_chunk": Cell(signed_in(404), headers=CHUNK, body=lambda _: b"x"),
    "cancel_upload": Cell(signed_in(404), headers=TUS),
    "override_method": Cell(signed_in(404), headers=TUS | {"X-HTTP-Method-Override": "DELETE"}),
    "create_upload": Cell(signed_in(201), headers=CREATION),
    # ---- one's own session
    "show_session": Cell(signed_in(401, 200)),
    "sign_out": Cell(signed_in(401, 204)),
}  # fmt: skip


@pytest.fixture
def target(session: Session, now: datetime) -> Target:
    author = make_account(session, now, name=AUTHOR)
    device, _ = make_device(session, now, author, DEVICE)
    draft = make_version(session, now, title=WORDS, status="draft", owner_province="01")
    report = make_report(session, now, author=author, place_detail=WORDS)
    return Target(report, device.id, draft.leaflet_id, draft.id)


def credential(
    stranger: Stranger, client: FlaskClient, session: Session, now: datetime
) -> dict[str, str]:
    if stranger == "phone":
        account = make_account(session, now, unit_id="c-00070-2025", name="Vừ A Pó")
        return bearer(make_device(session, now, account)[1])
    if stranger == "reviewer":
        account = make_account(session, now, "provincial_reviewer", "p-79-2025", "Trần Minh Khôi")
        return sign_in(client, session, now, account)
    return {}


def test_every_operation_has_a_row(app: Flask) -> None:
    described = {operation["operationId"] for _, _, operation in operations(document(app))}
    assert described == set(TABLE)


def test_every_route_is_described(app: Flask) -> None:
    described = {(path, method) for path, method, _ in operations(document(app))}
    routed = {
        (rule.rule.replace("<string:", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/api/")
    }
    by_flask = {(path, method) for path, method in routed if method in ("options", "head")}
    assert routed - by_flask <= described <= routed


def test_what_the_description_says_of_credentials_is_so(app: Flask) -> None:
    for _, _, operation in operations(document(app)):
        expected = TABLE[operation["operationId"]].expected
        schemes = {scheme for one in operation["security"] for scheme in one}
        name = operation["operationId"]
        if not schemes:
            assert len(set(expected)) == 1, f"{name} is open to all"
            continue
        assert expected.nobody == 401, name
        assert (expected.phone != 401) == ("device" in schemes), name
        if "session" in schemes:
            assert expected.reviewer != 401, name
        else:
            assert expected.reviewer in (401, 403), name


@pytest.mark.parametrize("stranger", STRANGERS)
def test_strangers_learn_and_change_nothing(
    stranger: Stranger, app: Flask, client: FlaskClient, session: Session, now: datetime,
    target: Target,
) -> None:  # fmt: skip
    before = standing(session, target)
    found: dict[str, int] = {}
    with clock.frozen(now):
        signed = credential(stranger, client, session, now)
        described = {op["operationId"]: (path, method)
                     for path, method, op in operations(document(app))}  # fmt: skip
        for name, cell in TABLE.items():
            path, method = described[name]
            found[name] = ask(client, path.format(**target.ids), method, cell, target, signed)
    assert found == {name: getattr(cell.expected, stranger) for name, cell in TABLE.items()}
    assert standing(session, target) == before


def test_whose_work_it_is_they_see_it(
    client: FlaskClient, session: Session, now: datetime, target: Target
) -> None:
    """Else the strangers' empty answers would prove nothing."""
    with clock.frozen(now):
        sign_in(client, session, now, make_reviewer(session, now))
        for path in ("activities", f"activities/{target.report.id}", "reviews/queue"):
            said = client.get(f"/api/v1/{path}").text
            assert AUTHOR in said
            assert WORDS in said
        assert client.get(f"/api/v1/evidence/{target.sha256}").status_code == 200
        phone = bearer(make_device(session, now, target.report.author, DEVICE)[1])
        assert DEVICE in client.get("/api/v1/devices", headers=phone).text


def ask(
    client: FlaskClient, path: str, method: str, cell: Cell, target: Target, signed: dict[str, str]
) -> int:
    """Send the cell's request; its status, once the answer is found to hold nothing foreign."""
    body = cell.body(target) if cell.body else None
    content = {"data": body} if isinstance(body, bytes) else {"json": body} if cell.body else {}
    headers = {name: value.format(**target.ids) for name, value in cell.headers.items()}
    answer = client.open(path, method=method.upper(), query_string=dict(cell.query),
                         headers={**signed, **headers}, **content)  # fmt: skip
    for secret in (AUTHOR, WORDS, DEVICE):
        assert secret.encode() not in answer.data, (method, path)
    assert answer.headers.get("Upload-Offset", "0") == "0", "another's bytes are not one's own"
    if cell.check and answer.status_code == 200:
        assert cell.check(json.loads(answer.data), target), (path, answer.text)
    return answer.status_code


def standing(session: Session, target: Target) -> tuple[Any, ...]:
    """All about the report that a stranger must not change."""
    row = target.report.row(session)
    device = session.get(Device, target.device_id)
    assert device is not None
    (item,) = wire_rows(session, [row])
    return (row.version, row.seq, row.status, row.digest, row.review, item["evidence"],
            item["conflicts"], device.revoked_at)  # fmt: skip
