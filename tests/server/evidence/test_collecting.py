"""Photos that nothing names: kept for half a year, then away with rows and bytes, and no others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import clock
from server.accounts.models import Account
from server.activities import operations as activities
from server.activities.models import ActivityEvidence, OperationLog
from server.devices.models import Device
from server.evidence import operations, queries
from server.evidence.collecting import Collected, collect
from server.evidence.decoder import shared_decoder
from server.evidence.limits import UNNAMED_KEPT
from server.evidence.models import Photo as PhotoRow
from server.evidence.models import Upload
from server.evidence.receiving import Progress, Receiver, growing_key, keys_of
from server.evidence.tus import Creation
from server.files.disk import DiskStore
from server.files.store import Store, store_for
from server.http.transaction import writing
from server.soundness.queries import examine
from tests.factories.accounts import bearer, make_account, make_device
from tests.factories.activities import Phone, actor_of, make_operation, new_id
from tests.factories.evidence import Photo, make_photo
from tests.factories.reviews import make_report, send_photo

DAY = timedelta(days=1)
PHOTO = make_photo(31)


@pytest.fixture
def store(app: Flask) -> Store:
    return store_for(app.extensions["loa_settings"].files_url)


@pytest.fixture
def author(session: Session, now: datetime) -> Account:
    """Who delivered a photo that no report names."""
    account = make_account(session, now)
    send_photo(now, account.id, PHOTO)
    return account


def is_here(session: Session, store: Store, photo: Photo = PHOTO) -> bool:
    """Whether rows and bytes are here; half of them is a fault."""
    session.rollback()
    rows = [session.get(PhotoRow, photo.sha256),
            session.scalar(select(Upload.sha256).where(Upload.sha256 == photo.sha256))]  # fmt: skip
    bytes_ = [store.exists(key) for key in keys_of(photo.sha256)]
    found = {row is not None for row in rows} | set(bytes_)
    assert len(found) == 1, (rows, bytes_)
    return found.pop()


def collect_twice(store: Store, now: datetime) -> Collected:
    """A pass that marks, and one after its time."""
    collect(store, now)
    return collect(store, now + UNNAMED_KEPT + DAY)


def test_what_nothing_names_is_kept_for_half_a_year_and_no_longer(
    session: Session, store: Store, now: datetime, author: Account
) -> None:
    kept = make_report(session, now).photos
    first = collect(store, now)
    assert (first.examined, first.marked, first.due) == (3, 1, 0)
    assert collect(store, now + 179 * DAY).due == 0
    assert is_here(session, store)
    last = collect(store, now + 181 * DAY)
    assert (last.due, last.forgotten, last.finished) == (1, 1, 1)
    assert last.freed_bytes == len(PHOTO.content)
    assert not is_here(session, store)
    assert all(is_here(session, store, photo) for photo in kept)
    assert all(finding.sound for finding in examine(session, store))


def test_the_phone_is_told_to_send_it_and_may(
    client: FlaskClient, session: Session, store: Store, now: datetime, author: Account
) -> None:
    _, token = make_device(session, now, author)
    ask = {"sha256": [PHOTO.sha256]}

    def told() -> str:
        answer = client.post("/api/v1/evidence/have", json=ask, headers=bearer(token)).json
        (where,) = [name for name in ("have", "send", "partial") if answer[name]]
        return str(where)

    collect_twice(store, now)
    later = now + 182 * DAY
    with clock.frozen(later):
        assert told() == "send"
        assert send_photo(later, author.id, PHOTO).verified
        assert told() == "have"
    assert is_here(session, store)
    assert collect(store, later).marked == 1
    assert is_here(session, store)


def open_again(now: datetime, account_id: str) -> Progress:
    """As a phone that asks for the photo's upload."""
    files_url: str = current_app.extensions["loa_settings"].files_url
    creation = Creation(PHOTO.sha256, len(PHOTO.content), PHOTO.media_type, "", None)
    return Receiver(store_for(files_url), shared_decoder()).open(now, account_id, creation)


def name_by_a_report_that_was_withdrawn(session: Session, now: datetime, author: Account) -> None:
    report = make_report(session, now, author=author, photos=(PHOTO,), sent=False)
    apply(session, now, author, "withdraw", report.id, base=2)


def name_in_history(session: Session, now: datetime, author: Account) -> None:
    report = make_report(session, now, author=author, photos=(make_photo(32), PHOTO), sent=False)
    apply(session, now, author, "edit", report.id, base=2, remove={"evidence": [PHOTO.sha256]})
    named = session.scalars(select(ActivityEvidence.sha256)).all()
    assert named == [make_photo(32).sha256]


