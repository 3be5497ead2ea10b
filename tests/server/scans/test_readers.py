"""Readers are told apart for a day, without an address, and counted as a range."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from server.scans.classify import Reason, facts_of, rules
from server.scans.readers import GroupTally, Looks, reader_of, readers_between
from tests.samples import agents

SALT = b"s" * 32
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
PHONE = {
    "user-agent": agents.CHROME[0], "accept": "text/html", "accept-language": "vi",
    "sec-fetch-mode": "navigate",
}  # fmt: skip


def look(looks: Looks, key: str, at: datetime) -> Reason:
    facts = facts_of("GET", PHONE, secure=True) | looks.before("run", key, at)
    reason = rules().judge(facts).reason
    looks.note("run", key, at, reason)
    return reason


def test_the_same_phone_has_one_key_a_day_and_another_tomorrow() -> None:
    one = reader_of(SALT, "1.2.3.4", agents.CHROME[0], "vi")
    assert one == reader_of(SALT, "1.2.3.4", agents.CHROME[0], "vi")
    assert one.key != reader_of(b"t" * 32, "1.2.3.4", agents.CHROME[0], "vi").key
    assert one.key != reader_of(SALT, "1.2.3.5", agents.CHROME[0], "vi").key


def test_a_key_tells_nothing_of_the_address() -> None:
    one = reader_of(SALT, "1.2.3.4", agents.CHROME[0], "vi")
    assert "1.2.3.4" not in repr(one)
    assert len(one.key) == 15


def test_two_browsers_of_a_phone_share_a_group() -> None:
    in_app = reader_of(SALT, "1.2.3.4", agents.IN_APP[0], "vi")
    browser = reader_of(SALT, "1.2.3.4", agents.CHROME[0], "vi-VN,vi;q=0.9")
    assert in_app.group == browser.group
    assert (in_app.in_app, browser.in_app) == (True, False)


def test_the_range() -> None:
    assert readers_between([], 0) == (0, 0)
    assert readers_between([GroupTally(1, 1)], 2) == (1, 2)
    assert readers_between([GroupTally(0, 1), GroupTally(2, 0)], 40) == (3, 40)


def test_ten_thousand_replays_are_one_reader() -> None:
    """At once, and spread over an hour: what is beyond any crowd behind one address is a flood."""
    for apart_s in (0.01, 0.3):
        looks, key = Looks(), reader_of(SALT, "1.2.3.4", agents.CHROME[0], "vi").key
        reasons = [look(looks, key, NOW + timedelta(seconds=apart_s * n)) for n in range(10_000)]
        assert reasons.count("person") == 1
    slow = Looks()
    reasons = [look(slow, "key", NOW + timedelta(seconds=8 * n)) for n in range(10_000)]
    assert reasons.count("person") == 60
    assert set(reasons) == {"person", "flood"}
    assert readers_between([GroupTally(0, 1)], 60).low == 1


def test_phones_that_look_alike_behind_one_address() -> None:
    """Each counts as a scan; as readers they are one at least and three at most."""
    looks, key = Looks(), reader_of(SALT, "27.64.8.11", agents.CHROME[0], "vi").key
    reasons = [look(looks, key, NOW + timedelta(seconds=40 * n)) for n in range(3)]
    assert reasons == ["person"] * 3
    assert readers_between([GroupTally(0, 1)], 3) == (1, 3)


def test_what_was_known_before_goes_on() -> None:
    looks = Looks()
    assert looks.before("run", "key", NOW) == {}
    looks.remember("run", "key", NOW - timedelta(seconds=2), 3)
    assert looks.before("run", "key", NOW) == {"since_s": 2.0, "earlier_today": 3}
    looks.note("run", "other", NOW, "bot")
    assert looks.before("run", "other", NOW) == {}


def test_a_salt_is_no_text() -> None:
    reader_of(os.urandom(32), "::1", "\ud800", "vi")
