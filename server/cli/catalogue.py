"""The forms that the shared rule vectors speak of, for the phone's tests.

Not here: the vectors themselves; people write those (`tests/vectors/rules.json`).
"""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask

from server import catalogue
from server.catalogue.derive import form_of
from server.catalogue.loading import kind_from, load_shared

VECTORS = Path(__file__).parents[2] / "tests" / "vectors" / "rules.json"


def vector_kinds_text(_app: Flask | None = None) -> str:
    """JSON of every kind named by a vector: the samples declared there, and real ones."""
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    shared = load_shared()
    samples = (kind_from(raw, shared, raw["id"]) for raw in vectors["declarations"])
    known = {kind.id: kind for kind in samples} | dict(catalogue.kinds())
    forms = {name: form_of(known[name]) for name in {case["kind"] for case in vectors["cases"]}}
    return json.dumps(forms, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
