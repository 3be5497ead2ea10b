"""The rooms put together: what an empty database has after its first start."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import catalogue
from server.app import load_reference_data
from server.change_feed.models import DatabaseLife, FeedDocument, FeedScope
from server.places.models import UnitVersion
from server.plans import queries as plans


def test_the_first_start_brings_country_plan_and_catalogue(session: Session) -> None:
    assert (
        session.scalar(select(func.count()).select_from(UnitVersion)) == 14_174 + 1
    )  # and the nation
    first = plans.plan(session, "bhxh-vn-2025-annex-ii")
    assert len(first["rows"]) == 21
    assert sum(len(row["targets"]) for row in first["rows"]) == 7
    documents = session.execute(select(FeedDocument)).scalars().all()
    assert {document.type for document in documents} >= {"catalogue", "plan"}
    shown = next(document for document in documents if document.type == "catalogue")
    assert shown.body["version"] == catalogue.version()


def test_a_second_start_changes_nothing(app: Flask, session: Session) -> None:
    def state() -> tuple[object, ...]:
        session.rollback()
        return (
            session.execute(select(FeedScope.name, FeedScope.seq, FeedScope.digest)).all(),
            session.scalars(select(DatabaseLife.incarnation)).all(),
            session.scalar(select(func.count()).select_from(UnitVersion)),
        )

    before = state()
    load_reference_data()
    assert state() == before


def test_every_answer_of_the_api_is_json_even_where_nothing_is(client: FlaskClient) -> None:
    response = client.get("/api/v1/nothing-here")
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert response.json is not None
    assert response.json["type"] == "not-found"
