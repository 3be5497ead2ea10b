"""Troubles in the description of the API."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from server import problems
from server.http.openapi import ProblemApi, documented


class _Asked(Schema):
    a = fields.Integer(required=True)


def described(small: Flask) -> dict[str, Any]:
    small.config.update(API_TITLE="x", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    api = ProblemApi(small)
    blueprint = Blueprint("things", "things", url_prefix="/things")

    @blueprint.post("")
    @blueprint.arguments(_Asked)
    @blueprint.response(200, _Asked)
    @documented(problems.FORBIDDEN, problems.CSRF, problems.NOT_FOUND)
    def _(body: dict[str, int]) -> dict[str, int]:
        return body

    api.register_blueprint(blueprint)
    document: dict[str, Any] = api.spec.to_dict()
    return document


def test_problems_of_a_view_are_described_by_status(small: Flask) -> None:
    responses = described(small)["paths"]["/things"]["post"]["responses"]
    assert set(responses) == {"200", "403", "404", "422", "default"}
    assert "`forbidden`" in responses["403"]["description"]
    assert "`csrf`" in responses["403"]["description"]
    schema = responses["403"]["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Problem"}


def test_answers_of_default_are_problems_too(small: Flask) -> None:
    components = described(small)["components"]
    for response in components["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]
    assert set(components["schemas"]["Problem"]["required"]) == {
        "type", "title", "title_en", "status",
    }  # fmt: skip


def test_wrong_arguments_are_listed_field_by_field(small: Flask) -> None:
    described(small)
    answer = small.test_client().post("/things", json={"a": "x", "b": 1})
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json["problems"]} == {"a", "b"}
    assert all(one["vi"] and one["en"] for one in answer.json["problems"])
