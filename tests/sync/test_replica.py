"""A phone against answers written by hand: what it shows, sends, keeps and forgets."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from sync.replica import Replica
from tests.simulation.rules import policy_of
from tests.sync.by_hand import A, answer, create, row, shown, sync, told
from tests.sync.vectors import SCOPE, id_of


@pytest.fixture
def phone() -> Replica:
    fresh = itertools.count(1000)
    return Replica("phone", [SCOPE], policy_of, lambda: id_of(next(fresh)))


def test_the_first_request_says_that_it_knows_nothing(phone: Replica) -> None:
    request = phone.make_request()
    assert (request["incarnation"], request["cursors"], request["digests"]) == (
        None, {SCOPE: 0}, {},
    )  # fmt: skip
    assert request["operations"] == []


def test_what_i_do_shows_at_once(phone: Replica) -> None:
    create(phone)
    phone.save("edit", id_of(2), A, set={"title": "b"})
    assert shown(phone) == {"title": "b"}
    assert phone.view(A)["status"] == "draft"  # type: ignore[index]
    assert [w["after"] for w in phone.make_request()["operations"]] == [None, id_of(1)]


def test_a_patch_names_whole_groups_and_what_was_seen(phone: Replica) -> None:
    create(phone, lat=10.5, lon=106.5)
    wire = phone.save("edit", id_of(2), A, set={"lat": 11.5})
    assert wire["set"] == {"lat": 11.5, "lon": 106.5}
    assert wire["was"] == {"lat": 10.5, "lon": 106.5}


def test_an_edit_of_what_is_not_in_view(phone: Replica) -> None:
    with pytest.raises(KeyError):
        phone.save("edit", id_of(2), A, set={"title": "b"})


def test_a_lost_answer_costs_nothing(phone: Replica) -> None:
    create(phone)
    assert phone.make_request() == phone.make_request()


def test_outcome_and_row_come_together(phone: Replica) -> None:
    create(phone)
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})], told(request)))
    assert phone.outbox == []
    assert shown(phone) == {"title": "a"}
    assert phone.idle()
    assert phone.make_request()["cursors"] == {SCOPE: 1}


def test_a_row_without_body_is_made_of_my_own_operations(phone: Replica) -> None:
    create(phone)
    whole = row(1, 1, {"title": "a"})
    bare = {name: whole[name] for name in ("type", "id", "seq", "version", "digest", "status")}
    sync(phone, lambda request: answer([bare], told(request)))
    assert phone.shadow_row(A)["fields"] == {"title": "a"}  # type: ignore[index]
    assert phone.idle()


def test_a_row_without_body_that_i_cannot_make_is_read_again(phone: Replica) -> None:
    bare = {"type": "activity", "id": A, "seq": 1, "version": 1, "digest": "?", "status": "draft"}
    sync(phone, lambda request: answer([bare]))
    assert phone.make_request()["cursors"] == {SCOPE: 0}
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})]))
    assert phone.idle()


def test_a_row_without_body_has_no_field_that_my_app_does_not_know(phone: Replica) -> None:
    """The digest says nothing of such a field: it may have been cleared since."""
    create(phone, title="a", mood="an older one")
    whole = row(2, 2, {"title": "a"})
    bare = {name: whole[name] for name in ("type", "id", "seq", "version", "digest", "status")}
    sync(phone, lambda request: answer([bare], told(request)))
    assert phone.make_request()["cursors"] == {SCOPE: 0}
    sync(phone, lambda request: answer([whole]))
    assert phone.shadow_row(A)["extra"] == {}  # type: ignore[index]


def test_my_change_stays_in_view_until_its_row_has_come(phone: Replica) -> None:
    create(phone)
    other = row(1, 1, {"title": "z"}, id=id_of(50))
    sync(phone, lambda request: answer([other], told(request, seq=2), more=True))
    assert phone.outbox == []
    assert shown(phone) == {"title": "a"}
    both = [(id_of(50), 1), (A, 1)]
    sync(phone, lambda request: answer([row(1, 2, {"title": "a"})], live=both))
    assert shown(phone) == {"title": "a"}


def test_the_servers_row_is_shown_with_mine_on_top(phone: Replica) -> None:
    sync(phone, lambda request: answer([row(1, 1, {"title": "a", "note": "n"})]))
    phone.save("edit", id_of(2), A, set={"title": "b"})
    sync(phone, lambda request: answer([row(2, 2, {"title": "a", "note": "theirs"})]))
    assert shown(phone) == {"title": "b", "note": "theirs"}


def test_a_conflict_shows_the_servers_value(phone: Replica) -> None:
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})]))
    phone.save("edit", id_of(2), A, set={"title": "b"})
    kept = [{"kind": "fields", "operation": id_of(2), "values": []}]
    theirs = row(2, 2, {"title": "c"}, conflicts=kept)
    sync(phone, lambda request: answer([theirs], told(request, "conflict", version=2)))
    assert phone.outbox == []
    assert shown(phone) == {"title": "c"}


def test_a_parked_operation_waits_for_a_person(phone: Replica) -> None:
    create(phone, count=999)
    sync(phone, lambda request: answer([], told(request, "parked", reason="invalid")))
    assert phone.outbox == []
    assert list(phone.parked) == [id_of(1)]
    again = phone.resend(id_of(1), id_of(2), {"count": 9})
    assert (again["set"], again["after"], again["instead"]) == ({"count": 9}, None, id_of(1))
    assert not phone.parked


def test_one_operation_answers_several_that_were_parked(phone: Replica) -> None:
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})]))
    phone.save("edit", id_of(2), A, set={"count": 999})
    phone.save("edit", id_of(3), A, set={"title": "b"})
    sync(phone, lambda request: answer([], told(request, "parked", reason="invalid")))
    again = phone.resend(id_of(3), id_of(4), {"count": 9}, also=[id_of(2)])
    assert (again["instead"], again["also"]) == (id_of(2), [id_of(3)])  # as they were made
    assert (again["set"], again["after"]) == ({"count": 9, "title": "b"}, None)
    assert not phone.parked
    assert {id_of(2), id_of(3)} <= phone.kept.keys()  # for a server that is restored


def test_retry_stays_and_stands_behind_others(phone: Replica) -> None:
    create(phone)
    sync(phone, lambda request: answer([], told(request, "retry", reason="bug")))
    create(phone, 2, id_of(50))
    assert [wire["id"] for wire in phone.make_request()["operations"]] == [id_of(2), id_of(1)]
    assert [wire["id"] for wire in phone.make_request(batch=1)["operations"]] == [id_of(2)]


def test_a_reused_id_gets_a_new_one_and_nothing_is_lost(phone: Replica) -> None:
    create(phone)
    phone.save("edit", id_of(2), A, set={"title": "b"})
    request = phone.make_request(batch=1)
    reused = told(request, "parked", reason="id_reuse")
    phone.take_answer(request, answer([], reused))
    assert [(wire["id"], wire["after"]) for wire in phone.make_request()["operations"]] == [
        (id_of(1000), None), (id_of(2), id_of(1000)),
    ]  # fmt: skip


def test_a_fork_makes_a_new_epoch(phone: Replica) -> None:
    create(phone)
    phone.save("edit", id_of(2), A, set={"title": "b"})
    sync(phone, lambda request: answer([], told(request, fork=True)))
    assert phone.make_request()["epoch"] == 2


def test_gone_means_gone(phone: Replica) -> None:
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})]))
    gone = {"type": "activity", "id": A, "seq": 2, "gone": True}
    sync(phone, lambda request: answer([gone]))
    assert phone.view(A) is None
    assert phone.idle()


def test_a_digest_that_differs_is_read_again_once(phone: Replica) -> None:
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})], live=[(A, 1), ("lost", 1)]))
    assert phone.make_request()["cursors"] == {SCOPE: 0}
    assert shown(phone) == {"title": "a"}, "what is shown stays meanwhile"
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})], live=[(A, 1), ("lost", 1)]))
    assert phone.make_request()["cursors"] == {SCOPE: 1}, "once is enough for one digest"


def test_reading_again_lets_go_of_what_is_no_more(phone: Replica) -> None:
    rows = [row(1, 1, {"title": "a"}), row(1, 2, {"title": "b"}, id=id_of(50))]
    sync(phone, lambda request: answer(rows, live=[(A, 1)]))
    sync(phone, lambda request: answer(rows[:1], to=2))
    assert phone.activities() == [A]
    assert phone.idle()


def test_a_restored_server_is_offered_what_it_lost(phone: Replica) -> None:
    create(phone)
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})], told(request)))
    sync(phone, lambda request: answer([], incarnation="new life"))
    assert [wire["id"] for wire in phone.make_request()["operations"]] == [id_of(1)]
    assert phone.shadow_row(A) is None
    assert shown(phone) == {"title": "a"}


def test_what_a_verified_backup_holds_is_not_kept(phone: Replica) -> None:
    create(phone)
    rows = [row(1, 1, {"title": "a"})]
    sync(phone, lambda request: answer(rows, told(request)))
    assert list(phone.kept) == [id_of(1)]
    later = "2026-11-22T00:00:02Z"
    sync(phone, lambda request: answer(durable_through=later))
    assert not phone.kept


def test_an_older_row_does_not_replace_a_newer_one(phone: Replica) -> None:
    early = phone.make_request()
    sync(phone, lambda request: answer([row(2, 2, {"title": "b"})]))
    phone.take_answer(early, answer([row(1, 1, {"title": "a"})], live=[(A, 2)]))
    assert shown(phone) == {"title": "b"}
    assert phone.make_request()["cursors"] == {SCOPE: 2}


def test_a_lost_grant_hides_the_scope_and_keeps_the_outbox(phone: Replica) -> None:
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})]))
    phone.save("edit", id_of(2), A, set={"title": "b"})
    grants = {"added": [], "dropped": [SCOPE], "moved": {}}
    sync(phone, lambda request: answer(grants=grants))
    assert phone.shadow_row(A) is None
    assert len(phone.make_request()["operations"]) == 1


def test_a_copy_goes_its_own_way(phone: Replica) -> None:
    create(phone)
    twin = phone.copy()
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})], told(request)))
    assert len(twin.outbox) == 1
    assert twin.make_request()["cursors"] == {SCOPE: 0}


NEW_SCOPE = "commune:c-00008-2025"


def moved_answer(rows: list[dict[str, Any]], live: list[tuple[str, int]], **more: Any) -> Any:
    made = answer(rows, live=live, **more)
    return {**made, "changes": {NEW_SCOPE: made["changes"][SCOPE]}}


def test_rows_of_a_merged_scope_are_shown_on_in_the_new_one(phone: Replica) -> None:
    sync(phone, lambda _: answer([row(3, 7, {"title": "a"}), row(1, 8, {}, id=id_of(98))]))
    live = [(A, 3), (id_of(98), 1)]
    grants = {"added": [NEW_SCOPE], "dropped": [], "moved": {SCOPE: NEW_SCOPE}}
    first = row(3, 1, {"title": "a"}, scope=NEW_SCOPE)
    sync(phone, lambda _: moved_answer([first], live, more=True, grants=grants))
    assert list(phone.scopes) == [NEW_SCOPE]
    assert sorted(phone.activities()) == sorted([A, id_of(98)])  # one of them has not come yet
    assert phone.make_request()["cursors"] == {NEW_SCOPE: 1}
    second = row(1, 2, {}, id=id_of(98), scope=NEW_SCOPE)
    sync(phone, lambda _: moved_answer([second], live))
    assert phone.rereads == 0
    assert phone.idle()
    assert [phone.shadow_row(each)["seq"] for each in (A, id_of(98))] == [1, 2]  # type: ignore[index]
    assert phone.shadow_row(A)["scope"] == NEW_SCOPE  # type: ignore[index]


def test_what_waits_for_a_merged_scope_is_sent_as_it_is(phone: Replica) -> None:
    sync(phone, lambda _: answer([row(3, 7, {"title": "a"})]))
    wire = phone.save("edit", id_of(1), A, set={"title": "b"})
    grants = {"moved": {SCOPE: NEW_SCOPE}}
    sync(phone, lambda _: {**answer(), "grants": grants})
    assert shown(phone) == {"title": "b"}
    assert phone.make_request()["operations"] == [wire]
    assert phone.save("edit", id_of(2), A, set={"title": "c"})["scope"] == NEW_SCOPE


def test_a_row_that_left_for_a_followed_scope_does_not_vanish(phone: Replica) -> None:
    sync(phone, lambda _: {**answer([row(2, 4, {"title": "a"})]), "grants": {"added": [NEW_SCOPE]}})
    gone = {"type": "activity", "id": A, "seq": 5, "gone": True, "moved_to": NEW_SCOPE}
    sync(phone, lambda _: answer([gone], live=[]))
    assert shown(phone) == {"title": "a"}
    assert phone.scopes[SCOPE].rows == {}
    assert phone.rereads == 0
    there = row(2, 9, {"title": "a"}, scope=NEW_SCOPE)
    sync(phone, lambda _: moved_answer([there], [(A, 2)]))
    assert phone.rereads == 0
    assert phone.shadow_row(A) == there


def test_a_scope_that_lives_again_leads_nowhere(phone: Replica) -> None:
    # the server was restored to a day before the merger, and a row goes the other way
    sync(phone, lambda _: {**answer([row(2, 4, {"title": "a"})]), "grants": {"added": [NEW_SCOPE]}})
    phone.moved = {NEW_SCOPE: "commune:c-00009-2025"}
    sync(phone, lambda _: {**answer(), "grants": {"added": [NEW_SCOPE]}})
    gone = {"type": "activity", "id": A, "seq": 5, "gone": True, "moved_to": NEW_SCOPE}
    sync(phone, lambda _: answer([gone], live=[]))
    assert shown(phone) == {"title": "a"}


def test_a_row_that_left_for_elsewhere_is_gone(phone: Replica) -> None:
    sync(phone, lambda _: answer([row(2, 4, {"title": "a"})]))
    gone = {"type": "activity", "id": A, "seq": 5, "gone": True, "moved_to": NEW_SCOPE}
    sync(phone, lambda _: answer([gone], live=[]))
    assert phone.view(A) is None


def test_the_choice_of_an_area_goes_under_a_new_id(phone: Replica) -> None:
    create(phone)
    sync(phone, lambda r: answer([], told(r, "parked", reason="area_choice"), live=[]))
    wire = phone.resend(id_of(1), id_of(2), {}, scope=NEW_SCOPE)
    assert (wire["id"], wire["scope"], wire["set"]) == (id_of(2), NEW_SCOPE, {"title": "a"})


def test_what_the_server_keeps_without_knowing_it_was_seen_too(phone: Replica) -> None:
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"}, extra={"mood": "fine"})]))
    wire = phone.save("edit", id_of(2), A, set={"mood": "good"})
    assert wire["was"] == {"mood": "fine"}


def test_what_is_offered_again_goes_in_the_order_in_which_it_was_made(phone: Replica) -> None:
    """The older operations were given back by one life, the younger ones went into the next."""
    for number in (1, 2):
        create(phone, number, id_of(50 + number))
    sync(phone, lambda request: answer(outcomes=told(request)))
    create(phone, 3, id_of(53))
    late = phone.make_request()
    phone.take_answer(late, answer(outcomes=told(late), incarnation="second"))
    assert [pending.wire["n"] for pending in phone.outbox] == [1, 2]
    sync(phone, lambda request: answer(incarnation="third"))
    assert [pending.wire["n"] for pending in phone.outbox] == [1, 2, 3]


def test_an_answer_to_who_is_shut_out_says_nothing_of_what_is_there(phone: Replica) -> None:
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})], more=True))
    phone.scopes[SCOPE].read_anew()
    phone.save("edit", id_of(2), A, set={"title": "b"})
    receipt = {"version": None, "reason": "revoked"}
    sync(phone, lambda request: {
        **answer(outcomes=told(request, "parked", **receipt)), "changes": {}, "escrow": {},
    })  # fmt: skip
    assert not phone.outbox
    assert phone.shadow_row(A) is not None
    assert not phone.scopes[SCOPE].complete


def test_a_decision_names_the_conflict(phone: Replica) -> None:
    sync(phone, lambda request: answer([row(1, 1, {"title": "a"})]))
    named = {"conflict": id_of(7), "choice": "current"}
    wire = phone.save("resolve", id_of(2), A, resolve=named)
    assert (wire["type"], wire["resolve"], wire["base"]) == ("resolve", named, 1)


def test_what_went_in_while_shut_out_stays_in_sight_until_its_row_comes(phone: Replica) -> None:
    phone.take_answer(phone.make_request(), answer())
    create(phone)
    request = phone.make_request()
    receipt = [{**each, "version": None, "seq": None} for each in told(request)]
    phone.take_answer(request, {**answer(outcomes=receipt), "changes": {}, "escrow": {}})
    assert phone.outbox == []
    assert shown(phone) == {"title": "a"}
    phone.take_answer(phone.make_request(), answer([row(1, 1, {"title": "a"})], to=1))
    seen = phone.view(A)
    assert seen is not None
    assert seen["version"] == 1


def test_a_report_that_lies_elsewhere_stays_in_sight_until_that_feed_is_read(
    phone: Replica,
) -> None:
    """Its commune was merged away while the phone was offline."""
    other = "commune:c-00008-2025"
    phone.take_answer(phone.make_request(), answer())
    create(phone)
    request = phone.make_request()
    moved = answer(outcomes=told(request, scope=other))
    moved["grants"] = {"added": [other], "dropped": [], "moved": {}}
    phone.take_answer(request, moved)
    assert shown(phone) == {"title": "a"}
