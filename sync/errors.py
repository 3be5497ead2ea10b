"""What can be wrong with one operation before anybody looks at its activity.

Not here: outcomes, which are values (`outcome`). An `OperationError` becomes `Parked` with the
same reason and problems, so it never fails the batch that it came in.
"""

from __future__ import annotations

from typing import Any

#: {"field": str, "code": str, "vi": str, "en": str}
Problem = dict[str, Any]


class OperationError(ValueError):
    """One operation cannot be read. `reason` is `malformed`, `server_owned` or `too_large`.

    `id` and `activity` are what could be read of them (None if not even that), so that the verdict
    finds its way back to the phone.
    """

    def __init__(
        self,
        reason: str,
        problems: list[Problem],
        *,
        id: str | None = None,
        activity: str | None = None,
    ) -> None:
        super().__init__(f"{reason}: {problems}")
        self.reason = reason
        self.problems = problems
        self.id = id
        self.activity = activity


class CodecError(ValueError):
    """The value has no canonical JSON: NaN, a lone surrogate, a huge integer, a foreign type."""
