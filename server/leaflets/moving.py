"""Print runs of a commune that was merged away belong to the one that took its place.

Their documents move with the commune's feed (`change_feed.moves`). What stands on paper stays, and
so do the code and the place for which the run was printed.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from server.leaflets.models import PrintRun


def follow(session: Session, old_commune_id: str, place: Mapping[str, str | None]) -> None:
    """Let the runs of a lineage lie at `place`: {"commune_id", "province_code"}."""
    session.execute(
        update(PrintRun)
        .where(PrintRun.commune_id == old_commune_id)
        .values(**place)
        .execution_options(synchronize_session=False)
    )
