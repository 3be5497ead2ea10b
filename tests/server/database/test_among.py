"""One statement text for lists of every length, with the meaning of IN."""

from __future__ import annotations

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from server.activities.models import OperationTry
from server.database.among import among

_tries: Table = OperationTry.__table__  # type: ignore[assignment]
_BY_ID = select(_tries.c.id).where(among(_tries.c.id, "ids")).order_by(_tries.c.id)
_BY_TRIES = select(_tries.c.id).where(among(_tries.c.tries, "numbers")).order_by(_tries.c.id)


def test_it_means_in(session: Session, now: object) -> None:
    for number, id in enumerate(("a", "b'\"", "chữ")):
        session.execute(insert(_tries).values(id=id, tries=number, first_at=now))
    assert session.scalars(_BY_ID, {"ids": {"chữ", "a", "none"}}).all() == ["a", "chữ"]
    assert session.scalars(_BY_ID, {"ids": ["b'\""]}).all() == ["b'\""]
    assert session.scalars(_BY_ID, {"ids": []}).all() == []
    assert session.scalars(_BY_TRIES, {"numbers": [0, 2**40, 1]}).all() == ["a", "b'\""]


def test_its_text_does_not_depend_on_the_number_of_values(session: Session) -> None:
    compiled = _BY_ID.compile(session.get_bind().engine)
    assert "POSTCOMPILE" not in str(compiled)


def test_the_index_is_used(session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL looks at the size of the table first
    text = str(_BY_ID.compile(session.get_bind().engine))
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ('["a"]',))
    assert any("SEARCH operation_try" in row[-1] for row in plan)
