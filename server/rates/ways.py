"""Ways to pay voluntary social insurance: some months or years at once, and what is missing.

Years to come are paid for at a reduction, missing months with interest, both by the fund's return
(Nghị định 159/2025/NĐ-CP, Điều 6 and 7). Not here: one month (`contributions`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from server.rates import contributions, figures
from server.rates.contributions import share_of
from server.rates.figures import Figure


@dataclass(frozen=True, slots=True)
class Way:
    """So many `months` at once, in đồng. `state` is None where nothing is known of its help."""

    months: int
    whole: int
    state: int | None
    own: int
    is_estimated: bool


def ahead(base: int, group: str, day: date) -> Sequence[Way]:
    """Months to come: the short ways, then years at once as far as the fund's return is known.

    Raises what `contributions.voluntary_si` does.
    """
    month, known = contributions.voluntary_si(base, group, day), figures.on("payment_ways", day)
    found = [
        Way(months, months * month.whole, months * month.state, months * month.own,
            is_estimated=False)
        for months in known["months"]
    ]  # fmt: skip
    fund = fund_return(day)
    for years in known["years"] if fund else ():
        assert fund is not None
        months = 12 * years
        whole = _sum(month.whole, [-passed for passed in range(months)], fund)
        state = months * month.state
        found.append(Way(months, whole, state, whole - state, not fund.is_confirmed))
    return found


def missing(base: int, day: date) -> Sequence[Way]:
    """What somebody of pension age pays at once for whole years that are missing; may be empty."""
    known, fund = figures.on("payment_ways", day), fund_return(day)
    if fund is None:
        return []
    month = share_of(base, figures.on("voluntary_si", day)["rate"])
    found = []
    for years in range(1, known["missing_years_max"] + 1):
        whole = _sum(month, range(1, 12 * years + 1), fund)
        found.append(Way(12 * years, whole, None, whole, not fund.is_confirmed))
    return found


def fund_return(day: date) -> Figure | None:
    """The fund's return by which one pays on `day`, `rate` in percent a month; None if unknown."""
    try:
        return figures.on("fund_return", day)
    except figures.NoFigureError:
        return None


def _sum(amount: int, powers: Sequence[int], fund: Figure) -> int:
    growth = 1 + Decimal(str(fund["rate"])) / 100
    whole = sum((amount * growth**power for power in powers), Decimal(0))
    return int(whole.quantize(Decimal(1), ROUND_HALF_UP))
