"""Troubles in the description of the API."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields

from server import problems
from server.http import openapi
from server.http.openapi import ProblemApi, documented, signed_in_by


class _Asked(Schema):
    class Meta:
        unknown = RAISE

    a = fields.Integer(required=True)


class _Told(Schema):
    class Meta:
        unknown = RAISE

    a = fields.Integer(required=True)


def described(small: Flask) -> dict[str, Any]:
    small.config.update(API_TITLE="x", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    api = ProblemApi(small)
    blueprint = Blueprint("things", "things", url_prefix="/things")

    @blueprint.post("")
    @blueprint.arguments(_Asked)
    @blueprint.response(200, _Told)
    @documented(problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.NOT_FOUND)
    def change(body: dict[str, int]) -> dict[str, int]:
        return body

    @blueprint.get("/<string:name>")
    @blueprint.response(200, _Told)
    @signed_in_by("session")
    def show(name: str) -> dict[str, str]:
        return {"a": name}

    @blueprint.get("/all")
    @blueprint.response(200, _Told)
    def show_all() -> dict[str, str]:
        return {}

    api.register_blueprint(blueprint)
    openapi.install(small, api)
    return openapi.document(small)


def slugs(operation: dict[str, Any]) -> dict[str, list[str]]:
    return {
        status: answer["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"][
            "type"
        ]["enum"]
        for status, answer in operation["responses"].items()
        if int(status) >= 400
    }


def test_an_operation_names_its_own_problems_and_those_of_its_sort(small: Flask) -> None:
    change = described(small)["paths"]["/things"]["post"]
    assert change["operationId"] == "change"
    assert slugs(change) == {
        "400": ["malformed-json"],
        "401": ["unauthenticated"],
        "403": ["forbidden", "csrf"],
        "404": ["not-found"],
        "411": ["length-required"],
        "413": ["too-large"],
        "415": ["unsupported-media-type"],
        "422": ["invalid"],
        "503": ["overloaded"],
    }
    assert "`csrf`" in change["responses"]["403"]["description"]
    assert "Retry-After" in change["responses"]["503"]["headers"]


def test_an_operation_says_who_may_call_it(small: Flask) -> None:
    paths = described(small)["paths"]
    assert paths["/things"]["post"]["security"] == [{"device": []}, {"session": []}]
    assert paths["/things/{name}"]["get"]["security"] == [{"session": []}]
    assert slugs(paths["/things/{name}"]["get"]).keys() == {"400", "401", "503"}
    assert paths["/things/all"]["get"]["security"] == []
    assert slugs(paths["/things/all"]["get"]) == {}


def test_answers_may_gain_members_and_requests_may_not(small: Flask) -> None:
    schemas = described(small)["components"]["schemas"]
    assert schemas["_Asked"]["additionalProperties"] is False
    assert "additionalProperties" not in schemas["_Told"]
    closed = openapi.closed_document(small)["components"]["schemas"]
    assert closed["_Told"]["additionalProperties"] is False


def test_wrong_arguments_are_listed_field_by_field(small: Flask) -> None:
    described(small)
    answer = small.test_client().post("/things", json={"a": "x", "b": 1})
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json["problems"]} == {"a", "b"}
    assert all(one["vi"] and one["en"] for one in answer.json["problems"])
