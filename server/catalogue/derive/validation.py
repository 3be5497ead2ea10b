"""Whether an activity's content holds, as a list of problems in both languages.

A draft, and what was returned, may have gaps: only what stands there is judged. What is submitted
or approved must be complete and keep the rules. Not here: merge conflicts, permissions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, cast

from marshmallow import Schema

from server.catalogue import wording
from server.catalogue.derive.schemas import EvidenceSchema, fields_schema
from server.catalogue.kind import EVIDENCE, Kind
from server.catalogue.rules import check_rules, is_required, shown_values
from server.catalogue.wording import Problem

#: Statuses in which the whole must hold.
COMPLETE = frozenset({"submitted", "approved"})

Fields = Mapping[str, Any]
Sets = Mapping[str, Mapping[str, Any]]


def validate(kind: Kind, fields: Fields, sets: Sets, status: str, today: date) -> list[Problem]:
    """What keeps this content from standing in `status`; empty if nothing does.

    A problem is `{"field", "code", "vi", "en"}`. First fields in the order of the form, then rules,
    then evidence. `today` is the day in Việt Nam.
    """
    errors = _ill_formed(kind, fields)
    values, shown = shown_values(kind, fields, errors)
    complete = status in COMPLETE
    problems: list[Problem] = []
    for field in shown:
        if field.id in errors:
            problems += errors[field.id]
        elif complete and field.id not in values and is_required(field, values):
            problems.append(wording.missing(field))
    if complete:
        problems += check_rules(kind, values, "error", today)
    return problems + _check_evidence(kind, sets.get(EVIDENCE, {}), complete)


def warnings(kind: Kind, fields: Fields, today: date) -> list[Problem]:
    """What somebody should look at again; never a reason to refuse."""
    values, _ = shown_values(kind, fields, _ill_formed(kind, fields))
    return check_rules(kind, values, "warning", today)


def _ill_formed(kind: Kind, fields: Fields) -> dict[str, list[Problem]]:
    """Problems of single values by field, hidden ones too."""
    # Our fields raise problems where marshmallow's types speak of messages.
    return cast("dict[str, list[Problem]]", _schema(kind).validate(dict(fields)))


@cache
def _schema(kind: Kind) -> Schema:
    return fields_schema(kind)()


_EVIDENCE = EvidenceSchema()


def _check_evidence(kind: Kind, elements: Mapping[str, Any], complete: bool) -> list[Problem]:
    for element in elements.values():
        if not isinstance(element, dict):
            return [wording.evidence_wrong_form("element")]
        errors = _EVIDENCE.validate(element)
        if errors:
            return [wording.evidence_wrong_form(", ".join(sorted(map(str, errors))))]
    if len(elements) > kind.evidence.max:
        return [wording.evidence_too_many(kind.evidence.max)]
    if complete and len(elements) < kind.evidence.min:
        return [wording.evidence_missing(kind.evidence.min)]
    return []
