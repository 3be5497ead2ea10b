"""The ready reasons for returning a report, read once from `reasons.yaml`. Data, not rules."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml


@functools.cache
def reasons() -> tuple[dict[str, Any], ...]:
    """`{"id", "label": {"vi", "en"}, "text": {"vi", "en"}}` each, in the order of offering."""
    path = Path(__file__).with_name("reasons.yaml")
    return tuple(yaml.safe_load(path.read_text(encoding="utf-8")))