def name_by_an_operation_kept_whole(session: Session, now: datetime, author: Account) -> None:
    create = make_operation(scope="commune:c-none", add={"evidence": [PHOTO.element]})
    activities.apply_batch(session, actor_of(session, author, now), now, [create])
    session.commit()
    assert session.get_one(OperationLog, create.id).body is not None


def name_by_an_upload(session: Session, now: datetime, author: Account) -> None:
    other = make_account(session, now)
    creation = Creation(PHOTO.sha256, len(PHOTO.content), PHOTO.media_type, "", None)
    operations.open_upload(session, now, other.id, creation)
    session.commit()


def name_by_a_preview(session: Session, now: datetime, author: Account) -> None:
    other = make_account(session, now)
    operations.keep_preview(session, now, other.id, PHOTO.sha256)
    session.commit()


def apply(
    session: Session, now: datetime, author: Account, type: str, activity: str, **members: object
) -> None:
    operation = make_operation(type, activity=activity, **members)
    (result,) = activities.apply_batch(session, actor_of(session, author, now), now, [operation])
    session.commit()
    assert result.outcome.name in ("applied", "merged"), result


@pytest.mark.parametrize("name", [
    name_by_a_report_that_was_withdrawn, name_in_history, name_by_an_operation_kept_whole,
    name_by_an_upload, name_by_a_preview,
])  # fmt: skip
def test_what_anything_names_is_kept(
    session: Session, store: Store, now: datetime, author: Account,
    name: Callable[[Session, datetime, Account], None],
) -> None:  # fmt: skip
    name(session, now, author)
    for days in (0, 181, 362, 543):
        assert collect(store, now + days * DAY).forgotten == 0
    assert is_here(session, store)


def test_a_draft_keeps_its_photos_and_for_half_a_year_after(
    client: FlaskClient, session: Session, store: Store, now: datetime, author: Account
) -> None:
    phone = Phone(client, session, now, author)
    draft = {"id": new_id(), "changed_at": "2026-11-20T10:00:00+07:00",
             "body": {"evidence": [PHOTO.element]}}  # fmt: skip
    phone.post({"protocol": 1, "drafts": [draft]})
    assert collect(store, now).marked == 0
    phone.post({"protocol": 1, "drafts": [{**draft, "body": None}]})
    collect(store, now + 181 * DAY)
    assert is_here(session, store)
    collect(store, now + 362 * DAY)
    assert not is_here(session, store)


def test_what_is_named_again_begins_its_time_anew(
    session: Session, store: Store, now: datetime, author: Account
) -> None:
    collect(store, now)
    make_report(session, now, author=author, photos=(PHOTO,), sent=False)
    assert collect(store, now + 181 * DAY).renamed == 1
    assert is_here(session, store)
    assert queries.marked(session, [PHOTO.sha256]) == []


@pytest.mark.parametrize("how", ["have", "upload"])
def test_who_is_told_that_it_is_here_finds_it_here(
    client: FlaskClient, session: Session, store: Store, now: datetime, author: Account, how: str
) -> None:
    _, token = make_device(session, now, author)
    collect(store, now)
    later = now + 180 * DAY
    with clock.frozen(later):
        if how == "have":
            answer = client.post("/api/v1/evidence/have", headers=bearer(token),
                                 json={"sha256": [PHOTO.sha256]}).json  # fmt: skip
            assert answer["have"] == [PHOTO.sha256]
        else:
            assert open_again(later, author.id).verified
    collect(store, now + 181 * DAY)
    assert is_here(session, store)
    make_report(session, now, author=author, photos=(PHOTO,), sent=False)
    assert collect(store, now + 400 * DAY).forgotten == 0


def test_a_phone_that_holds_operations_may_yet_name_it(
    client: FlaskClient, session: Session, store: Store, now: datetime, author: Account
) -> None:
    device, _ = make_device(session, now, author)
    session.execute(update(Upload).values(device_id=device.id))
    session.execute(update(Device).values(unsent={"operations": 2, "photos": 0}))
    session.commit()
    assert collect_twice(store, now).awaited == 1
    assert is_here(session, store)
    session.execute(update(Device).values(unsent={"operations": 0, "photos": 0}))
    session.commit()
    collect(store, now + 182 * DAY)
    assert not is_here(session, store)


