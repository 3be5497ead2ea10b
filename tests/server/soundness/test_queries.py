"""All checks together: nothing is wrong with what we write, and each room's damage has its name."""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.files.memory import MemoryStore
from server.soundness.queries import examine
from tests.server.soundness.conftest import damage


def test_a_database_as_we_write_it_is_sound(worked: Session) -> None:
    findings = {finding.name: finding for finding in examine(worked, MemoryStore())}
    assert [name for name, finding in findings.items() if not finding.sound] == []
    assert findings["contents"].examined == 3
    assert findings["operations"].examined == 6
    assert findings["audit"].examined >= 1


def test_an_altered_audit_line_is_found(worked: Session) -> None:
    damage(worked, "UPDATE audit_entry SET details = '{}x' WHERE seq = 1")
    findings = {finding.name: finding for finding in examine(worked, MemoryStore())}
    assert [name for name, finding in findings.items() if not finding.sound] == ["audit"]
    assert findings["audit"].faults == ["line 1 was altered, taken out or cut off"]
