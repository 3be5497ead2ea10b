"""Wire shapes of figures of scans and of calls asked for."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from server.short_codes import LENGTH

LIMIT_MAX = 200
RUNS_MAX = 200
_ID = validate.Regexp(r"^[a-zA-Z0-9-]{1,60}\Z")


class FiguresArgumentsSchema(Schema):
    """What is asked for. Days are those of Việt Nam; default the last 30."""

    class Meta:
        unknown = RAISE

    by = fields.String(
        load_default="leaflet", validate=validate.OneOf(["leaflet", "run", "commune", "day"])
    )
    first_day = fields.Date(data_key="from", load_default=None)
    last_day = fields.Date(data_key="to", load_default=None)
    leaflet = fields.String(load_default=None, validate=_ID)
    unit = fields.String(
        load_default=None,
        validate=_ID,
        metadata={"description": "`vn`, a province, an office or a commune"},
    )


class ScanFigureSchema(Schema):
    """One line. `copies` of whole runs; `readers` at least and at most; `not_counted` by reason."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    copies = fields.Integer(required=True)
    handed_out = fields.Integer(required=True)
    scans = fields.Integer(required=True)
    readers = fields.List(fields.Integer(), required=True)
    not_counted = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ScanFiguresSchema(Schema):
    """Figures of the runs in one's area."""

    by = fields.String(required=True)
    first_day = fields.String(required=True, data_key="from", attribute="from")
    last_day = fields.String(required=True, data_key="to", attribute="to")
    items = fields.List(fields.Nested(ScanFigureSchema), required=True)
    total = fields.Nested(ScanFigureSchema, required=True)


class RunFiguresArgumentsSchema(Schema):
    """Which runs, by their codes with commas between; days as for figures of an area."""

    class Meta:
        unknown = RAISE

    codes = fields.String(
        required=True,
        validate=validate.Regexp(
            rf"^[0-9A-Z]{{{LENGTH}}}(,[0-9A-Z]{{{LENGTH}}}){{0,{RUNS_MAX - 1}}}\Z"
        ),
        metadata={"description": f"At most {RUNS_MAX}: those of one page"},
    )
    first_day = fields.Date(data_key="from", load_default=None)
    last_day = fields.Date(data_key="to", load_default=None)


class ScanWeeksSchema(Schema):
    """Scans week by week, of the run's whole time but no more than a year back."""

    first_day = fields.String(required=True, data_key="from", attribute="from")
    scans = fields.List(fields.Integer(), required=True)


class RunFigureSchema(ScanFigureSchema):
    """A run's line; `key` is its code."""

    weeks = fields.Nested(ScanWeeksSchema, required=True)


class RunFiguresSchema(Schema):
    """In the order asked for; what lies outside one's area is left out."""

    first_day = fields.String(required=True, data_key="from", attribute="from")
    last_day = fields.String(required=True, data_key="to", attribute="to")
    items = fields.List(fields.Nested(RunFigureSchema), required=True)


class ScanSpanSchema(Schema):
    """A day, or a week from Monday."""

    first_day = fields.String(required=True, data_key="from", attribute="from")
    last_day = fields.String(required=True, data_key="to", attribute="to")
    handed_out = fields.Integer(required=True)
    scans = fields.Integer(required=True)


class RunCourseSchema(Schema):
    """A run from its first day on."""

    run = fields.String(required=True)
    copies = fields.Integer(required=True)
    items = fields.List(fields.Nested(ScanSpanSchema), required=True)


class CallBackArgumentsSchema(Schema):
    """Which requests: those that wait, or those that are done."""

    class Meta:
        unknown = RAISE

    done = fields.Boolean(load_default=False)
    after = fields.String(
        validate=validate.Length(max=200), metadata={"description": "`next` of the page before"}
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=LIMIT_MAX))


class CallBackSchema(Schema):
    """A request; name and number are masked."""

    id = fields.String(required=True)
    run = fields.String(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "The leaflet that was read"})
    commune = fields.String(required=True, allow_none=True)
    commune_name = fields.String(required=True, allow_none=True)
    asked_at = fields.String(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True)
    done_at = fields.String(required=True, allow_none=True)
    done_by = fields.String(required=True, allow_none=True)


class CallBackListSchema(Schema):
    """Newest first."""

    items = fields.List(fields.Nested(CallBackSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class CallerSchema(Schema):
    """Whom to call. Looking is written in the audit log."""

    name = fields.String(required=True)
    phone = fields.String(required=True)


class SettlementOfCallSchema(Schema):
    """Called, or to be called again."""

    class Meta:
        unknown = RAISE

    done = fields.Boolean(required=True)
