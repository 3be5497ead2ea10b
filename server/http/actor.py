"""Who acts, and over which part of the country. A value; Flask is not needed to make one.

A role says what one may do, an area says where. Both are answered by `accounts.policy`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

Role = Literal[
    "collaborator", "office_reviewer", "provincial_reviewer", "planner", "administrator", "auditor"
]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Area:
    """Where an account may look. Communes are scope ids (`c-00004-2025`), provinces are codes."""

    nation: bool = False
    province_codes: frozenset[str] = frozenset()
    commune_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """An account at work, by phone (`device_id` set) or by console session."""

    account_id: str
    name: str
    role: Role
    unit_id: str
    area: Area = field(default_factory=Area)
    scopes: tuple[str, ...] = ()
    device_id: str | None = None
    #: Set for who was shut out: until then they may deliver what they had done before, and read
    #: nothing at all.
    escrow_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What a phone told of itself when it last came: read with its token, so it costs nothing."""

    epoch: int
    last_n: int
    unsent: Any
    app: str | None
    last_seen_at: datetime | None
    #: Whether something of it may be lost (`exchange.ledger`).
    loss_open: bool = False


#: The system itself: migrations, `loa` commands, jobs.
SYSTEM = Actor("system", "Loa", "administrator", "vn", Area(nation=True))
