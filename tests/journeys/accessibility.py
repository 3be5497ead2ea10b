"""What a screen reader, a keyboard or weak eyes stumble over, as axe finds it in a browser."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from tests.support.serving import ROOT

_AXE = ROOT / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })"
SERIOUS = frozenset({"serious", "critical"})


def faults(page: Page, impacts: frozenset[str] | None = None) -> list[str]:
    """Each fault with its first places, of these `impacts` or of any; empty when all is well."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(_RUN, _RULES)
    return [
        f"{each['id']} {json.dumps(node['target'])} {node['html'][:160]}"
        for each in found["violations"]
        if impacts is None or each["impact"] in impacts
        for node in each["nodes"][:2]
    ]
