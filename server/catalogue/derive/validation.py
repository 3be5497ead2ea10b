"""Whether an activity's content holds, as a list of problems in both languages.

A draft, and what was returned, may have gaps: only what stands there is judged. What is submitted
or approved must be complete and keep the rules. The pure rules judge fields, not the marshmallow
schema that describes them: a push validates each operation, and this takes a third of the time; a
test holds both to the same verdict. Not here: merge conflicts, permissions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from server.catalogue import wording
from server.catalogue.derive.schemas import EvidenceSchema
from server.catalogue.kind import EVIDENCE, Kind
from server.catalogue.rules import Reading, check_rules, is_required, read
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
    return judge(kind, read(kind, fields), sets, status, today)


def judge(kind: Kind, reading: Reading, sets: Sets, status: str, today: date) -> list[Problem]:
    """`validate` for a form that was read already."""
    complete = status in COMPLETE
    problems: list[Problem] = []
    for field in reading.shown:
        if field.id in reading.ill_formed:
            problems.append(reading.ill_formed[field.id])
        elif complete and field.id not in reading.values and is_required(field, reading.values):
            problems.append(wording.missing(field))
    if complete:
        problems += check_rules(kind, reading.values, "error", today)
    return problems + _check_evidence(kind, sets.get(EVIDENCE, {}), complete)


def warnings(kind: Kind, fields: Fields, today: date) -> list[Problem]:
    """What somebody should look at again; never a reason to refuse."""
    return check_rules(kind, read(kind, fields).values, "warning", today)


_EVIDENCE = EvidenceSchema()


_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_plain_photo(element: Any) -> bool:
    """Whether the schema would find nothing wrong: said at once of nearly every photo."""
    if not isinstance(element, dict):
        return False
    sha256, media_type = element.get("sha256"), element.get("media_type")
    size, width, height = element.get("size"), element.get("width"), element.get("height")
    captured, placeholder = element.get("captured"), element.get("placeholder")
    return (
        type(sha256) is str
        and _SHA256.fullmatch(sha256) is not None
        and type(media_type) is str
        and 3 <= len(media_type) <= 100
        and type(size) is type(width) is type(height) is int
        and 1 <= size <= 64 * 1024 * 1024
        and 0 <= width <= 100_000
        and 0 <= height <= 100_000
        and (captured is None or (type(captured) is str and len(captured) <= 40))
        and (placeholder is None or (type(placeholder) is str and len(placeholder) <= 2_000))
        and element.get("source") in (None, "camera", "gallery", "file")
    )


def _check_evidence(kind: Kind, elements: Mapping[str, Any], complete: bool) -> list[Problem]:
    for element in elements.values():
        if is_plain_photo(element):
            continue
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
