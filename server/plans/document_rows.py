"""The rows and targets of an annex that is brought in: checks and normal form.

Not here: the rest of the document (`document`), cells taken from another row (`queries`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from server.plans.findings import Findings
from server.plans.models import METRICS

CODE = re.compile(r"[IVX]{1,4}(\.\d{1,2}){0,4}(\.[a-z])?")
_TARGET_ID = re.compile(r"[A-Za-z0-9.-]{1,28}")
#: Cells that a row may take from another one.
INHERITABLE = ("name", "unit", "timing", "lead_units", "coordinating_units", "work_items")
PER = ("year", "quarter", "month", "week", "nation", "province", "commune", "mass_organisation")
SCOPES = ("national", "province", "commune", "mass_organisation_in_province")
_TARGET_KNOWN = {"id", "metric", "label", "unit", "min", "max"}


def normalise_rows(
    findings: Findings, given: Any, sections: Collection[str], groups: Collection[str]
) -> list[dict[str, Any]]:
    """The rows in the annex's order; every mistake goes to `findings`."""
    if not isinstance(given, list) or not given:
        findings.add(None, "rows", "Phụ lục không có dòng nào.", "The annex has no rows.")
        return []
    rows: dict[str, dict[str, Any]] = {}
    targets: set[str] = set()
    for number, row in enumerate(given, 1):
        code = row.get("code") if isinstance(row, Mapping) else None
        if not isinstance(code, str) or not CODE.fullmatch(code):
            findings.add(None, f"rows[{number}].code", f"Dòng thứ {number}: mã phải như I.2.1.a.",
                         f"Row {number}: a code such as I.2.1.a is needed.")  # fmt: skip
        elif code in rows:
            findings.add(code, "code", "Mã này đã có ở trên.", "This code stands there twice.")
        else:
            rows[code] = _row(findings, row, code, sections, groups, targets)
    for code, row in rows.items():
        _check_inherited(findings, code, row, rows)
    return list(rows.values())


def _row(
    findings: Findings, row: Mapping[str, Any], code: str, sections: Collection[str],
    groups: Collection[str], targets: set[str],
) -> dict[str, Any]:  # fmt: skip
    if row.get("section") not in sections:
        findings.add(code, "section", "Mục lớn này không có.", "No such section.")
    if row.get("group") is not None and row["group"] not in groups:
        findings.add(code, "group", "Nhóm này không có.", "No such group.")
    inherited = {k: v for k, v in (row.get("inherited") or {}).items() if k != "merge"}
    unit, timing = row.get("unit") or {}, row.get("timing") or {}
    if not isinstance(unit, Mapping) or not isinstance(timing, Mapping):
        findings.add(code, "unit", "«unit» và «timing» phải có «wording».", "Mappings needed.")
        unit, timing = {}, {}
    return {
        "code": code, "section": row.get("section"), "group": row.get("group"),
        "annex_no": row.get("annex_no"), "name": row.get("name"),
        "unit": {"wording": unit.get("wording"), "keys": list(unit.get("keys") or [])},
        "timing": {
            "wording": timing.get("wording"),
            "periods": _periods(findings, code, timing.get("periods") or []),
            "as_needed": bool(timing.get("as_needed", False)),
        },
        "lead_units": _texts(findings, code, "lead_units", row.get("lead_units")),
        "coordinating_units": _texts(findings, code, "coordinating_units",
                                     row.get("coordinating_units")),
        "work_items": _work_items(row.get("work_items") or []),
        "inherited": inherited,
        "merge": (row.get("inherited") or {}).get("merge"),
        "requirements": [
            {"id": each.get("id"), "text": each.get("text")}
            for each in row.get("requirements") or [] if isinstance(each, Mapping)
        ],
        "facts": row.get("facts") or {},
        "targets": _targets(findings, code, row.get("targets") or [], targets),
    }  # fmt: skip


def _check_inherited(
    findings: Findings, code: str, row: Mapping[str, Any], rows: Mapping[str, Any]
) -> None:
    for cell, source in row["inherited"].items():
        if cell not in INHERITABLE or source not in rows or source == code:
            findings.add(code, f"inherited.{cell}", f"Không lấy được ô này từ dòng {source}.",
                         f"This cell can't be taken from {source}.")  # fmt: skip
    if not row["name"] and "name" not in row["inherited"]:
        findings.add(code, "name", "Thiếu tên hình thức truyền thông.", "The name is missing.")


