"""Collects what is wrong with an annex, so that a person sees all of it at once."""

from __future__ import annotations

from typing import Any

#: Beyond this many a file is of another kind, and a longer list helps nobody.
FINDINGS_MAX = 200


class Findings:
    """`found` is a list of {"row": code or None, "field", "vi", "en"} in the file's order."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []

    def add(self, row: str | None, field: str | None, vi: str, en: str) -> None:
        """One mistake. The Vietnamese sentence begins with the row where there is one."""
        if len(self.found) < FINDINGS_MAX:
            text = f"Dòng {row}: {vi}" if row else vi
            self.found.append({"row": row, "field": field, "vi": text, "en": en})
