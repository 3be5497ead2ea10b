"""Tables of contributions as leaflets, the public page and paper show them, by the law of a day.

A table says by the law of which day it stands, where its figures come from, and whether it is an
estimate: it is one as soon as any figure in it is not confirmed. Not here: how it looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.rates import contributions, figures, ways
from server.rates.figures import Figure


@dataclass(frozen=True, slots=True)
class Words:
    """One wording in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Row:
    """A group of people, and its amounts in đồng, one for each head of the table."""

    label: Words
    amounts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RatesTable:
    """`as_of` is the day since which all its figures hold."""

    id: str
    title: Words
    heads: tuple[Words, ...]
    rows: tuple[Row, ...]
    note: Words
    sources: tuple[str, ...]
    as_of: date
    is_estimated: bool


def table(name: str, day: date) -> RatesTable | None:
    """The table `name` as it holds on `day`; None for a name or a day that nothing is known of."""
    make = _TABLES.get(name)
    try:
        return make(day) if make else None
    except figures.NoFigureError:
        return None


def names() -> Sequence[str]:
    """Every table there is."""
    return tuple(_TABLES)


def _voluntary_si(day: date) -> RatesTable:
    figure = figures.on("voluntary_si", day)
    lowest, rate = figure["base_min"], figure["rate"]
    rows = []
    for group in figure["groups"]:
        month = contributions.voluntary_si(lowest, group["id"], day)
        rows.append(Row(Words(group["vi"], group["en"]), (month.state, month.own)))
    return _made(
        "voluntary_si", [figure], rows,
        Words("Mỗi tháng đóng bao nhiêu?", "How much a month?"),
        (Words("Nhà nước đóng", "The State pays"), Words("Mình đóng", "You pay")),
        Words(
            f"Tính theo mức thấp nhất: thu nhập {_dong(lowest)} đồng, đóng {_percent(rate)} %. "
            "Ai chọn mức cao hơn thì Nhà nước vẫn giúp số tiền như trên.",
            f"On the lowest base of {lowest:,} dong, at {rate} %. On a higher base the State's "
            "part stays the same.",
        ),
    )  # fmt: skip


def _household_hi(day: date) -> RatesTable:
    figure, level = figures.on("household_hi", day), figures.on("reference_level", day)
    count = len(figure["persons"])
    rows = []
    for person in range(1, count + 1):
        year = contributions.household_hi_year(person, day)
        vi = f"Người thứ {person}" + (" trở đi" if person == count else "")
        en = f"Person {person}" + (" and further" if person == count else "")
        rows.append(Row(Words(vi, en), (year // 12, year)))
    for group in figure["own_shares"]:
        year = contributions.supported_hi_year(group["id"], day)
        rows.append(Row(Words(group["vi"], group["en"]), (year // 12, year)))
    return _made(
        "household_hi", [figure, level], rows,
        Words("Đóng BHYT bao nhiêu?", "How much for health insurance?"),
        (Words("Một tháng", "A month"), Words("Một năm", "A year")),
        Words(
            f"Tính theo mức tham chiếu {_dong(level['amount'])} đồng, đóng "
            f"{_percent(figure['rate'])} %. Nơi nào tỉnh giúp thêm thì mình đóng ít hơn.",
            f"By the reference level of {level['amount']:,} dong, at {figure['rate']} %. "
            "Where the province helps too, you pay less.",
        ),
    )  # fmt: skip


def _pension_examples(day: date) -> RatesTable:
    figure, pension = figures.on("voluntary_si", day), figures.on("pension", day)
    women = contributions.pension_share("women", _YEARS, day)
    men = contributions.pension_share("men", _YEARS, day)
    rows = []
    for base in figure["examples"]:
        own = contributions.voluntary_si(base, "other", day).own
        label = Words(f"Thu nhập {_dong(base)}", f"Income of {base:,}")
        rows.append(Row(label, (own, contributions.share_of(base, women))))
    return _made(
        "pension_examples", [figure, pension], rows,
        Words("Đóng bao nhiêu, hưởng bao nhiêu?", "What is paid, and what comes back?"),
        (Words("Mình đóng", "You pay"), Words("Lương hưu", "Pension")),
        Words(
            f"Mỗi tháng, với người không thuộc nhóm được giúp nhiều hơn. Lương hưu của nữ đóng đủ "
            f"{_YEARS} năm, bằng {women} % thu nhập; nam đóng đủ {_YEARS} năm được {men} %.",
            f"A month, for somebody of no group with more help. The pension of a woman after "
            f"{_YEARS} years, {women} % of the income; a man gets {men} % after {_YEARS} years.",
        ),
    )  # fmt: skip


def _payment_ways(day: date) -> RatesTable:
    figure, known = figures.on("voluntary_si", day), figures.on("payment_ways", day)
    lowest, fund = figure["base_min"], ways.fund_return(day)
    rows = []
    for way in ways.ahead(lowest, "other", day):
        years, months = way.months // 12, way.months
        label = Words(f"{years} năm", f"{years} years") if years > 1 else \
            Words(f"{months} tháng", f"{months} months")  # fmt: skip
        if months > 1:
            rows.append(Row(label, (way.state or 0, way.own)))
    by = Words("", "")
    if fund:
        rate = _percent(fund["rate"])
        by = Words(f" Đóng trước nhiều năm thì được bớt, tạm tính {rate} % một tháng.",
                   f" Years ahead cost less, by {fund['rate']} % a month.")  # fmt: skip
    return _made(
        "payment_ways", [figure, known, *([fund] if fund else [])], rows,
        Words("Đóng nhiều tháng một lần", "Several months at once"),
        (Words("Nhà nước đóng", "The State pays"), Words("Mình đóng", "You pay")),
        Words(
            f"Với thu nhập thấp nhất {_dong(lowest)} đồng, người không thuộc nhóm được giúp nhiều"
            f" hơn.{by.vi}",
            f"On the lowest base of {lowest:,} dong, for somebody of no group with more help."
            f"{by.en}",
        ),
    )  # fmt: skip


#: Years of paying that the examples of a pension stand for.
_YEARS = 20

_TABLES: Mapping[str, Callable[[date], RatesTable]] = {
    "voluntary_si": _voluntary_si,
    "payment_ways": _payment_ways,
    "pension_examples": _pension_examples,
    "household_hi": _household_hi,
}


def _made(
    name: str, found: Sequence[Figure], rows: Sequence[Row], title: Words,
    heads: tuple[Words, ...], note: Words,
) -> RatesTable:  # fmt: skip
    return RatesTable(
        name, title, heads, tuple(rows), note, tuple(dict.fromkeys(one.source for one in found)),
        max(one.since for one in found), not all(one.is_confirmed for one in found),
    )  # fmt: skip


def _dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def _percent(value: float) -> str:
    return f"{value:g}".replace(".", ",")
