"""How operations came to the server. A value; imports and demo data come without a phone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """By which phone, and in which of its lives (`epoch`), operations came."""

    device_id: str | None = None
    epoch: int | None = None
