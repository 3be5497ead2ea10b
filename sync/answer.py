"""What came back from a request: an answer of ours, or the reason why it counts as none.

Networks answer in the server's place (captive portals with 200 and a page), proxies fail in the
middle, bytes are cut. Whatever is not an answer whole changes nothing on a phone. Not here: waiting
and trying again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

#: portal: somebody else answered, or only a part came. server: try later. too_large: try with
#: less. signed_out, too_old: pause, keep everything. refused: our own request is at fault.
Why = Literal["portal", "server", "too_large", "signed_out", "too_old", "refused"]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing that a phone may take. `retry_after_s` is the wait that was asked for, 0 for none."""

    why: Why
    retry_after_s: float = 0


#: A refusal of ours that names the protocol's age among its problems.
_TOO_OLD = re.compile(rb"too.old")

#: Members without which it is no answer, and what they are.
_MEMBERS: Mapping[str, Callable[[Any], bool]] = {
    "incarnation": lambda value: isinstance(value, str),
    "server_time": lambda value: isinstance(value, str),
    "outcomes": lambda value: isinstance(value, list),
    "changes": lambda value: isinstance(value, dict),
}


def read_answer(
    status: int, media_type: str, body: bytes, retry_after_s: float = 0
) -> dict[str, Any] | NoAnswer:
    """The answer in an HTTP response to a sync request, or why there is none."""
    if status == 200:
        return _answer(body) or NoAnswer("portal")
    # Portals answer 401 and 403 with a page: only our own problems may end a sign-in.
    ours = "json" in media_type
    if status == 413:
        return NoAnswer("too_large")
    if status == 429 or (status >= 500 and status != 511):
        return NoAnswer("server", retry_after_s)
    if not ours or status < 400:
        return NoAnswer("portal", retry_after_s)
    if status == 426 or _TOO_OLD.search(body):
        return NoAnswer("too_old", retry_after_s)
    return NoAnswer("signed_out" if status == 401 else "refused", retry_after_s)


def _answer(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(value, dict) and all(
        fits(value.get(name)) for name, fits in _MEMBERS.items()
    )
    return cast("dict[str, Any]", value) if whole else None
