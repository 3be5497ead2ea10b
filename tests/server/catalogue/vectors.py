"""The cases that pytest and vitest share, with the kinds that they speak of."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server import catalogue
from server.catalogue.kind import Kind
from server.catalogue.loading import kind_from, load_shared

FOLDER = Path(__file__).parents[2] / "vectors"
RULES = json.loads((FOLDER / "rules.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = RULES["cases"]


@functools.cache
def all_kinds() -> Mapping[str, Kind]:
    """The samples declared in the vectors, and the real ones."""
    shared = load_shared()
    samples = [kind_from(raw, shared, raw["id"]) for raw in RULES["declarations"]]
    return {kind.id: kind for kind in samples} | dict(catalogue.kinds())


def photos(number: int) -> dict[str, dict[str, Any]]:
    """So many elements of the set `evidence`."""
    hashes = [f"{index:064x}" for index in range(number)]
    return {
        sha256: {
            "sha256": sha256,
            "size": 240_000,
            "media_type": "image/jpeg",
            "width": 1600,
            "height": 1200,
        }
        for sha256 in hashes
    }
