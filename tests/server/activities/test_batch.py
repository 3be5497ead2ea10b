"""What a batch of operations leaves in the tables that others read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.activities import operations, queries
from server.activities.models import Activity, ActivityCount, ActivityEvent, ActivityEvidence
from server.activities.operations import Result, apply_batch
from sync.operation import Operation
from tests.factories.accounts import make_account
from tests.factories.activities import (
    actor_of,
    example,
    make_activity,
    make_operation,
    photo,
)  # fmt: skip


def push(session: Session, now: datetime, author: Account, *steps: Operation) -> list[Result]:
    results = apply_batch(session, actor_of(session, author, now), now, steps)
    session.commit()
    return results


def stored(session: Session, activity: str) -> Any:
    row = queries.get(session, activity)
    assert row is not None
    return row


def test_place_and_day_are_derived(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    row = stored(session, make_activity(session, now, author, fields={"event_date": "2026-11-18"}))
    assert (row.commune_id, row.province_code, row.unit_id) == (
        "c-00004-2025", "01", "c-00004-2025",
    )  # fmt: skip
    assert row.event_date == date(2026, 11, 18)
    assert (row.received_at, row.submitted_at) == (now, now)
    assert row.created_at == datetime.fromisoformat("2026-11-20T07:01:09+07:00")
    assert row.author_name == author.name


def test_the_unit_is_the_version_of_the_event_day(session: Session, now: datetime) -> None:
    """A commune that became a ward in 2026: the feed goes on, each day keeps its unit."""
    lineage, later, day = retyped_commune(session)
    author = make_account(session, now, unit_id=later)
    scope = f"commune:{lineage}"
    before = make_activity(
        session, now, author, scope=scope,
        fields={"event_date": (day - timedelta(days=1)).isoformat()},
    )  # fmt: skip
    after = make_activity(session, now, author, scope=scope, fields={"event_date": day.isoformat()})
    assert [stored(session, id).unit_id for id in (before, after)] == [lineage, later]
    assert {stored(session, id).scope for id in (before, after)} == {scope}


def test_a_later_version_in_the_scope_is_translated(session: Session, now: datetime) -> None:
    lineage, later, _ = retyped_commune(session)
    author = make_account(session, now, unit_id=later)
    create = make_operation(scope=f"commune:{later}")
    edit = make_operation(
        "edit", activity=create.activity, scope=f"commune:{later}", base=1, after=create.id,
        set={"note": "x"},
    )  # fmt: skip
    results = push(session, now, author, create, edit)
    assert [result.outcome.name for result in results] == ["applied", "applied"]
    assert {result.scope for result in results} == {f"commune:{lineage}"}


def test_an_unknown_place_is_parked(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    (result,) = push(session, now, author, make_operation(scope="commune:c-99999-2025"))
    assert (result.outcome.name, result.outcome.reason) == ("parked", "wrong_scope")


def test_counts_follow_content_and_status(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    activity = make_activity(session, now, author)
    counted = select(ActivityCount.code, ActivityCount.amount, ActivityCount.status)
    assert set(session.execute(counted).all()) == {
        ("I.4", 1, "submitted"), ("voluntary_si_broadcasts", 1, "submitted"),
    }  # fmt: skip
    edit = make_operation(
        "edit", activity=activity, base=2, set={"topics": ["bhyt_ho_gia_dinh"]},
        was={"topics": example()["topics"]},
    )  # fmt: skip
    push(session, now, author, edit)
    assert session.execute(counted).all() == [("I.4", 1, "submitted")]
    push(session, now, author, make_operation("withdraw", activity=activity, base=3))
    assert session.execute(counted).all() == [("I.4", 1, "withdrawn")]


def test_what_was_read_and_refused_is_not_counted(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    create = make_operation()
    topics = {"was": {"topics": example()["topics"]}, "base": 1, "activity": create.activity}
    good = make_operation("edit", set={"topics": ["bhyt_ho_gia_dinh"]}, **topics)
    was = {"topics": ["bhyt_ho_gia_dinh"]}
    bad = make_operation("edit", activity=create.activity, base=2, was=was, after=good.id,
                         set={"topics": ["bhxh_tu_nguyen", "khong_co"]})  # fmt: skip
    results = push(session, now, author, create, good, bad)
    assert [result.outcome.name for result in results] == ["applied", "applied", "parked"]
    assert session.execute(select(ActivityCount.code)).scalars().all() == ["I.4"]


def test_a_draft_without_a_day_counts_nowhere(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    fields = example()
    del fields["event_date"]
    push(session, now, author, make_operation(set=fields))
    assert session.execute(select(ActivityCount.code)).all() == []


def test_photos_are_linked_to_who_put_them_there(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    colleague = make_account(session, now, name="Giàng A Chu")
    activity = make_activity(session, now, author, photos=("a", "b"))
    change = make_operation(
        "edit", activity=activity, base=2, add={"evidence": [photo("c")]},
        remove={"evidence": [photo("b")["sha256"]]},
    )  # fmt: skip
    push(session, now, colleague, change)
    links = session.execute(select(ActivityEvidence.sha256, ActivityEvidence.account_id)).all()
    assert set(links) == {(photo("a")["sha256"], author.id), (photo("c")["sha256"], colleague.id)}


def test_a_photo_taken_away_and_put_back_in_one_batch_stays(
    session: Session, now: datetime
) -> None:
    author = make_account(session, now)
    activity = make_activity(session, now, author, photos=("a",))
    away = make_operation(
        "edit", activity=activity, base=2, remove={"evidence": [photo("a")["sha256"]]}
    )
    back = make_operation(
        "edit", activity=activity, base=2, after=away.id, add={"evidence": [photo("a")]}
    )
    push(session, now, author, away, back)
    assert session.scalars(select(ActivityEvidence.sha256)).all() == [photo("a")["sha256"]]


def test_approved_content_stands_and_an_amendment_waits_beside_it(
    session: Session, now: datetime
) -> None:
    author = make_account(session, now)
    reviewer = make_account(session, now, role="provincial_reviewer", unit_id="p-01-2025")
    activity = make_activity(session, now, author)
    review = {"decision": "approve", "by": {}, "at": None, "remarks": []}
    operations.record_decision(
        session, actor_of(session, reviewer, now), now, activity, "approved", review, 2
    )
    session.commit()
    before = stored(session, activity)
    edit = make_operation("edit", activity=activity, base=3, set={"duration_min": 15},
                          was={"duration_min": 5})  # fmt: skip
    (result,) = push(session, now, author, edit)
    after = stored(session, activity)
    assert result.outcome.name == "conflict"
    assert (after.status, after.fields, after.version) == ("approved", before.fields, 3)
    assert after.seq > before.seq  # so that phones see the amendment that waits
    (row,) = queries.wire_rows(session, [after])
    (conflict,) = row["conflicts"]
    assert conflict["kind"] == "amendment"
    assert conflict["operation"] == edit.id


def test_an_invalid_submission_leaves_the_draft(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    fields = example()
    del fields["event_date"]
    create = make_operation(set=fields)
    submit = make_operation("submit", activity=create.activity, base=1, after=create.id)
    _, result = push(session, now, author, create, submit)
    assert (result.outcome.name, result.outcome.reason) == ("parked", "invalid")
    assert "event_date" in {problem["field"] for problem in result.outcome.problems}
    assert stored(session, create.activity).status == "draft"


def test_history_says_who_changed_what(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    activity = make_activity(session, now, author, submitted=False, fields={"note": "cũ"})
    push(session, now, author, make_operation(
        "edit", activity=activity, base=1, set={"note": "mới"}, was={"note": "cũ"},
    ))  # fmt: skip
    lines = queries.events(session, activity)
    assert [line["what"] for line in lines] == ["create", "edit"]
    assert lines[1]["account"]["name"] == author.name
    assert lines[1]["detail"]["changes"] == {"note": {"before": "cũ", "after": "mới"}}


def test_operations_of_an_unknown_activity_wait(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    (result,) = push(session, now, author, make_operation("submit", base=1))
    assert result.outcome.name == "retry"
    assert session.scalars(select(ActivityEvent.id)).all() == []


def test_what_waits_for_a_day_is_parked(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    step = make_operation("submit", base=1)
    push(session, now, author, step)
    (result,) = push(session, now + timedelta(hours=25), author, step)
    assert (result.outcome.name, result.outcome.reason) == ("parked", "unknown_activity")


def test_an_unknown_kind_waits_for_a_newer_server(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    (result,) = push(session, now, author, make_operation(kind="hologram", kind_version=1))
    assert (result.outcome.name, result.outcome.reason) == ("retry", "unknown_kind")


def test_an_unknown_field_is_kept(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    create = make_operation(set={**example(), "field_of_tomorrow": 7})
    push(session, now, author, create)
    assert stored(session, create.activity).extra == {"field_of_tomorrow": 7}


def test_many_operations_of_many_activities_in_one_batch(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    steps = []
    for _ in range(25):
        create = make_operation()
        steps += [
            create,
            make_operation("submit", activity=create.activity, base=1, after=create.id),
        ]
    results = push(session, now, author, *steps)
    assert {result.outcome.name for result in results} == {"applied"}
    seqs = session.scalars(select(Activity.seq).order_by(Activity.seq)).all()
    assert seqs == list(range(1, 26))


def test_provincial_work_lies_in_the_provinces_feed(session: Session, now: datetime) -> None:
    reviewer = make_account(session, now, role="provincial_reviewer", unit_id="p-01-2025")
    (result,) = push(session, now, reviewer, make_operation(scope="province:p-01-2025"))
    assert result.outcome.name == "applied"
    row = stored(session, result.activity_id)
    assert (row.commune_id, row.province_code) == (None, "01")
    collaborator = make_account(session, now)
    for scope in ("province:p-01-2025", "nation:vn"):
        (result,) = push(session, now, collaborator, make_operation(scope=scope))
        assert result.outcome.reason == "no_permission"


def retyped_commune(session: Session) -> tuple[str, str, date]:
    """A lineage with two versions: the lineage id, the later version, its first day."""
    from server.places.models import UnitVersion

    later = session.execute(
        select(UnitVersion).where(
            UnitVersion.level == "commune", UnitVersion.id.endswith("-2026"),
            UnitVersion.valid_from < date(2026, 11, 1),
        )
    ).scalars().first()  # fmt: skip
    assert later is not None
    assert later.valid_from is not None
    return f"c-{later.code}-2025", later.id, later.valid_from
