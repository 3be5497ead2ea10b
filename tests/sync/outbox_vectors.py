"""What a phone does, step by step, recorded from the Python replica for the field app to follow.

A script is what a person does and when a network passes; the model server of the simulation
answers. The recording holds each request's operations, each answer word for word and what the
phone then shows: `tests/vectors/outbox.json`, which `pwa/src/sync/vectors.test.ts` replays.
Write it anew, after a change of the protocol, with `python -m tests.sync.outbox_vectors`.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from sync.admission import Stored
from sync.outcome import Applied
from tests.simulation.rules import BUG_TITLE, KIND, POLICY
from tests.simulation.state import Logged
from tests.sync.outbox_recorder import A, B, Recorder, Wire
from tests.sync.vectors import FOLDER, SCOPE, id_of

FILE = FOLDER / "outbox.json"
#: An activity that nobody has.
C = id_of(0xC)


def photo(name: str) -> Wire:
    return {"sha256": name * 64, "size": 10, "media_type": "image/jpeg", "width": 4, "height": 3}


# ---- the scripts; what they are called says what is to be seen


def a_report_waits_and_goes(do: Recorder) -> None:
    do.report(A, title="a", lat=10.5, lon=107.25)
    do.sync()
    do.sync()


def a_lost_answer_costs_nothing(do: Recorder) -> None:
    do.report(A, title="a")
    do.sync(lost=True)
    do.sync(lost=True)
    do.sync()


def edits_on_what_still_waits_form_a_chain(do: Recorder) -> None:
    do.report(A, title="a")
    do.change(A, title="b")
    do.report(B, title="x")
    do.change(A, note="n")
    do.sync()


def what_went_in_stays_in_sight_until_its_row_comes(do: Recorder) -> None:
    do.report(A, title="a")
    do.sync()
    for number in range(3):
        do.report_by_other(id_of(0x50 + number), title="of others")
    do.change(A, title="b")
    do.sync(rows=1)
    do.change(A, title="c")
    do.sync(rows=1)
    do.sync(rows=1)
    do.sync()
    do.sync()


def a_new_edit_names_what_is_kept_until_a_backup_holds_it(do: Recorder) -> None:
    do.report(A, title="a")
    do.sync()
    do.change(A, title="b")
    do.sync()
    do.back_up()
    do.sync()
    do.change(A, title="c")
    do.sync()


def a_group_travels_whole(do: Recorder) -> None:
    do.report(A, title="a", lat=10.5)
    do.sync()
    do.change(A, lat=11)
    do.sync()
    do.change(A, lon=107.5, note="n")
    do.sync()


def changes_of_different_fields_are_merged(do: Recorder) -> None:
    do.report(A, title="a", note="n")
    do.sync()
    do.change_by_other(A, note="of another")
    do.change(A, title="b")
    do.sync()
    do.change(A, title="c")
    do.sync()


def of_a_conflict_the_row_says_what_stands(do: Recorder) -> None:
    do.report(A, title="a")
    do.sync()
    do.change_by_other(A, title="of another")
    do.change(A, title="mine")
    do.sync()
    do.change(A, note="n")
    do.sync()


def what_is_returned_is_corrected_and_submitted(do: Recorder) -> None:
    do.report(A, title="a")
    do.sync()
    do.decide(A, "returned")
    do.sync()
    do.change(A, title="b")
    do.sync()


def an_edit_of_what_was_approved_becomes_an_amendment(do: Recorder) -> None:
    do.report(A, title="a")
    do.sync()
    do.decide(A, "approved")
    do.change(A, title="b")
    do.sync()
    do.sync()


def a_withdrawal_waits_like_everything_else(do: Recorder) -> None:
    do.report(A, title="a")
    do.withdraw(A)
    do.report(B, title="b")
    do.sync()
    do.withdraw(B)
    do.sync()


def a_wrong_value_parks_its_own_activity_only(do: Recorder) -> None:
    do.sync()
    do.report(A, title="a", count=200)
    do.report(B, title="b")
    do.sync()
    do.correct(A, count=20)
    do.sync()


def a_parked_edit_is_answered_by_the_next(do: Recorder) -> None:
    do.report(A, title="a", count=2)
    do.sync()
    do.change(A, count=300, note="n")
    do.sync()
    do.correct(A, count=30)
    do.sync()


def one_form_answers_all_that_were_parked(do: Recorder) -> None:
    do.report(A, title="a", count=2, lat=10.5)
    do.sync()
    do.change(A, count=300, add=[photo("1")])
    do.change(A, title="b", lat=11)
    do.change(A, note="n", count=301)
    do.sync()
    do.correct(A, count=30)
    do.sync()
    do.sync()


def of_several_operations_the_last_names_what_is_left(do: Recorder) -> None:
    do.report(A, title="a", count=2)
    do.sync()
    do.decide(A, "returned")
    do.sync()
    do.change(A, count=300)
    do.change(A, note="n")
    do.sync()
    do.correct(A, count=30)
    do.sync()


def our_own_fault_is_tried_three_times_and_blocks_nobody(do: Recorder) -> None:
    do.report(A, title=BUG_TITLE)
    do.report(B, title="b")
    do.sync()
    do.sync()
    do.sync()
    do.sync()


def an_id_that_was_used_is_exchanged_and_followed(do: Recorder) -> None:
    stored = Stored("another hash", Applied(version=1), C)
    do.server.state.log[id_of(1)] = Logged(stored, C, "another device", None, False, None)
    do.report(A, title="a")
    do.change(A, title="b")
    do.sync()
    do.sync()


def a_cloned_phone_takes_a_new_epoch(do: Recorder) -> None:
    stored = Stored("another hash", Applied(version=1), C)
    do.server.state.log[id_of(0x99)] = Logged(stored, C, "phone", 1, False, None)
    do.server.state.numbers["phone", 1, 1] = id_of(0x99)
    do.report(A, title="a")
    do.sync()
    do.sync()


def a_restored_server_is_offered_what_no_backup_holds(do: Recorder) -> None:
    do.report(A, title="a")
    do.sync()
    do.back_up()
    do.sync()
    do.change(A, title="b")
    do.report(B, title="x")
    do.sync()
    do.server.restore(0)
    do.change(A, title="c")
    do.sync()
    do.sync()
    do.sync()


def what_is_offered_again_hides_nothing_newer(do: Recorder) -> None:
    do.report(A, title="a")
    do.sync()
    do.server.back_up()
    do.server.durable_through = 0.5
    do.change(A, title="b")
    do.sync()
    do.change_by_other(A, title="of another")
    do.change(A, title="mine, in conflict")
    do.sync()
    do.server.back_up()
    do.sync()
    do.server.restore(1)
    do.sync(rows=0)
    do.sync(rows=1)
    do.sync()


def what_was_parked_is_offered_again_too(do: Recorder) -> None:
    do.report(A, title="a", count=2)
    do.sync()
    do.back_up()
    do.change(A, count=300)
    do.sync()
    do.server.restore(0)
    do.sync()
    do.sync()
    do.correct(A, count=30)
    do.sync()


def what_a_backup_holds_stays_parked(do: Recorder) -> None:
    do.sync()
    do.report(A, title="a", count=300)
    do.sync()
    do.back_up()
    do.sync()
    do.server.restore(0)
    do.sync()
    do.correct(A, count=30)
    do.sync()


def what_was_corrected_is_kept_for_a_restored_server(do: Recorder) -> None:
    do.report(A, title="a", count=2)
    do.sync()
    do.back_up()
    do.change(A, count=300)
    do.sync()
    do.correct(A, count=30)
    do.sync()
    do.server.restore(0)
    do.sync()
    do.sync()


def photos_come_and_go_by_their_hash(do: Recorder) -> None:
    do.report(A, title="a")
    do.sync()
    do.change(A, add=[photo("1"), photo("2")])
    do.sync()
    do.change(A, add=[photo("3")], remove=["1" * 64])
    do.sync()


SCRIPTS: tuple[Callable[[Recorder], None], ...] = (
    a_report_waits_and_goes,
    a_lost_answer_costs_nothing,
    edits_on_what_still_waits_form_a_chain,
    what_went_in_stays_in_sight_until_its_row_comes,
    a_new_edit_names_what_is_kept_until_a_backup_holds_it,
    a_group_travels_whole,
    changes_of_different_fields_are_merged,
    of_a_conflict_the_row_says_what_stands,
    what_is_returned_is_corrected_and_submitted,
    an_edit_of_what_was_approved_becomes_an_amendment,
    a_withdrawal_waits_like_everything_else,
    a_wrong_value_parks_its_own_activity_only,
    a_parked_edit_is_answered_by_the_next,
    one_form_answers_all_that_were_parked,
    of_several_operations_the_last_names_what_is_left,
    our_own_fault_is_tried_three_times_and_blocks_nobody,
    an_id_that_was_used_is_exchanged_and_followed,
    a_cloned_phone_takes_a_new_epoch,
    a_restored_server_is_offered_what_no_backup_holds,
    what_is_offered_again_hides_nothing_newer,
    what_was_parked_is_offered_again_too,
    what_a_backup_holds_stays_parked,
    what_was_corrected_is_kept_for_a_restored_server,
    photos_come_and_go_by_their_hash,
)


def record(script: Callable[[Recorder], None]) -> Wire:
    recorder = Recorder()
    script(recorder)
    return {"name": script.__name__.replace("_", " "), "steps": recorder.steps}


def document() -> Wire:
    return {
        "about": "A phone step by step: what goes out, the answer to it, and what is then shown.",
        "scope": SCOPE,
        "kind": KIND,
        "groups": [list(group) for group in POLICY.groups],
        "cases": [record(script) for script in SCRIPTS],
    }


def text() -> str:
    """One line a step, so that a change is seen where it is."""
    made = document()
    cases = made.pop("cases")
    lines = [f'{json.dumps(made, ensure_ascii=False)[:-1]}, "cases": [']
    for place, case in enumerate(cases):
        lines.append(f' {{"name": {json.dumps(case["name"])}, "steps": [')
        steps = [json.dumps(step, ensure_ascii=False) for step in case["steps"]]
        lines.append(",\n".join(f"  {step}" for step in steps))
        lines.append(f" ]}}{',' if place < len(cases) - 1 else ''}")
    return "\n".join([*lines, "]}"]) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(f"{len(SCRIPTS)} scripts")
