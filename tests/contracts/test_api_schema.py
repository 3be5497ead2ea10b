"""The description of the API holds: whatever is sent, the answer is one that it names.

Schemathesis makes requests out of the document, right ones and wrong ones, and each answer is
held to it: status, media type, headers, body, and never a 5xx. The document is the closed one, so
an answer with a member that is not described fails too. The same requests come each time. Not
here: answers to whole, right conversations (`test_api_answers`), and who may see what
(`test_access`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import Session

from server import clock
from server.evidence import tus
from server.exchange import sealed
from server.http.openapi import closed_document
from server.leaflets import workbook
from server.leaflets.routes import AUDIO, PDF
from tests.factories.accounts import bearer, make_account, make_device, sign_in
from tests.factories.leaflets import make_run, make_version
from tests.factories.plans import PLAN_2026
from tests.factories.reviews import make_report, make_reviewer

EXAMPLES = 3  # of each sort, for each operation, caller and database
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip
#: These end what the others need, so they come last.
LAST = ("revoke_device", "sign_in", "sign_out")

#: The same requests each time; nothing is kept between runs, and nothing is shrunk, because the
#: database moves on with every request.
SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES, derandomize=True, database=None,
    phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck),
)  # fmt: skip


for binary in (
    tus.CHUNK_MEDIA_TYPE,
    sealed.MEDIA_TYPE,
    *PDF[:-1],
    *AUDIO[:-1],
    workbook.MEDIA_TYPE,
):
    schemathesis.serializer.alias(binary, "application/octet-stream")


@pytest.fixture
def known_ids(session: Session, now: datetime) -> dict[str, str]:
    """Path parameters that lead somewhere."""
    report = make_report(session, now)
    device, _ = make_device(session, now, report.author)
    version = make_version(session, now)
    run = make_run(session, now, version)
    return {
        "activity_id": report.id,
        "device_id": device.id,
        "leaflet_id": version.leaflet_id,
        "version_id": version.id,
        "run_id": run.id,
        "language": "vi",
        "sha256": report.photos[0].sha256,
        "plan_id": PLAN_2026,
        "place_id": "c-00004-2025",
    }


@pytest.fixture(params=["nobody", "phone", "reviewer"])
def credential(
    request: pytest.FixtureRequest, client: FlaskClient, session: Session, now: datetime
) -> dict[str, Any]:
    """How requests are signed: headers and cookies."""
    plain = {"Accept-Encoding": "identity"}
    if request.param == "phone":
        _, token = make_device(session, now, make_account(session, now))
        return {"headers": {**plain, **bearer(token)}}
    if request.param == "reviewer":
        headers = plain | sign_in(client, session, now, make_reviewer(session, now))
        cookie = client.get_cookie("loa_session")
        assert cookie is not None
        return {"headers": headers, "cookies": {cookie.key: cookie.value}}
    return {"headers": plain}


def test_every_answer_is_described(
    app: Flask, known_ids: Mapping[str, str], credential: dict[str, Any], now: datetime
) -> None:
    schema = schemathesis.openapi.from_dict(closed_document(app))
    found: list[Any] = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    found.sort(key=lambda one: one.definition.raw["operationId"] in LAST)
    assert len(found) > 20

    def send(case: Case[Any]) -> None:
        with clock.frozen(now):
            case.call_and_validate(app=app, checks=CHECKS, **credential)

    failures = [
        failure
        for operation in found
        for mode in GenerationMode
        for failure in failures_of(operation, mode, known_ids, send)
    ]
    assert not failures, "\n".join(failures)


def failures_of(
    operation: Any,
    mode: GenerationMode,
    known_ids: Mapping[str, str],
    send: Callable[[Case[Any]], None],
) -> list[str]:
    """Send some requests of the operation; the first wrong answer as text, or nothing."""
    turn = itertools.count()

    @SETTINGS
    @hypothesis.given(operation.as_strategy(generation_mode=mode, feedback=NO_FEEDBACK))
    def send_some(case: Case[Any]) -> None:
        if case.path_parameters and next(turn) % 2:
            case.path_parameters = {
                name: known_ids.get(name, value) for name, value in case.path_parameters.items()
            }
        send(case)

    try:
        send_some()
    except Unsatisfiable:
        return []  # nothing can be wrong with a request that has no parts
    except FailureGroup as error:  # told with all others at the end
        return [f"{mode.value} {operation.label}: {error}"]
    return []
