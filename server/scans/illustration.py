"""The public page that illustrates contributions and benefits (row I.5.1 of the annex): HTML.

Works without a script: the form asks by GET, so an address holds a calculation and can be passed
on. Nothing that is asked is kept. Figures come from `rates`, dated and sourced; a pension is always
called an estimate. Not here: how the answer is sent (`illustration_routes`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from server.rates import contributions, figures, tables, ways
from server.rates.contributions import Sex
from server.scans.figures import figures_block
from server.scans.page import STYLE, Packed, environment, packed, words_in

YEARS_MAX = 60
GROUP, YEARS = "other", "20"
_MARKS = re.compile(r"[\s.,\u00a0]")


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the form, as it was written."""

    base: str
    group: str = GROUP
    years: str = YEARS
    sex: str = "women"


def lowest_base(day: date) -> str:
    """What the form begins with; empty where nothing is known of the day."""
    try:
        return _dong(figures.on("voluntary_si", day)["base_min"])
    except figures.NoFigureError:
        return ""


def illustration_page(asked: Asked, day: date, day_asked: str, language: str) -> Packed:
    """The page for what was `asked`, by the law of `day`; mistakes are said beside the form."""
    said, words = _words()[language], words_in(language)
    groups: Sequence[Mapping[str, Any]] = []
    troubles: list[str] = []
    result = None
    try:
        groups = [{"id": one["id"], "label": one[language]}
                  for one in figures.on("voluntary_si", day)["groups"]]  # fmt: skip
        result = _result(asked, day, said, troubles)
    except figures.NoFigureError:
        groups = []
    # for the income that was asked for it stands above already
    names = [name for name in tables.names() if result is None or name != "payment_ways"]
    blocks = (figures_block(name, day, language, words) for name in names)
    html = environment().get_template("illustration.html").render(
        lang=language, words=words, said=said, style=STYLE, asked=asked, groups=groups,
        troubles=troubles, result=result, tables=[block for block in blocks if block],
        day=f"{day:%d/%m/%Y}", day_asked=day_asked,
    )  # fmt: skip
    return packed(html, language)


def languages() -> frozenset[str]:
    """In which the page can be read."""
    return frozenset(_words())


def _result(
    asked: Asked, day: date, said: Mapping[str, str], troubles: list[str]
) -> Mapping[str, Any] | None:
    base, years = _read_base(asked.base, day, said, troubles), _read_years(asked, day)
    if years is None:
        least = figures.on("pension", day)["years_min"]
        troubles.append(said["years_wrong"].format(least=least, most=YEARS_MAX))
    known = {one["id"] for one in figures.on("voluntary_si", day)["groups"]}
    if asked.group not in known or asked.sex not in ("women", "men"):
        troubles.append(said["group_wrong"])
    if troubles or base is None or years is None:
        return None
    month = contributions.voluntary_si(base, asked.group, day)
    share = contributions.pension_share(cast(Sex, asked.sex), years, day)
    return {
        "rows": [
            {"label": said[name], "month": _dong(amount), "year": _dong(12 * amount)}
            for name, amount in (("whole", month.whole), ("state", month.state), ("own", month.own))
        ],
        "pension": _dong(contributions.share_of(base, share)),
        "share_words": said["share_words"].format(years=years, share=share),
        "source": figures.on("pension", day).source,
        **_ways(base, asked.group, day, said),
    }


def _ways(base: int, group: str, day: date, said: Mapping[str, str]) -> Mapping[str, Any]:
    """Several months at once, what is missing, and by which figures; without the fund's return
    only the short ways."""
    fund, known = ways.fund_return(day), figures.on("payment_ways", day)
    support_years = figures.on("voluntary_si", day)["support_months_max"] // 12
    sources = [known.source, *([fund.source] if fund else [])]
    return {
        "ways": [_way(each, said) for each in ways.ahead(base, group, day)],
        "missing": [_way(each, said) for each in ways.missing(base, day)],
        "ways_note": said["ways_note"].format(years=support_years),
        "fund_note": said["fund_note"].format(rate=f"{fund['rate']:g}".replace(".", said["point"]))
        if fund else said["fund_unknown"],
        "ways_source": "; ".join(sources),
    }  # fmt: skip


def _way(way: ways.Way, said: Mapping[str, str]) -> Mapping[str, Any]:
    years = way.months // 12
    if way.months == 1:
        label = said["month"]
    elif years > 1:
        label = said["years_at_once"].format(n=years)
    else:  # twelve months to come are not called a year, as the law does not
        label = said["year" if way.state is None else "months_at_once"].format(n=way.months)
    return {
        "label": label, "is_estimated": way.is_estimated, "own": _dong(way.own),
        "state": "" if way.state is None else _dong(way.state),
    }  # fmt: skip


def _read_base(text: str, day: date, said: Mapping[str, str], troubles: list[str]) -> int | None:
    digits = _MARKS.sub("", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        troubles.append(said["not_a_number"])
        return None
    base, lowest = int(digits), figures.on("voluntary_si", day)["base_min"]
    if base < lowest:
        troubles.append(said["too_low"].format(lowest=_dong(lowest)))
        return None
    if base > (highest := contributions.highest_base(day)):
        level = figures.on("reference_level", day)
        troubles.append(said["too_high" if level.is_confirmed else "too_high_estimated"].format(
            highest=_dong(highest), level=_dong(level["amount"]), source=level.source))  # fmt: skip
        return None
    return base


def _read_years(asked: Asked, day: date) -> int | None:
    text = asked.years.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        return None
    years = int(text)
    return years if figures.on("pension", day)["years_min"] <= years <= YEARS_MAX else None


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = Path(__file__).with_name("illustration_words.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return found


def _dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
