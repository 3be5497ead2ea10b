"""Reading arguments for flask-smorest's `@blueprint.arguments` as strictly as everything else.

webargs parses JSON with the standard library, which takes NaN, lone surrogates and duplicate
keys, and reads bodies of any length. Importing this module puts the strict parser into every
blueprint; `http.openapi` does so before any blueprint is made.
"""

from __future__ import annotations

from typing import Any

from flask import Request
from flask_smorest.arguments import ArgumentsMixin
from marshmallow import Schema, missing
from webargs.flaskparser import FlaskParser

from server.http.body import read_json


class StrictParser(FlaskParser):
    """A parser whose JSON comes from `body.read_json`."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body; `missing` when there is none. Raises the problems of `read_json`."""
        if not req.content_length and "Transfer-Encoding" not in req.headers:
            return missing
        return read_json()


ArgumentsMixin.ARGUMENTS_PARSER = StrictParser()
