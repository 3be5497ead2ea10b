"""What a reviewer says about a report: words, and where in the report they point. Pure.

A remark may point to a field, or to a photo and a circle on it: `[x, y, r]` as parts of the
photo's width (x, r) and height (y), each in 0…1. Not here: sending it to the author.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

REMARKS_MAX = 20
TEXT_MAX_CHARACTERS = 1000

#: A problem with one value, as in the answers of `invalid`.
ValueProblem = dict[str, str]


def check_remarks(
    decision: str,
    remarks: Sequence[Mapping[str, Any]],
    fields: Collection[str],
    evidence: Collection[str],
) -> list[ValueProblem]:
    """What is wrong with `remarks`; `fields` and `evidence` are those that the report knows."""
    if decision != "approve" and not remarks:
        return [_problem("remarks", "required", "Cần ít nhất một ghi chú để người báo biết sửa gì.",
                         "At least one remark tells the author what to do.")]  # fmt: skip
    if len(remarks) > REMARKS_MAX:
        return [_problem("remarks", "too_many", f"Nhiều nhất {REMARKS_MAX} ghi chú.",
                         f"At most {REMARKS_MAX} remarks.")]  # fmt: skip
    return [
        problem
        for at, remark in enumerate(remarks)
        for problem in _check(f"remarks.{at}", remark, fields, evidence)
    ]


def written(remarks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Checked remarks as they are kept: trimmed, without what was left empty."""
    return [
        {
            key: remark[key].strip() if key == "text" else remark[key]
            for key in ("text", "field", "evidence", "circle")
            if remark.get(key) is not None
        }
        for remark in remarks
    ]


def _check(
    at: str, remark: Mapping[str, Any], fields: Collection[str], evidence: Collection[str]
) -> list[ValueProblem]:
    found: list[ValueProblem] = []
    text = remark.get("text")
    if not isinstance(text, str) or not text.strip():
        found.append(_problem(f"{at}.text", "required", "Ghi chú chưa có lời.",
                              "The remark has no words."))  # fmt: skip
    elif len(text) > TEXT_MAX_CHARACTERS:
        found.append(_problem(f"{at}.text", "too_long",
                              f"Ghi chú dài quá {TEXT_MAX_CHARACTERS} ký tự.",
                              f"Longer than {TEXT_MAX_CHARACTERS} characters."))  # fmt: skip
    field = remark.get("field")
    if field is not None and field not in fields:
        found.append(_problem(f"{at}.field", "unknown", "Báo cáo không có mục này.",
                              "The report has no such field."))  # fmt: skip
    photo = remark.get("evidence")
    if photo is not None and photo not in evidence:
        found.append(_problem(f"{at}.evidence", "unknown", "Báo cáo không có ảnh này.",
                              "The report has no such photo."))  # fmt: skip
    circle = remark.get("circle")
    if circle is not None and (photo is None or not _is_circle(circle)):
        found.append(_problem(f"{at}.circle", "range", "Chỗ khoanh không nằm trên ảnh.",
                              "The circle does not lie on a photo."))  # fmt: skip
    return found


def _is_circle(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 3
        and all(isinstance(part, int | float) and not isinstance(part, bool) for part in value)
        and all(0 <= part <= 1 for part in value)
        and value[2] > 0
    )


def _problem(field: str, code: str, vi: str, en: str) -> ValueProblem:
    return {"field": field, "code": code, "vi": vi, "en": en}
