"""Whether a request for a leaflet's page was a person looking: pure rules over stored facts.

`facts_of` takes from a request what the rules look at, and nothing that tells who it was; the
facts are stored with the scan, so that better rules (`rules.yaml`, versioned) can be run over what
was counted by older ones. Not here: who is one of us (`routes`), readers (`readers`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, TypeGuard, get_args

import yaml

Reason = Literal[
    "person", "again", "replay", "flood", "staff", "preview", "prefetch", "head", "bot"
]
REASONS: tuple[Reason, ...] = get_args(Reason)
#: What counts as a scan; all others are shown beside, by reason.
COUNTED: frozenset[Reason] = frozenset({"person", "again"})

AGENT_LENGTH_MAX = 400
#: What a request is judged by.
HEADERS = (
    "user-agent", "accept", "accept-language", "sec-fetch-mode", "sec-purpose", "purpose",
    "x-purpose", "x-moz", "if-none-match", "if-modified-since",
)  # fmt: skip

Facts = Mapping[str, Any]
_Test = Callable[[Any], bool]

_FILE = Path(__file__).with_name("rules.yaml")
#: Names of facts whose conditions are regular expressions.
_TEXTS = frozenset({"agent", "purpose"})
_CHROMIUM = re.compile(r"(?:Chrome|Chromium)/(\d+)")
_BROWSER = re.compile(r"^(Mozilla/5\.0 \(|Mozilla/4\.0 \(|Opera/\d|UCWEB/|Nokia|NokiaC|SAMSUNG-)")
_IN_APP = re.compile(r"Zalo (android|iOS)/|FBAN/|FB_IAB/|FBAV/|BytedanceWebview|Instagram|; wv\)")
_PLATFORMS = (("android", "Android"), ("ios", "iPhone"), ("ios", "iPad"), ("windows", "Windows"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a request counts or not: a reason, and the rule that said so."""

    reason: Reason
    rule: str


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the rules."""

    version: int
    rules: tuple[tuple[str, Reason, tuple[tuple[str, _Test], ...]], ...]

    def judge(self, facts: Facts) -> Verdict:
        """The verdict of the first rule that holds."""
        for name, reason, conditions in self.rules:
            if all(test(facts.get(fact)) for fact, test in conditions):
                return Verdict(reason, name)
        raise AssertionError("the last rule has no conditions")


def facts_of(
    method: str, headers: Mapping[str, str], *, secure: bool, staff: str | None = None
) -> dict[str, Any]:
    """What the rules look at, JSON-ready; what a request does not say is left out.

    `headers` by lower-case name. `agent` is cut at `AGENT_LENGTH_MAX`. How often this reader came
    before (`since_s`, `earlier_today`) is added by who knows it.
    """
    agent = headers.get("user-agent", "").strip()[:AGENT_LENGTH_MAX]
    accept = headers.get("accept", "")
    found: dict[str, Any] = {
        "method": method,
        "agent": agent or None,
        "browser": bool(_BROWSER.match(agent)),
        "chromium": _chromium(agent),
        "in_app": device_of(agent)[1],
        "purpose": _purpose(headers),
        "accepts_html": "text/html" in accept or "application/xhtml" in accept,
        "language": _language(headers.get("accept-language", "")),
        "fetch_mode": headers.get("sec-fetch-mode", "")[:20].lower() or None,
        "secure": secure,
        "staff": staff,
        # the page's ETag is the same for all, so this tells of a copy in the browser and of nobody
        "returning": "if-none-match" in headers or "if-modified-since" in headers,
    }
    return {name: value for name, value in found.items() if value is not None}


@lru_cache(maxsize=4096)
def device_of(agent: str) -> tuple[str, bool]:
    """The platform that an agent names, and whether it is a browser inside another app."""
    platform = next((name for name, word in _PLATFORMS if word in agent), "other")
    return platform, bool(_IN_APP.search(agent))


@cache
def rules() -> Rules:
    """The rules of this version of Loa."""
    return read_rules(_FILE.read_text(encoding="utf-8"))


def read_rules(text: str) -> Rules:
    """Rules out of YAML. Raises ValueError for what is no rule."""
    raw = yaml.safe_load(text)
    found = []
    for rule in raw["rules"]:
        if not _is_reason(rule["reason"]):
            raise ValueError(f"{rule['id']}: no such reason")
        conditions = tuple((fact, _test(fact, wanted)) for fact, wanted in rule["when"].items())
        found.append((rule["id"], rule["reason"], conditions))
    if not found or found[-1][2]:
        raise ValueError("the last rule must hold for all")
    return Rules(raw["version"], tuple(found))


def _is_reason(value: str) -> TypeGuard[Reason]:
    return value in REASONS


def _test(fact: str, wanted: Any) -> _Test:
    if wanted is None:
        return lambda value: value is None
    if fact in _TEXTS:
        return _text_test(re.compile(wanted, re.IGNORECASE))
    if isinstance(wanted, dict):
        low, high = wanted.get("min", float("-inf")), wanted.get("max", float("inf"))
        return lambda value: value is not None and low <= value <= high
    if isinstance(wanted, list):
        allowed = frozenset(wanted)
        return lambda value: value in allowed
    if wanted is False:
        return lambda value: value is None or value is False
    return lambda value: bool(value == wanted)


def _text_test(pattern: re.Pattern[str]) -> _Test:
    @lru_cache(maxsize=4096)  # the same few hundred agents come again and again
    def found(value: str) -> bool:
        return pattern.search(value) is not None

    return lambda value: value is not None and found(value)


def _purpose(headers: Mapping[str, str]) -> str | None:
    """What the request says it is for, by any of the headers that browsers have used."""
    said = [headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz")]
    return " ".join(filter(None, said))[:60].lower() or None


def _language(accepted: str) -> str | None:
    """The first language asked for, without its country: `vi`, `en`, `tyz`."""
    first = re.match(r"\s*([A-Za-z]{2,3})\b", accepted)
    return first[1].lower() if first else None


def _chromium(agent: str) -> int | None:
    found = _CHROMIUM.search(agent)
    return int(found[1]) if found else None
