"""How the product reads what an annex leaves open. Each is a setting of the plan, not a constant.

Not here: the arithmetic that follows a reading (`measures`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reading:
    """A question that the annex does not answer; the first option is the suggested one."""

    id: str
    vi: str
    en: str
    options: tuple[tuple[str, str, str], ...]  # (id, vi, en)

    @property
    def suggested(self) -> str:
        return self.options[0][0]


READINGS: tuple[Reading, ...] = (
    Reading(
        "broadcast_scope", "02 lượt mỗi tuần tính cho ai?", "Two broadcasts a week: of whom?",
        (("commune", "Từng xã, phường, đặc khu", "Each commune"),
         ("province", "Cả tỉnh", "The province as a whole")),
    ),
    Reading(
        "broadcast_unit", "Một lượt phát thanh là gì?", "What is one broadcast?",
        (("airing", "Một lần phát một chương trình tại một đài; phát lại là lượt khác, "
          "số cụm loa không nhân lên",
          "One airing of one programme by one station; a repeat counts again, clusters do not"),),
    ),
    Reading(
        "week", "Tuần tính thế nào?", "What is a week?",
        (("iso", "Thứ Hai đến Chủ nhật; tuần thuộc năm có ngày thứ Năm của nó",
          "Monday to Sunday; it belongs to the year of its Thursday"),),
    ),
    Reading(
        "range_above_max", "Vượt mức trên của khoảng (10-12)?", "Above a range's upper end?",
        (("fine", "Tốt, không phải lỗi", "Fine, no error"),),
    ),
    Reading(
        "commune_denominator", "Tỷ lệ xã tính trên danh sách nào?", "Share of which communes?",
        (("last_day", "Các xã có vào ngày cuối kỳ", "Those of the period's last day"),
         ("first_day", "Các xã có vào ngày đầu kỳ", "Those of the period's first day")),
    ),
    Reading(
        "peaks_overlap", "Một hoạt động tính vào mấy đợt cao điểm?", "In how many peaks?",
        (("several", "Các đợt người báo chọn", "All that the reporter picks"),),
    ),
    Reading(
        "report_cut_off", "Kỳ báo cáo chốt ngày nào?", "When do reporting periods end?",
        (("calendar", "Theo lịch", "By the calendar"),),
    ),
)  # fmt: skip

#: Free words that stand among the readings: names of the peaks, which the annex does not give.
PEAK_THEMES = "peak_themes"


def with_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Every reading with its value; what was not given is as suggested."""
    found: dict[str, Any] = {each.id: given.get(each.id, each.suggested) for each in READINGS}
    found[PEAK_THEMES] = dict(given.get(PEAK_THEMES) or {})
    return found


def unknown_values(given: Mapping[str, Any]) -> list[str]:
    """Ids of readings that do not exist or have no such option."""
    allowed = {each.id: {option[0] for option in each.options} for each in READINGS}
    return [
        id for id, value in given.items()
        if id != PEAK_THEMES and (not isinstance(value, str) or value not in allowed.get(id, ()))
    ]  # fmt: skip


def described(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The readings with their questions and options, for a screen of settings."""
    return [
        {
            "id": each.id, "label": {"vi": each.vi, "en": each.en}, "value": values[each.id],
            "options": [{"id": id, "label": {"vi": vi, "en": en}} for id, vi, en in each.options],
        }
        for each in READINGS
    ]  # fmt: skip
