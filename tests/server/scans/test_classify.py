"""The rules: who counts, why not, and how near the truth they come on the labelled log."""

from __future__ import annotations

import gzip
import json

import pytest

from benchmarks.scan_rules import scores
from server.scans.classify import REASONS, device_of, facts_of, read_rules, rules
from tests.samples import agents, make_scan_log

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
PHONE = {
    "user-agent": agents.CHROME[0],
    "accept": HTML,
    "accept-language": "vi-VN,vi;q=0.9",
    "sec-fetch-mode": "navigate",
}


def reason(method: str = "GET", staff: str | None = None, **headers: str | None) -> str:
    """What a phone's request comes to with these headers put in; None takes one away."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in {**PHONE, **named}.items() if value is not None}
    return rules().judge(facts_of(method, sent, secure=True, staff=staff)).reason


@pytest.mark.parametrize("agent", agents.CHROME + agents.SAFARI + agents.IN_APP + agents.MISTAKEN)
def test_people_count_whatever_they_read_with(agent: str) -> None:
    assert reason(user_agent=agent) == "person"


@pytest.mark.parametrize("agent", agents.OLD)
def test_an_old_phone_counts_though_it_says_little(agent: str) -> None:
    assert reason(user_agent=agent, sec_fetch_mode=None) == "person"


@pytest.mark.parametrize("agent", agents.PREVIEWERS)
def test_previews_are_told_apart(agent: str) -> None:
    assert reason(user_agent=agent, accept="*/*", sec_fetch_mode=None) == "preview"


@pytest.mark.parametrize(
    "agent", agents.CRAWLERS + agents.MONITORS + agents.LIBRARIES + agents.HEADLESS
)
def test_programs_are_told_apart(agent: str) -> None:
    assert reason(user_agent=agent) == "bot"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec_purpose": "prefetch;prerender"}, "prefetch"),
        ({"x_moz": "prefetch"}, "prefetch"),
        ({"x_purpose": "preview"}, "preview"),
        ({"accept_language": None}, "bot"),
        ({"accept": "*/*"}, "bot"),
        ({"sec_fetch_mode": None}, "bot"),
        ({"sec_fetch_mode": "no-cors"}, "bot"),
        ({"if_none_match": '"x"'}, "again"),
    ],
)
def test_what_a_phone_says_decides(headers: dict[str, str | None], expected: str) -> None:
    assert reason(**headers) == expected


def test_without_tls_browsers_say_less() -> None:
    facts = facts_of("GET", {**PHONE, "sec-fetch-mode": ""}, secure=False)
    assert rules().judge(facts).reason == "person"


@pytest.mark.parametrize("agent", agents.IN_APP)
def test_a_browser_inside_an_app_may_keep_silent(agent: str) -> None:
    assert reason(user_agent=agent, sec_fetch_mode=None) == "person"


def test_head_and_staff_come_first() -> None:
    assert reason("HEAD") == "head"
    assert reason(staff="scanner") == "staff"
    assert reason(staff="session", if_none_match='"x"') == "staff"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"since_s": 2.0, "earlier_today": 1}, "replay"),
        ({"since_s": 40.0, "earlier_today": 1}, "person"),
        ({"since_s": 40.0, "earlier_today": 1, "returning": True}, "replay"),
        ({"since_s": 4000.0, "earlier_today": 1, "returning": True}, "again"),
        ({"since_s": 40.0, "earlier_today": 60}, "flood"),
    ],
)
def test_the_same_reader_soon_after(more: dict[str, float], expected: str) -> None:
    facts = facts_of("GET", PHONE, secure=True) | more
    assert rules().judge(facts).reason == expected


def test_facts_hold_no_address_and_are_bounded() -> None:
    facts = facts_of("GET", {**PHONE, "user-agent": "Mozilla/5.0 (" + "x" * 9000}, secure=True)
    assert len(json.dumps(facts)) < 700
    assert set(facts) == {"method", "agent", "browser", "accepts_html", "language", "fetch_mode",
                          "in_app", "secure", "returning"}  # fmt: skip


def test_devices() -> None:
    assert device_of(agents.IN_APP[0]) == ("android", True)
    assert device_of(agents.SAFARI[0]) == ("ios", False)


def test_every_reason_has_a_rule() -> None:
    assert {reason for _, reason, _ in rules().rules} == set(REASONS)


@pytest.mark.parametrize(
    "text",
    [
        "{version: 1, rules: [{id: a, reason: who, when: {}}]}",
        "{version: 1, rules: [{id: a, reason: bot, when: {method: [GET]}}]}",
    ],
)
def test_rules_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"reason|all"):
        read_rules(text)


def test_the_log_is_what_its_script_writes() -> None:
    stored = json.loads(gzip.decompress(make_scan_log.FILE.read_bytes()))
    assert stored == json.loads(json.dumps(make_scan_log.make()))
    assert len(stored["requests"]) >= 2000


def test_our_count_stays_the_nearest_to_the_truth() -> None:
    ours, *others = scores()
    assert ours.error < 0.05
    assert ours.run_error < 0.06
    for other in others:
        assert ours.error < other.error / 4, other.name
        assert ours.wrong + ours.missed < (other.wrong + other.missed) / 4, other.name


def test_the_readers_lie_within_our_range() -> None:
    """Phones behind one address pull the lower end down, two browsers the upper end up."""
    ours = scores()[0]
    assert ours.readers.low <= ours.people <= ours.readers.high
    assert ours.readers.high - ours.readers.low < 0.3 * ours.people
