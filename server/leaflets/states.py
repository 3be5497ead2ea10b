"""How a version of a leaflet gets from one status to the next, and a run: the tables are the truth.

Not here: who may (`server.accounts.policy`), and what a version needs to be published (`contents`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

VersionStatus = Literal["draft", "published", "withdrawn"]
VersionMove = Literal["edit", "publish", "withdraw"]
RunStatus = Literal["active", "stopped"]
RunMove = Literal["stop", "start", "redirect"]

#: A published version is on paper somewhere: it may be withdrawn, never changed.
VERSION_MOVES: Mapping[tuple[VersionStatus, VersionMove], VersionStatus] = {
    ("draft", "edit"): "draft",
    ("draft", "publish"): "published",
    ("published", "withdraw"): "withdrawn",
}

RUN_MOVES: Mapping[tuple[RunStatus, RunMove], RunStatus] = {
    ("active", "stop"): "stopped",
    ("stopped", "start"): "active",
    ("active", "redirect"): "active",
    ("stopped", "redirect"): "stopped",
}