def _texts(findings: Findings, code: str, field: str, given: Any) -> list[str]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        findings.add(code, field, "Phải là danh sách tên đơn vị.", "A list of names is needed.")
        return []
    return list(given)


def _work_items(given: Any) -> list[str]:
    """One sentence each; what stands below another begins with a plus."""
    found: list[str] = []
    for item in given if isinstance(given, list) else [given]:
        if isinstance(item, Mapping):
            found.append(str(item.get("text", "")))
            found += [f"+ {text}" for text in _work_items(item.get("items") or [])]
        else:
            found.append(str(item))
    return found


def _periods(findings: Findings, code: str, given: Any) -> list[dict[str, Any]]:
    found = []
    for period in given if isinstance(given, list) else [given]:
        first, last = (period.get(key) if isinstance(period, Mapping) else None
                       for key in ("month_from", "month_to"))  # fmt: skip
        if type(first) is not int or type(last) is not int or not 1 <= first <= last <= 12:
            findings.add(code, "periods", "Thời gian cần tháng đầu và tháng cuối, từ 1 đến 12.",
                         "A period needs month_from and month_to, 1 to 12.")  # fmt: skip
        else:
            found.append(dict(period))
    return found


def _targets(
    findings: Findings, code: str, given: Any, seen: set[str]
) -> list[dict[str, Any]]:  # fmt: skip
    found = []
    for number, target in enumerate(given if isinstance(given, list) else [given], 1):
        id = target.get("id") if isinstance(target, Mapping) else None
        if not isinstance(id, str) or not _TARGET_ID.fullmatch(id) or id in seen:
            findings.add(code, f"targets[{number}].id", "Chỉ tiêu cần một mã riêng, như I.4-T1.",
                         "A target needs an id of its own, such as I.4-T1.")  # fmt: skip
            continue
        seen.add(id)
        found.append(_target(findings, code, id, target))
    return found


def _target(findings: Findings, code: str, id: str, target: Mapping[str, Any]) -> dict[str, Any]:
    if target.get("metric") not in METRICS:
        findings.add(code, f"{id}.metric", f"Số đo phải là một trong: {', '.join(METRICS)}.",
                     f"The metric must be one of: {', '.join(METRICS)}.")  # fmt: skip
    for key in ("label", "unit"):
        if not isinstance(target.get(key), str):
            findings.add(code, f"{id}.{key}", f"Chỉ tiêu thiếu «{key}».", f"{key} is missing.")
    bounds = [target.get("min"), target.get("max")]
    if any(each is not None and not _is_number(each) for each in bounds) or bounds[0] is None:
        findings.add(code, f"{id}.min", "Mức phải đạt phải là số, từ 0 trở lên.",
                     "The line to reach must be a number of 0 or more.")  # fmt: skip
    elif bounds[1] is not None and bounds[1] < bounds[0]:
        findings.add(code, f"{id}.max", "Mức đủ nhỏ hơn mức phải đạt.", "max is below min.")
    per = target.get("per") or ["year"]
    if not isinstance(per, list) or any(each not in PER for each in per):
        findings.add(code, f"{id}.per", f"«per» chỉ gồm: {', '.join(PER)}.",
                     f"«per» holds only: {', '.join(PER)}.")  # fmt: skip
    scope = target.get("scope", "province")
    if scope not in SCOPES:
        findings.add(code, f"{id}.scope", f"«scope» phải là một trong: {', '.join(SCOPES)}.",
                     f"«scope» is one of: {', '.join(SCOPES)}.")  # fmt: skip
    rest = {key: value for key, value in target.items() if key not in _TARGET_KNOWN}
    if target.get("period") is not None:
        rest["period"] = next(iter(_periods(findings, code, target["period"])), None)
    rest["windows"] = _periods(findings, code, target.get("windows") or [])
    return {key: target.get(key) for key in ("id", "metric", "label", "unit", "min", "max")} | {
        **rest, "per": per, "scope": scope,
    }  # fmt: skip


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
