"""Triggers that refuse a change to a synced row which did not go through the one door.

A row written without a new `seq` would stay unseen on every phone, silently and for ever. The
writer either writes the number itself (`operations.take`) or says UNSTAMPED and marks the row
(`operations.mark`). Not here: when numbers are given.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from server.change_feed.models import FeedDocument, FeedMove
from server.change_feed.operations import UNSTAMPED

_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION refuse_unseen_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a synced row changed without a new seq';
END $$""",
    """CREATE TRIGGER {table}_seq_moves BEFORE UPDATE ON {table} FOR EACH ROW
WHEN (NEW.seq = OLD.seq AND NEW.seq <> {unstamped}) EXECUTE FUNCTION refuse_unseen_change()""",
)
_SQLITE = (
    """CREATE TRIGGER {table}_seq_moves BEFORE UPDATE ON {table} FOR EACH ROW
WHEN NEW.seq = OLD.seq AND NEW.seq <> {unstamped}
BEGIN SELECT RAISE(ABORT, 'a synced row changed without a new seq'); END""",
)


def statements(table_name: str, dialect: str) -> list[str]:
    """The DDL that guards `table_name`, for migrations. `dialect`: "sqlite" or "postgresql"."""
    templates = _POSTGRESQL if dialect == "postgresql" else _SQLITE
    return [text.format(table=table_name, unstamped=UNSTAMPED) for text in templates]


def guard(table: Table) -> None:
    """Guard `table` wherever it is made from the metadata (tests, benchmarks)."""
    for dialect in ("postgresql", "sqlite"):
        for statement in statements(table.name, dialect):
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


guard(FeedDocument.__table__)  # type: ignore[arg-type]
guard(FeedMove.__table__)  # type: ignore[arg-type]
