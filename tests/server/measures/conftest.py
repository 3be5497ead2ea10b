"""A plan in force and somebody who records."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.factories.measures import Field
from tests.factories.plans import load_plans


@pytest.fixture
def plan(session: Session, now: datetime) -> str:
    return load_plans(session, now)


@pytest.fixture
def field(session: Session, now: datetime) -> Field:
    return Field(session, now)
