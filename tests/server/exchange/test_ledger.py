"""Phones that are lost, wiped, restored or replaced: what never came is named, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.accounts.models import Account
from server.activities.waiting_models import ParkedOperation
from server.devices.models import Device, DeviceLine
from server.devices.operations import revoke_device
from server.evidence.models import Upload
from server.exchange import ledger
from server.http.actor import SYSTEM
from tests.factories.accounts import make_account, sign_in
from tests.factories.activities import Phone, example, make_phone, wire


@pytest.fixture(autouse=True)
def time_stands(now: datetime) -> Iterator[None]:
    with clock.frozen(now):
        yield


@pytest.fixture
def mai(session: Session, now: datetime) -> Account:
    return make_account(session, now)


@pytest.fixture
def phone(client: FlaskClient, session: Session, now: datetime, mai: Account) -> Phone:
    return Phone(client, session, now, mai)


def tell(
    phone: Phone, last_n: int, operations: int = 0, photos: int = 0, *, epoch: int = 1,
    sent: list[dict[str, Any]] | None = None, **members: Any,
) -> dict[str, Any]:  # fmt: skip
    unsent = {"operations": operations, "photos": photos, "oldest_at": None}
    return phone.post({"protocol": 1, "epoch": epoch, "last_n": last_n, "unsent": unsent,
                       "operations": sent or [], "cursors": {}, **members})  # fmt: skip


def made(*numbers: int) -> list[dict[str, Any]]:
    return [wire("create", n=n) for n in numbers]


def losses(client: FlaskClient, session: Session, now: datetime, phone: Phone) -> Any:
    """As the administrator's list shows them: (operations, photos)."""
    session.rollback()
    if not session.scalars(select(Account).where(Account.role == "administrator")).all():
        chief = make_account(session, now, "administrator", "p-01-2025", "Vũ An")
        sign_in(client, session, now, chief)
    items = client.get("/api/v1/devices").json["items"]
    (one,) = [item for item in items if item["id"] == phone.replica.device]
    return [(loss["operations"], loss["photos"]) for loss in one["losses"]]


def notices(phone: Phone, **said: Any) -> list[dict[str, Any]]:
    changes = tell(phone, 0, epoch=said.get("epoch", 1))["changes"]
    rows = [row for page in changes.values() for row in page["rows"] if row["type"] == "notice"]
    return [row["body"] for row in rows if not row.get("gone")]


def replaced(client: FlaskClient, session: Session, now: datetime, mai: Account) -> Phone:
    """Another phone of the account, an hour later."""
    other = Phone(client, session, now + timedelta(hours=1), mai)
    other.replica.epoch = 1
    return other


