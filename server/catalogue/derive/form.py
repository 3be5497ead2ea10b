"""A kind as JSON: the form that the phone draws, and what outside programs read.

Not here: the rules' meaning; the phone has its own engine for them, held to ours by vectors.
"""

from __future__ import annotations

from typing import Any

from server.catalogue.conditions import Condition, to_json
from server.catalogue.kind import CountRule, Field, Kind, Text
from server.catalogue.rule_kinds import Rule, check_to_json, fields_checked


def form_of(kind: Kind) -> dict[str, Any]:
    """One entry of `kinds` of GET /api/v1/catalogue. Fields stand in the order of the form."""
    return {
        "id": kind.id,
        "version": kind.version,
        "order": kind.order,
        "labels": _text(kind.labels),
        "short": _text(kind.short),
        "rows": list(kind.rows),
        "sections": [
            {
                "id": section.id,
                "label": _text(section.label),
                "folded": section.folded,
                "fields": list(section.fields),
            }
            for section in kind.sections
        ],
        "fields": [_field(field) for field in kind.fields.values()],
        "groups": [list(group) for group in kind.groups],
        "rules": [_rule(rule) for rule in kind.rules],
        "counts": [_count(count) for count in kind.counts],
        "evidence": {"min": kind.evidence.min, "max": kind.evidence.max},
        "columns": list(kind.columns),
        "repeated": list(kind.repeated),
        "example": dict(kind.example),
    }


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"vi": text.vi, "en": text.en}


def _condition(condition: Condition | None) -> dict[str, Any] | None:
    return None if condition is None else to_json(condition)


def _field(field: Field) -> dict[str, Any]:
    """Only what is said: a phone reads a missing key as null, false or empty."""
    full = {
        "id": field.id,
        "type": field.type,
        "label": _text(field.label),
        "required": field.required,
        "required_if": _condition(field.required_if),
        "shown_if": _condition(field.shown_if),
        "options": [{"id": o.id, "label": _text(o.label)} for o in field.options] or None,
        "min": field.min,
        "max": field.max,
        "unit": _text(field.unit),
        "max_length": field.max_length,
        "group": field.group,
        "help": _text(field.help),
        "default": field.default,
        "suggestions": list(field.suggestions) or None,
    }
    return {key: value for key, value in full.items() if value is not None}


def _rule(rule: Rule) -> dict[str, Any]:
    full = {
        "id": rule.id,
        "severity": rule.severity,
        "when": _condition(rule.when),
        "message": _text(rule.message),
        **check_to_json(rule.check),
        "fields_checked": list(fields_checked(rule.check)),
    }
    return {key: value for key, value in full.items() if value is not None}


def _count(count: CountRule) -> dict[str, Any]:
    full = {
        "code": count.code,
        "amount": count.amount,
        "when": _condition(count.when),
        "group_key": count.group_key,
        "distinct": count.distinct,
    }
    return {key: value for key, value in full.items() if value is not None}
