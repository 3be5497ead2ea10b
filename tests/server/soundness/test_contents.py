"""What is derived from activities, altered behind the application's back."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from server.soundness.contents import examine_contents, examine_operations
from tests.server.soundness.conftest import damage

DAMAGES = {
    "counted otherwise": "UPDATE activity_count SET amount = 77",
    "digest": "UPDATE activity SET digest = '0000000000000000', seq = seq + 3",
    "linked": "DELETE FROM activity_evidence",
}


@pytest.mark.parametrize("words", DAMAGES)
def test_damage_of_activities_is_found(worked: Session, words: str) -> None:
    assert examine_contents(worked).sound
    damage(worked, DAMAGES[words])
    found = examine_contents(worked)
    assert found.fault_count == 3
    assert all(words in fault for fault in found.faults)


def test_an_activity_without_operation_is_found(worked: Session) -> None:
    assert examine_operations(worked).sound
    damage(worked, "DELETE FROM operation_log")
    found = examine_operations(worked)
    assert found.fault_count == 3


def test_a_parked_operation_without_its_content_is_found(worked: Session) -> None:
    damage(worked, """UPDATE operation_log SET outcome = '{"outcome": "parked"}'""")
    assert examine_operations(worked).fault_count == 6
    damage(worked, """UPDATE operation_log SET outcome = '{"outcome": "perhaps"}'""")
    assert "can't be read" in examine_operations(worked).faults[0]
