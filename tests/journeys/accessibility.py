"""What a screen reader, a keyboard or weak eyes stumble over, as axe finds it in a browser."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.support.serving import ROOT

_AXE = ROOT / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then(
  ({ violations }) => violations.map(({ id, nodes }) =>
    `${id}: ${nodes.slice(0, 4).map(({ target }) => target.join(" ")).join(", ")}`))"""


def faults(page: Page) -> list[str]:
    """Each fault with the places where it stands; empty when all is well."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN)
    return found