def test_a_new_phone_hears_what_the_old_one_never_sent(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    tell(phone, 9, operations=8, photos=4, sent=made(2))
    assert losses(client, session, now, phone) == [], "it may still send them"
    new = replaced(client, session, now, mai)
    (notice,) = notices(new)
    assert notice == {
        "about": "loss", "device": phone.replica.device, "device_name": "Máy của Mai",
        "operations": 8, "photos": 4, "told_at": "2026-11-20T03:00:00.000Z",
        "at": "2026-11-20T03:00:00.000Z",
    }  # fmt: skip
    assert losses(client, session, now, phone) == [(8, 4)]
    # the old phone is found under the seat: it brings all, and the notice goes
    with clock.frozen(now + timedelta(hours=2)):
        tell(phone, 9, operations=8, photos=0, sent=made(1, 3, 4, 5, 6, 7, 8, 9))
        tell(phone, 9)
        assert losses(client, session, now, phone) == []
        assert notices(new) == []


def test_whoever_was_cut_off_at_the_first_contact_hears_it_at_the_next(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tell(phone, 9, operations=8, sent=made(2))
    new = replaced(client, session, now, mai)
    with monkeypatch.context() as dying:
        dying.setattr(ledger, "tell", die)
        with pytest.raises(KeyboardInterrupt):
            tell(new, 1, sent=made(1))
    (notice,) = notices(new)
    assert (notice["device"], notice["operations"]) == (phone.replica.device, 8)


def die(*_: object) -> None:
    """As a worker that is killed between the batch's commit and what comes after it."""
    raise KeyboardInterrupt


def test_photos_that_came_are_not_missed(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    sha256 = hashlib.sha256(b"x").hexdigest()
    photo = {"sha256": sha256, "size": 1, "media_type": "image/jpeg", "width": 1, "height": 1}
    named = wire("create", n=1, add={"evidence": [photo]})
    tell(phone, 1, operations=1, photos=3, sent=[named])
    replaced(client, session, now, mai)
    # all operations came and name one photo: more can't be missing
    assert losses(client, session, now, phone) == [(0, 1)]
    later = now + timedelta(minutes=5)
    session.add(Upload(
        account_id=mai.id, sha256=sha256, size=1, media_type="image/jpeg", filename="", offset=1,
        created_at=now, expires_at=later, settled_at=later, device_id=phone.replica.device,
    ))  # fmt: skip
    session.commit()
    assert losses(client, session, now, phone) == []


def test_an_older_copy_of_a_phone_is_told_at_its_next_contact(
    client: FlaskClient, session: Session, now: datetime, phone: Phone
) -> None:
    tell(phone, 5, operations=2, sent=made(1, 2, 3))
    tell(phone, 2)
    (notice,) = notices(phone)
    assert (notice["operations"], notice["photos"]) == (2, 0)
    # it works on, is found to be a copy, and takes a new epoch: the loss stands as it was
    outcome = tell(phone, 3, operations=1, sent=made(3))["outcomes"][0]
    assert outcome["fork"]
    for n in range(4, 8):
        tell(phone, n, operations=1, epoch=2, sent=made(n))
    assert losses(client, session, now, phone) == [(2, 0)]
    device = session.get_one(Device, phone.replica.device, populate_existing=True)
    assert (device.forks, device.forked_at) == (1, now)


def test_an_old_request_that_comes_late_loses_nothing(
    client: FlaskClient, session: Session, now: datetime, phone: Phone
) -> None:
    tell(phone, 5, operations=2, photos=1, sent=made(1, 2, 3))
    said = tell(phone, 3, operations=3)
    assert "loss" not in str(said["changes"]), "nobody is told before it is sure"
    tell(phone, 5, operations=2, sent=made(4, 5))
    assert session.scalars(select(DeviceLine)).all() == []
    assert losses(client, session, now, phone) == []
    assert tell(phone, 5)["changes"].keys()
    assert losses(client, session, now, phone) == []


def test_forks_and_new_epochs_lose_nothing(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    tell(phone, 3, operations=3, sent=made(1, 2, 3))
    said = tell(phone, 4, operations=2, sent=made(3, 4))
    assert [outcome["fork"] for outcome in said["outcomes"]] == [True, False]
    tell(phone, 6, operations=2, epoch=2, sent=made(5, 6))
    replaced(client, session, now, mai)
    assert losses(client, session, now, phone) == []


def test_what_comes_in_escrow_has_come(
    client: FlaskClient, session: Session, now: datetime, phone: Phone
) -> None:
    tell(phone, 4, operations=3, sent=made(1))
    revoke_device(session, SYSTEM, now, phone.replica.device)
    session.commit()
    assert losses(client, session, now, phone) == [(3, 0)]
    said = tell(phone, 4, operations=3, sent=[*made(2, 3), {"n": 4, "id": made(1)[0]["id"]}])
    assert [outcome["reason"] for outcome in said["outcomes"]] == [
        "revoked",
        "revoked",
        "malformed",
    ]
    assert losses(client, session, now, phone) == []


def test_the_same_turn_told_twice_is_one(
    client: FlaskClient, session: Session, now: datetime, phone: Phone
) -> None:
    tell(phone, 5, operations=2, sent=made(1, 2, 3))
    for _ in range(3):
        tell(phone, 0)
    assert losses(client, session, now, phone) == [(2, 0)]


def test_a_phone_that_says_nothing_of_itself_is_not_accused(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    phone.post({"protocol": 1, "operations": [wire("create", n=None, set=example())]})
    replaced(client, session, now, mai)
    assert losses(client, session, now, phone) == []


def test_what_is_too_large_to_keep_whole_has_come_all_the_same(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    large = wire("create", n=1, set=example(note="x" * 100_000))
    (outcome,) = tell(phone, 1, operations=1, sent=[large])["outcomes"]
    assert outcome["reason"] == "too_large"
    replaced(client, session, now, mai)
    assert losses(client, session, now, phone) == []
    waits = session.get_one(ParkedOperation, large["id"])
    assert (waits.commune_id, waits.kind) == ("c-00004-2025", large["kind"])


def test_a_phone_that_is_enrolled_again_has_lost_nothing(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    """What it wrote and counted goes on; only its id is another."""
    for n in range(1, 8):
        tell(phone, n, operations=1, sent=made(n))
    tell(phone, 10, operations=3)
    again = replaced(client, session, now, mai)
    revoke(session, now, phone)
    before = phone.replica.device
    with clock.frozen(now + timedelta(hours=1)):
        changes = tell(again, 10, operations=3, sent=made(8), formerly=before)["changes"]
        assert "loss" not in str(changes)
        # its last word holds as many as came with it: numbers of before are not missed instead
        tell(again, 12, operations=4, sent=made(9, 10, 11, 12), formerly=before)
    revoke(session, now, again)
    assert losses(client, session, now, phone) == []
    assert losses(client, session, now, again) == []


def test_a_phone_that_is_enrolled_twice_again_hears_of_no_loss_of_its_own(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    """Neither while it still holds what it held under its first name, nor afterwards."""
    tell(phone, 4, operations=4, photos=2, sent=made(1))
    names = [phone]
    for hours, sent in ((1, 2), (2, 3)):
        later = Phone(client, session, now + timedelta(hours=hours), mai)
        with clock.frozen(now + timedelta(hours=hours)):
            before = names[-1].replica.device
            said = tell(later, 4, operations=5 - sent, photos=2, sent=made(sent), formerly=before)
            assert "loss" not in str(said["changes"])
            revoke(session, now + timedelta(hours=hours), names[-1])
        names.append(later)
    with clock.frozen(now + timedelta(hours=3)):
        assert notices(names[-1]) == []
        tell(names[-1], 4, operations=1, sent=made(4), formerly=names[-2].replica.device)
        assert notices(names[-1]) == []
    assert [losses(client, session, now, each) for each in names] == [[], [], []]


def test_an_old_request_under_its_former_name_accuses_nobody_of_what_came_in_a_new_epoch(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    again = replaced(client, session, now, mai)
    with clock.frozen(now + timedelta(hours=2)):
        tell(phone, 3, operations=3, sent=made(1))  # on its way since before it got its new name
        revoke(session, now, phone)
        before = phone.replica.device
        tell(again, 3, operations=2, sent=made(2), formerly=before)
        # its last one clashed with another of the same id: it goes again, in a new epoch
        tell(again, 4, operations=2, epoch=2, sent=made(3, 4), formerly=before)
    assert losses(client, session, now, phone) == []
    assert losses(client, session, now, again) == []


def test_what_is_lost_after_it_was_enrolled_again_is_named_once(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    tell(phone, 3, operations=3, photos=2)
    again = replaced(client, session, now, mai)
    with clock.frozen(now + timedelta(hours=1)):
        tell(again, 4, operations=3, photos=1, sent=made(1, 2), formerly=phone.replica.device)
    revoke(session, now, again)
    assert losses(client, session, now, phone) == []
    assert losses(client, session, now, again) == [(2, 1)]


def test_an_older_copy_that_is_enrolled_again_is_told_what_it_lost(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    tell(phone, 5, operations=2, sent=made(1, 2, 3))
    again = replaced(client, session, now, mai)
    with clock.frozen(now + timedelta(hours=1)):
        tell(again, 2, formerly=phone.replica.device)
        (notice,) = notices(again)
    assert (notice["device"], notice["operations"]) == (phone.replica.device, 2)
    assert losses(client, session, now, again) == []


def test_nobody_goes_on_from_a_phone_of_somebody_else(
    client: FlaskClient, session: Session, now: datetime, mai: Account, phone: Phone
) -> None:
    stranger = make_phone(client, session, now, name="Hồ Thị Lan")
    tell(phone, 3, operations=3)
    for formerly in (phone.replica.device, stranger.replica.device, "không có", None):
        tell(stranger, 3, operations=1, formerly=formerly)
        device = session.get_one(Device, stranger.replica.device, populate_existing=True)
        assert device.formerly is None
    revoke(session, now, phone)
    assert losses(client, session, now, phone) == [(3, 0)]


def revoke(session: Session, now: datetime, phone: Phone) -> None:
    revoke_device(session, SYSTEM, now, phone.replica.device)
    session.commit()
