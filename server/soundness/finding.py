"""What one check found: how much it looked at, and what does not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: Faults named one by one; the rest is counted.
NAMED_MAX = 20


@dataclass(slots=True)
class Finding:
    """The result of the check `name`. `faults` names the first ones by id and what is wrong."""

    name: str
    examined: int = 0
    fault_count: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        """Something does not fit; `text` holds ids and numbers, never personal data."""
        self.fault_count += 1
        if len(self.faults) < NAMED_MAX:
            self.faults.append(text)

    @property
    def sound(self) -> bool:
        return self.fault_count == 0

    def to_wire(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "sound": self.sound,
            "examined": self.examined,
            "fault_count": self.fault_count,
            "faults": self.faults,
        }
