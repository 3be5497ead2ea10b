"""What a person is told about a value: exact, kind, in both languages.

One function for each problem code. The phone has the same sentences
(`pwa/src/forms/rules/wording.ts`), compared by the shared vectors. Not here: when to say them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from server.catalogue.kind import Field, Text

Problem = dict[str, str]
Language = Literal["vi", "en"]
#: Types that one picks; the others are entered.
PICKED = ("choice", "choices", "boolean", "date", "time", "activity")
FORMS: dict[str, tuple[str, str]] = {
    "text": ("là chữ", "be text"),
    "long_text": ("là chữ", "be text"),
    "integer": ("là số nguyên", "be a whole number"),
    "money": ("là số tiền chẵn đồng", "be a whole amount in đồng"),
    "boolean": ("là có hoặc không", "be yes or no"),
    "date": ("là ngày có thật", "be a real date"),
    "time": ("là giờ từ 00:00 đến 23:59", "be a time from 00:00 to 23:59"),
    "choice": ("được chọn trong danh sách", "be chosen from the list"),
    "choices": ("được chọn trong danh sách, mỗi mục một lần", "be chosen from the list, each once"),
    "position": ("là vị trí trên bản đồ", "be a position on the map"),
    "link": ("là địa chỉ bắt đầu bằng http:// hoặc https://", "be an http or https address"),
    "phone": ("là số di động 10 chữ số", "be a mobile number of 10 digits"),
    "activity": ("là một hoạt động đã ghi", "be a recorded activity"),
    "short_code": ("đúng 9 ký tự in cạnh mã QR", "be the 9 characters printed by the QR code"),
}


def problem(field: str, code: str, vi: str, en: str) -> Problem:
    return {"field": field, "code": code, "vi": vi, "en": en}


def number_text(value: int, language: Language) -> str:
    """1.263.600 in Vietnamese, 1,263,600 in English."""
    text = f"{value:,}"
    return text.replace(",", ".") if language == "vi" else text


def value_text(value: int | str, field: Field, language: Language) -> str:
    """A bound as people write it: 20/11/2026, 17:30, 1.500."""
    if isinstance(value, int):
        return number_text(value, language)
    if field.type == "date":
        year, month, day = value.split("-")
        return f"{day}/{month}/{year}"
    return value


def inner(label: str) -> str:
    """The label inside a sentence: "Thời lượng" to "thời lượng", but "BHXH" stays."""
    if len(label) > 1 and label[0].isupper() and label[1].isupper():
        return label
    return label[:1].lower() + label[1:]


def missing(field: Field) -> Problem:
    verb = "chọn" if field.type in PICKED else "nhập"
    return problem(
        field.id,
        "required",
        f"Anh/chị chưa {verb} {inner(field.label.vi)}",
        f"Missing: {inner(field.label.en)}",
    )


def wrong_form(field: Field) -> Problem:
    """The value is not what its type says."""
    vi, en = FORMS[field.type]
    return problem(
        field.id, "wrong_form", f"{field.label.vi} phải {vi}", f"{field.label.en} must {en}"
    )


def too_long(field: Field) -> Problem:
    limit = field.max_length or 0
    return problem(
        field.id,
        "too_long",
        f"{field.label.vi} dài quá {number_text(limit, 'vi')} ký tự, anh/chị rút gọn giúp",
        f"{field.label.en} is longer than {number_text(limit, 'en')} characters",
    )


def out_of_range(field: Field, low: int | str | None, high: int | str | None) -> Problem:
    return problem(
        field.id, "out_of_range", f"{field.label.vi} phải {_bounds(field, low, high, 'vi')}",
        f"{field.label.en} must be {_bounds(field, low, high, 'en')}",
    )  # fmt: skip


def unusual(field: Field, low: int | str | None, high: int | str | None) -> Problem:
    return problem(
        field.id,
        "unusual",
        f"{field.label.vi} thường {_bounds(field, low, high, 'vi')}, anh/chị xem lại giúp",
        f"{field.label.en} is usually {_bounds(field, low, high, 'en')}; please check",
    )


def _bounds(field: Field, low: int | str | None, high: int | str | None, language: Language) -> str:
    """ "từ 1 đến 240 phút", "từ 1 phút trở lên", "nhiều nhất 240 phút"."""
    unit = f" {getattr(field.unit, language)}" if field.unit else ""
    first = value_text(low, field, language) if low is not None else ""
    last = value_text(high, field, language) if high is not None else ""
    vi = language == "vi"
    if low is not None and high is not None:
        return f"từ {first} đến {last}{unit}" if vi else f"from {first} to {last}{unit}"
    if low is not None:
        return f"từ {first}{unit} trở lên" if vi else f"{first}{unit} or more"
    if field.type in ("date", "time"):
        return f"không sau {last}" if vi else f"no later than {last}"
    return f"nhiều nhất {last}{unit}" if vi else f"{last}{unit} at most"


def in_future(field: Field) -> Problem:
    return problem(
        field.id,
        "in_future",
        f"{field.label.vi} chưa đến, anh/chị chọn hôm nay hoặc ngày trước đó",
        f"{field.label.en} is still to come; choose today or an earlier day",
    )


def wrong_order(first: Field, second: Field, may_be_equal: bool) -> Problem:
    vi = "không được trước" if may_be_equal else "phải sau"
    en = "must not be before" if may_be_equal else "must be after"
    return problem(
        second.id,
        "wrong_order",
        f"{second.label.vi} {vi} {inner(first.label.vi)}",
        f"{second.label.en} {en} {inner(first.label.en)}",
    )


def sum_too_small(fields: list[Field], low: int) -> Problem:
    return problem(
        fields[0].id,
        "sum_too_small",
        f"{_together(fields, 'vi')} phải từ {number_text(low, 'vi')} trở lên",
        f"{_together(fields, 'en')} must be {number_text(low, 'en')} or more",
    )


def sum_too_large(fields: list[Field], limit: int, limits: list[Field]) -> Problem:
    """`limits` are the fields that made the limit, if it was not a plain number."""
    name_vi = f"{inner(_together(limits, 'vi'))} " if limits else ""
    name_en = f"{inner(_together(limits, 'en'))} " if limits else ""
    shown_vi, shown_en = number_text(limit, "vi"), number_text(limit, "en")
    return problem(
        fields[0].id,
        "sum_too_large",
        f"{_together(fields, 'vi')} không được lớn hơn {name_vi}({shown_vi})",
        f"{_together(fields, 'en')} must not be more than {name_en}({shown_en})",
    )


def _together(fields: list[Field], language: Language) -> str:
    labels = [getattr(field.label, language) for field in fields]
    if len(labels) == 1:
        return str(labels[0])
    last = "và" if language == "vi" else "and"
    total = "Tổng" if language == "vi" else "The sum of"
    rest = [inner(label) for label in labels]
    return f"{total} {', '.join(rest[:-1])} {last} {rest[-1]}"


def unusual_value(field: Field, low_vnd: int, high_vnd: int) -> Problem:
    return problem(
        field.id,
        "unusual_value",
        f"{field.label.vi} thường từ {number_text(low_vnd, 'vi')} đến "
        f"{number_text(high_vnd, 'vi')} đồng với số lượng và số tháng này, anh/chị xem lại giúp",
        f"{field.label.en} is usually from {number_text(low_vnd, 'en')} to "
        f"{number_text(high_vnd, 'en')} đồng for this quantity and months; please check",
    )


def said(field: str, code: str, message: Text) -> Problem:
    """A rule's own wording."""
    return problem(field, code, message.vi, message.en)


def evidence_missing(needed: int) -> Problem:
    noun = "photo" if needed == 1 else "photos"
    return problem(
        "evidence",
        "evidence_missing",
        f"Cần ít nhất {needed} ảnh minh chứng",
        f"At least {needed} {noun} needed as evidence",
    )


def evidence_too_many(limit: int) -> Problem:
    return problem(
        "evidence",
        "evidence_too_many",
        f"Nhiều nhất {limit} minh chứng, anh/chị bỏ bớt giúp",
        f"{limit} pieces of evidence at most",
    )


def evidence_wrong_form(reason: Any) -> Problem:
    return problem(
        "evidence",
        "evidence_wrong_form",
        f"Một minh chứng ghi sai: {reason}",
        f"A piece of evidence is written wrongly: {reason}",
    )
