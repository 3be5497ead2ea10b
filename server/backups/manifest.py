"""What a backup says of itself: `manifest.json`, written last, once the backup is proved.

A folder without it is no backup. Not here: making and restoring (`operations`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

NAME = "manifest.json"
FORMAT = 1

#: Clocks of several web machines may differ by so much. An acknowledgement bears the time of the
#: machine that gave it, so only what is older than this by the backup's clock is promised.
CLOCKS_APART = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Manifest:
    """`taken_at` is the moment before the snapshot began. `rows` counts each table's rows.

    `revision` is the schema's. `photos` and `bytes` count originals that the backup holds.
    """

    taken_at: datetime
    incarnation: str
    dialect: str
    revision: str
    rows: dict[str, int]
    photos: int
    bytes: int
    format: int = FORMAT

    @property
    def durable_through(self) -> datetime:
        """Everything acknowledged before this moment is in the backup."""
        return self.taken_at - CLOCKS_APART

    def to_json(self) -> str:
        known = {**asdict(self), "taken_at": self.taken_at.isoformat()}
        return json.dumps(known, indent=2, sort_keys=True)


def read(folder: Path) -> Manifest:
    """The manifest in `folder`. Raises FileNotFoundError, and ValueError for a foreign one."""
    known = json.loads((folder / NAME).read_text(encoding="utf-8"))
    if known.get("format") != FORMAT:
        raise ValueError(f"a backup of format {known.get('format')}, this program reads {FORMAT}")
    return Manifest(**{**known, "taken_at": datetime.fromisoformat(known["taken_at"])})
