"""What the tests of this folder share: a line of figures each, shown when the run is over."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.reliability.loop_disk import why_not

LINES = pytest.StashKey[list[str]]()
#: Set where the cuts must not be left out: then a machine that cannot make them fails.
MUST_CUT = "LOA_TEST_POWER_CUTS_REQUIRED"


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say a measured figure; it stands in the summary of the run."""
    return request.config.stash.setdefault(LINES, []).append


@pytest.fixture
def power(request: pytest.FixtureRequest) -> None:
    """For tests that cut the power of a disk. A machine without loop mounts cannot: that is an
    expected failure, told in the summary, or a plain one where the cuts are required."""
    reason = why_not()
    if reason is None:
        return
    told = f"POWER CUTS NOT TESTED: this machine cannot mount a loop image ({reason})"
    lines = request.config.stash.setdefault(LINES, [])
    if told not in lines:
        lines.append(told)
    if os.environ.get(MUST_CUT):
        pytest.fail(told)
    pytest.xfail(told)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(f"reliability: {line}")