class Interrupted(Exception):
    """The power went."""


class BreakingStore(DiskStore):
    """Its machine stops after so many deletions."""

    left = 1

    def delete(self, key: str) -> None:
        if not self.left:
            raise Interrupted
        self.left -= 1
        super().delete(key)


@pytest.mark.parametrize("deletions", [0, 1, 2])
def test_bytes_that_a_crash_left_go_with_the_next_pass(
    app: Flask, session: Session, store: Store, now: datetime, author: Account, deletions: int
) -> None:
    collect(store, now)
    breaking = BreakingStore(Path(app.extensions["loa_settings"].files_url))
    breaking.left = deletions
    later = now + 181 * DAY
    with pytest.raises(Interrupted):
        collect(breaking, later)
    assert store.exists(keys_of(PHOTO.sha256)[0])
    assert session.scalars(select(Upload)).all() == []
    assert all(finding.sound for finding in examine(session, store))
    assert collect(store, later).finished == 1
    assert not is_here(session, store)


def send_anew_after_a_crash(
    app: Flask, session: Session, store: Store, now: datetime, author: Account
) -> datetime:
    """Its record is gone, its bytes are not, and somebody begins to send it; when that was."""
    collect(store, now)
    breaking = BreakingStore(Path(app.extensions["loa_settings"].files_url))
    later = now + 181 * DAY
    with pytest.raises(Interrupted):
        collect(breaking, later)
    creation = Creation(PHOTO.sha256, len(PHOTO.content), PHOTO.media_type, "", None)
    operations.open_upload(session, later, author.id, creation)
    session.commit()
    return later


def test_what_is_sent_anew_before_its_bytes_went_stays(
    app: Flask, session: Session, store: Store, now: datetime, author: Account
) -> None:
    later = send_anew_after_a_crash(app, session, store, now, author)
    assert collect(store, later).finished == 0  # somebody is sending it
    assert send_photo(later, author.id, PHOTO).verified
    assert collect(store, later).finished == 0
    assert is_here(session, store)


def test_what_nobody_goes_on_sending_goes_with_a_later_pass(
    app: Flask, session: Session, store: Store, now: datetime, author: Account
) -> None:
    later = send_anew_after_a_crash(app, session, store, now, author)
    operations.drop_expired(session, later + 31 * DAY)
    session.commit()
    assert collect(store, later + 31 * DAY).finished == 1
    assert not is_here(session, store)
    assert not store.exists(growing_key(author.id, PHOTO.sha256))


def test_an_upload_opened_meanwhile_waits_or_is_seen(
    app: Flask, session: Session, store: Store, now: datetime, author: Account
) -> None:
    """Whoever opens an upload while a pass holds the photo's row gets what is true after it."""
    collect(store, now)
    later = now + 181 * DAY
    inside, opened = threading.Event(), threading.Event()
    found: list[int] = []

    def send() -> None:
        with app.app_context():
            inside.wait()
            found.append(open_again(later, author_id).offset)
            opened.set()

    author_id = author.id
    session.rollback()
    thread = threading.Thread(target=send)
    thread.start()
    with writing() as held:
        assert queries.lock_due(held, later - UNNAMED_KEPT, [PHOTO.sha256]) == [PHOTO.sha256]
        inside.set()
        assert not opened.wait(0.3)
        operations.forget(held, [PHOTO.sha256])
    thread.join()
    assert found == [0]
    assert collect(store, later).finished == 0
    assert send_photo(later, author_id, PHOTO).verified
    assert is_here(session, store)


def test_a_dry_run_tells_and_changes_nothing(
    session: Session, store: Store, now: datetime, author: Account
) -> None:
    would = collect(store, now, dry_run=True)
    assert would.marked == 1
    assert queries.marked(session, [PHOTO.sha256]) == []
    collect(store, now)
    would = collect(store, now + 181 * DAY, dry_run=True)
    assert (would.forgotten, would.freed_bytes) == (1, len(PHOTO.content))
    assert is_here(session, store)


def test_a_file_that_was_refused_is_forgotten_too(
    session: Session, store: Store, now: datetime
) -> None:
    account, text = make_account(session, now), Photo(b"no photo at all", "image/jpeg", 1, 1)
    with pytest.raises(Exception, match="photo-refused"):
        send_photo(now, account.id, text)
    assert collect_twice(store, now).freed_bytes == 0
    session.rollback()
    assert session.scalars(select(PhotoRow)).all() == []
    assert session.scalars(select(Upload)).all() == []
