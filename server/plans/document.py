"""An annex as it is brought in: read from YAML, checked row by row, in one normal form.

The form is `annex-plan/1` (see `data/annex-ii-2025.yaml`). Members that we don't know are let
pass, so that a fuller file of an office is taken as it is. Not here: the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import yaml

from server import problems
from server.plans import document_rows
from server.plans.findings import Findings
from server.plans.readings import unknown_values
from server.problems import ProblemError

SCHEMA = "annex-plan/1"
#: An annex of 21 rows is 40 kB; a file beyond this is something else. In characters.
TEXT_MAX = 1_000_000
#: A copy adds a note to it; together they fill the column.
TITLE_MAX = 140
_PLAN_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,59}")


def read_yaml(text: str) -> Any:
    """The document in `text`. Raises plan-invalid where it is no YAML."""
    if len(text) > TEXT_MAX:
        raise ProblemError(problems.TOO_LARGE)
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        findings = Findings()
        where = f"dòng {line} của tệp" if line else "tệp"
        findings.add(None, None, f"Không đọc được {where}: không phải YAML đúng cách.",
                     f"Not well-formed YAML{f' at line {line}' if line else ''}.")  # fmt: skip
        raise _invalid(findings) from error


def normalise(document: Any) -> dict[str, Any]:
    """`document` in normal form: {"plan", "sections", "groups", "rows", "readings", "terms"}.

    Raises plan-invalid with `problems`: a list of {"row", "field", "vi", "en"}.
    """
    findings = Findings()
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        findings.add(None, "schema", f"Tệp phải có dòng «schema: {SCHEMA}».",
                     f"The file must say schema: {SCHEMA}.")  # fmt: skip
        raise _invalid(findings)
    plan = _plan(findings, document.get("plan"))
    sections = _sections(findings, document.get("sections"))
    groups = _groups(findings, document.get("groups"), sections)
    codes = [section["code"] for section in sections]
    rows = document_rows.normalise_rows(
        findings, document.get("rows"), codes, [group["code"] for group in groups]
    )
    readings = document.get("readings") or {}
    if not isinstance(readings, Mapping):
        readings = {}
        findings.add(None, "readings", "Phải là danh sách «tên: giá trị».", "Must be a mapping.")
    for name in unknown_values(readings):
        findings.add(None, f"readings.{name}", "Không có cách hiểu này.", "No such reading.")
    if findings.found:
        raise _invalid(findings)
    return {
        "plan": plan, "sections": sections, "groups": groups, "rows": json_value(rows),
        "readings": json_value(readings),
        "terms": json_value(document.get("organisation_terms") or []),
    }  # fmt: skip


def json_value(value: Any) -> Any:
    """`value` as JSON holds it: days as text, tuples as lists, keys as text."""
    if isinstance(value, Mapping):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if value is None or isinstance(value, str | int | float):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _plan(findings: Findings, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        findings.add(None, "plan", "Thiếu phần «plan».", "The part «plan» is missing.")
        return {}
    plan = json_value(given)
    if not isinstance(plan.get("id"), str) or not _PLAN_ID.fullmatch(plan["id"]):
        findings.add(None, "plan.id", "Mã kế hoạch chỉ gồm chữ thường, số và gạch nối (3-60).",
                     "An id has 3 to 60 lower-case letters, digits and hyphens.")  # fmt: skip
    if not isinstance(plan.get("title"), str) or not 0 < len(plan["title"]) <= TITLE_MAX:
        findings.add(None, "plan.title", f"Thiếu tên phụ lục (tối đa {TITLE_MAX} chữ).",
                     f"A title of at most {TITLE_MAX} letters is needed.")  # fmt: skip
    if type(plan.get("year")) is not int or not 2000 <= plan["year"] <= 2100:
        findings.add(None, "plan.year", "Năm phải là số, ví dụ 2026.", "A year is needed.")
    days = [_day(findings, plan, key) for key in ("valid_from", "valid_to")]
    if days[0] and days[1] and days[0] > days[1]:
        findings.add(None, "plan.valid_to", "Ngày hết hiệu lực trước ngày bắt đầu.",
                     "The plan ends before it begins.")  # fmt: skip
    return dict(plan)


def _day(findings: Findings, plan: Mapping[str, Any], key: str) -> date | None:
    try:
        return date.fromisoformat(plan.get(key) or "")
    except (TypeError, ValueError):
        findings.add(None, f"plan.{key}", "Ngày phải có dạng 2026-01-31.",
                     "A day such as 2026-01-31 is needed.")  # fmt: skip
        return None


def _sections(findings: Findings, given: Any) -> list[dict[str, Any]]:
    return [
        {"code": entry["code"], "name": entry["name"]}
        for entry in _named(findings, "sections", given)
    ]


def _groups(
    findings: Findings, given: Any, sections: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    known = {section["code"] for section in sections}
    groups = []
    for entry in _named(findings, "groups", given or []):
        if entry.get("section") not in known:
            findings.add(entry["code"], "section", "Mục lớn này không có trong «sections».",
                         "No such section.")  # fmt: skip
        groups.append(
            {
                "code": entry["code"], "section": entry.get("section"),
                "parent": entry.get("parent"), "annex_no": entry.get("annex_no"),
                "name": entry["name"],
            }
        )  # fmt: skip
    return groups


def _named(findings: Findings, part: str, given: Any) -> list[dict[str, Any]]:
    """Entries that have a code of their own and a name."""
    if not isinstance(given, list):
        findings.add(None, part, f"Phần «{part}» phải là danh sách.", f"{part} must be a list.")
        return []
    found: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(given, 1):
        code, name = (entry.get(key) if isinstance(entry, Mapping) else None
                      for key in ("code", "name"))  # fmt: skip
        is_code = isinstance(code, str) and document_rows.CODE.fullmatch(code)
        if not is_code or not isinstance(name, str) or not name.strip():
            findings.add(None, f"{part}[{number}]", "Cần có mã và tên.", "Code and name needed.")
        elif code in found:
            findings.add(code, part, "Mã này đã có ở trên.", "This code stands there twice.")
        else:
            found[str(code)] = dict(entry)
    return list(found.values())


def _invalid(findings: Findings) -> ProblemError:
    return ProblemError(problems.PLAN_INVALID, problems=findings.found)
