"""Wire shapes of leaflets, versions and print runs. Unknown members are refused, not ignored."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

LIMIT_MAX = 200
RUNS_IN_JSON_MAX = 2_000
_ID = validate.Regexp(r"^[a-zA-Z0-9-]{1,60}\Z")
_PROVINCE = validate.Regexp(r"^\d{2}\Z")


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class ChangeOfLawSchema(Schema):
    """A day on which what leaflets explain has changed."""

    date = fields.String(required=True)
    vi = fields.String(required=True)
    en = fields.String(required=True)


class VersionHeadSchema(Schema):
    """A version without its words. `outdated`: the law has changed since `law_date`."""

    id = fields.String(required=True)
    leaflet = fields.String(required=True)
    number = fields.Integer(required=True)
    law_date = fields.String(required=True)
    outdated = fields.Boolean(required=True)
    languages = fields.List(fields.String(), required=True)
    status = fields.String(required=True, metadata={"description": "draft, published, withdrawn"})
    pdf_url = fields.String(required=True, allow_none=True)
    pdf_bytes = fields.Integer(required=True, allow_none=True)
    published_at = fields.String(required=True, allow_none=True)
    withdrawn_at = fields.String(required=True, allow_none=True)
    changed_at = fields.String(required=True)


class VersionSchema(VersionHeadSchema):
    """A version with its words."""

    contents = fields.Raw(
        required=True,
        metadata={"description": "{language: {blocks: [heading | paragraph | points | figures],"
                                 " audio?: {sha256, media_type, bytes}}}"},
    )  # fmt: skip


class _LeafletHeadSchema(Schema):
    id = fields.String(required=True)
    title_id = fields.String(required=True)
    title = fields.String(required=True)
    topics = fields.List(fields.String(), required=True)
    source = fields.String(required=True)
    owner_province = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True)


class LeafletSchema(_LeafletHeadSchema):
    """A leaflet with its versions, oldest first."""

    versions = fields.List(fields.Nested(VersionSchema), required=True)


class LeafletHeadSchema(_LeafletHeadSchema):
    """A leaflet in a list."""

    versions = fields.List(fields.Nested(VersionHeadSchema), required=True)


class LeafletListSchema(Schema):
    """The nation's leaflets and those of one's provinces, newest first."""

    items = fields.List(fields.Nested(LeafletHeadSchema), required=True)
    law_changes = fields.List(fields.Nested(ChangeOfLawSchema), required=True)


class NewLeafletSchema(_Strict):
    """A leaflet to begin. Without `owner_province` it is one's own province's, or the nation's."""

    title_id = fields.String(required=True, validate=validate.Length(max=60))
    title = fields.String(required=True, validate=validate.Length(min=1, max=200))
    topics = fields.List(fields.String(), load_default=list, validate=validate.Length(max=20))
    source = fields.String(required=True, validate=validate.Length(max=60))
    owner_province = fields.String(load_default=None, allow_none=True, validate=_PROVINCE)


class NewVersionSchema(_Strict):
    """Nothing: the next version begins with the words of the one before."""


class WordsSchema(_Strict):
    """What a draft says. `languages` in the order in which they are offered."""

    law_date = fields.Date(required=True)
    languages = fields.List(fields.String(), required=True, validate=validate.Length(max=40))
    contents = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)


class _RunFactsSchema(Schema):
    title = fields.String(required=True)
    title_id = fields.String(required=True)
    leaflet_id = fields.String(required=True)
    version = fields.Integer(required=True)
    version_id = fields.String(required=True)
    law_date = fields.String(required=True)
    outdated = fields.Boolean(required=True)
    destination_version_id = fields.String(required=True)
    shown_version = fields.Integer(required=True)
    unit = fields.String(required=True)
    unit_name = fields.String(required=True, allow_none=True)
    place_detail = fields.String(required=True)
    copies = fields.Integer(required=True)
    period_from = fields.String(required=True)
    period_to = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "active, stopped, ended"})
    created_at = fields.String(required=True)


class RunSchema(_RunFactsSchema):
    """A print run. `version`, `law_date`, `outdated` are of what stands on paper; `shown_version`
    is what its code shows now."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    batch = fields.String(required=True)


class MadeRunSchema(_RunFactsSchema):
    """A run of a batch; one of a dry run has neither id nor code."""

    id = fields.String()
    code = fields.String()
    batch = fields.String()


class RunListSchema(Schema):
    """Newest first."""

    items = fields.List(fields.Nested(RunSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class RunArgumentsSchema(_Strict):
    """Which runs of one's area."""

    leaflet = fields.String(load_default=None, validate=_ID)
    batch = fields.String(load_default=None, validate=_ID)
    unit = fields.String(load_default=None, validate=_ID)
    status = fields.String(
        load_default=None, validate=validate.OneOf(["active", "stopped", "ended"])
    )
    after = fields.String(
        load_default=None, validate=_ID, metadata={"description": "`next` of the page before"}
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=LIMIT_MAX))


class NewRunSchema(_Strict):
    """One run to be made. `unit`: a commune, a province, or `vn`."""

    unit = fields.String(required=True, validate=_ID)
    copies = fields.Integer(required=True, strict=True)
    place_detail = fields.String(load_default="", validate=validate.Length(max=400))
    period_from = fields.Date(required=True)
    period_to = fields.Date(required=True)


class NewRunsSchema(_Strict):
    """Runs of one published version: all are made, or none. `dry_run` makes none and checks all."""

    version = fields.String(required=True, validate=_ID)
    runs = fields.List(
        fields.Nested(NewRunSchema), required=True,
        validate=validate.Length(min=1, max=RUNS_IN_JSON_MAX),
    )  # fmt: skip
    confirm_outdated = fields.Boolean(
        load_default=False,
        metadata={"description": "Print although the law has changed since this version"},
    )
    dry_run = fields.Boolean(load_default=False)


class ImportArgumentsSchema(_Strict):
    """What the sheet's rows are runs of. `province` (two digits) narrows where names are looked
    for; it defaults to one's own."""

    version = fields.String(required=True, validate=_ID)
    province = fields.String(load_default=None, validate=_PROVINCE)
    confirm_outdated = fields.Boolean(load_default=False)
    dry_run = fields.Boolean(load_default=False)


class BatchSchema(Schema):
    """Runs that were made, in the order asked for; of a dry run, those that would be."""

    batch = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(MadeRunSchema), required=True)


class DestinationSchema(_Strict):
    """The published version that the code shall show."""

    version = fields.String(required=True, validate=_ID)


def binary(*media_types: str) -> dict[str, Any]:
    """The description of a body that is a file."""
    schema = {"type": "string", "format": "binary"}
    return {"required": True, "content": {each: {"schema": schema} for each in media_types}}
