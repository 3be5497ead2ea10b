"""The tables of sync/PROTOCOL.md name what the code knows: members, reasons, limits, invariants."""

from __future__ import annotations

import re
from pathlib import Path

from server.evidence.limits import HAVE_MAX, PHOTO_SIZE_MAX_BYTES, PREVIEW_BYTES_MAX
from server.exchange.courier_routes import FILE_BYTES_MAX
from server.exchange.schemas import OperationSchema, SyncAnswerSchema, SyncRequestSchema
from server.exchange.sealed import OPERATIONS_MAX, PHOTOS_MAX
from sync import limits, outcome
from tests.simulation.invariants import INVARIANTS
from tests.sync.vectors import operation

TEXT = (Path(__file__).parents[2] / "sync" / "PROTOCOL.md").read_text(encoding="utf-8")
KIB = 1024


def table(header: str) -> dict[str, str]:
    """The second column by the first, of the table that begins with `header`."""
    start = TEXT.index(f"\n| {header} |") + 1
    lines = TEXT[start:].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {row[0]: row[1] for row in cells}


def named(header: str) -> set[str]:
    return {name for first in table(header) for name in re.findall(r"`(\w+)`", first)}


def told(arrow: str) -> set[str]:
    """The members of the message in the block of section 7, without what stands inside them."""
    block = re.search(rf"^{arrow}( .*\n(?:  .*\n)*)", TEXT, re.MULTILINE)
    assert block is not None
    plain = block[1]
    for _ in range(3):
        plain = re.sub(r"\{[^{}]*\}|\[[^\[\]]*\]", "", plain)
    return set(re.findall(r"[a-z]\w+", plain))


def test_members_of_a_request() -> None:
    assert told("→") == named("in the request") == set(SyncRequestSchema().fields)


def test_members_of_an_answer() -> None:
    assert told("←") == named("in the answer") == set(SyncAnswerSchema().fields)


def test_members_of_an_operation() -> None:
    whole = operation(resolve={}, instead="0" * 8 + "-0000-7000-8000-" + "0" * 12,
                      also=["1" * 8 + "-0000-7000-8000-" + "0" * 12])  # fmt: skip
    assert named("member") == set(OperationSchema().fields) == {*whole.to_wire(), "protocol"}


def test_every_reason_is_told_of() -> None:
    reasons = {value for name, value in vars(outcome).items()
               if name.isupper() and isinstance(value, str)}  # fmt: skip
    assert len(reasons) > 15
    assert {each for each in reasons if not re.search(rf"\b{each}\b", TEXT)} == set()


def test_every_invariant_is_told_of() -> None:
    assert re.findall(r"^\| (I\d+) \|", TEXT, re.MULTILINE) == [each.name for each in INVARIANTS]


def test_limits_are_those_of_the_code() -> None:
    start = TEXT.index("## 13. Limits")
    rows = [line.strip("| ").split(" | ") for line in TEXT[start:].splitlines()[4:]]
    said = {row[0]: row[1] for row in rows}
    assert said == {
        "operations in a request; bytes of its body":
            f"{limits.BATCH_MAX}; {limits.BATCH_BYTES_MAX // KIB // KIB} MiB",
        "rows in an answer": str(limits.ROWS_MAX),
        "bytes of one operation, of one draft": f"{limits.OPERATION_BYTES_MAX // KIB} KiB",
        "drafts in a request, kept for a phone":
            f"{limits.DRAFTS_MAX}; {limits.DRAFTS_KEPT_MAX}",
        "fields of a patch, elements of one change of a set":
            f"{limits.FIELDS_MAX}; {limits.ELEMENTS_MAX}",
        "levels of nesting in an operation": str(limits.DEPTH_MAX),
        "letters of a name": str(limits.NAME_MAX),
        "whole numbers": "2⁵³ − 1",
        "seconds until `retry` ends as `parked`; tries at a bug of ours":
            f"{limits.RETRY_S_MAX:,}; {limits.RETRIES_MAX}".replace(",", " "),
        "a sealed file: bytes, operations, photos":
            f"{FILE_BYTES_MAX // KIB // KIB} MiB; {OPERATIONS_MAX}; {PHOTOS_MAX}",
        "bytes of a photo, of a preview; photos asked for at once":
            f"{PHOTO_SIZE_MAX_BYTES // KIB // KIB} MiB, {PREVIEW_BYTES_MAX // KIB} KiB; {HAVE_MAX}",
    }  # fmt: skip
    assert limits.INTEGER_MAX == 2**53 - 1
    assert limits.DRAFT_BYTES_MAX == limits.OPERATION_BYTES_MAX


def test_the_largest_drafts_leave_room_for_an_operation() -> None:
    """Otherwise a batch that is refused for its size could be halved for ever."""
    alone = limits.DRAFTS_MAX * limits.DRAFT_BYTES_MAX + limits.OPERATION_BYTES_MAX
    assert alone * 2 < limits.BATCH_BYTES_MAX
