"""A backup holds what was acknowledged, is proved before anything is promised, and comes back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import clock
from server.activities.models import Activity
from server.backups import manifest as manifests
from server.backups import operations as backups
from server.change_feed import queries as feed
from server.database import db
from server.evidence import operations as photos
from server.evidence import queries as evidence
from server.files.store import store_for
from server.http.transaction import reading, writing
from server.leaflets import files
from server.problems import ProblemError
from server.soundness.queries import examine
from tests.factories.accounts import make_account
from tests.factories.backups import at_work, enrol, migrate, report
from tests.factories.evidence import make_photo
from tests.factories.leaflets import CONTENTS, make_version
from tests.factories.reviews import send_photo

Install = Callable[..., Flask]


def back_up(app: Flask, folder: Path, now: datetime) -> backups.Taken:
    """As `loa backup` does."""
    store = store_for(app.extensions["loa_settings"].files_url)
    taken = backups.take_backup(db.engine, store, folder, now)
    if taken.sound:
        with writing() as session:
            backups.promise(session, taken)
    return taken


def restore(app: Flask, folder: Path, now: datetime, name: str | None = None) -> None:
    """As `loa restore` does."""
    store = store_for(app.extensions["loa_settings"].files_url)
    manifest = backups.restore_backup(db.engine, store, folder, name, migrate)
    with writing() as session:
        backups.begin_restored_life(session, now, manifest)


def unsound(app: Flask) -> list[str]:
    store = store_for(app.extensions["loa_settings"].files_url)
    with reading() as session:
        return [finding.name for finding in examine(session, store) if not finding.sound]


def test_what_was_lost_with_the_server_comes_back_from_backup_and_phones(
    install: Install, tmp_path: Path, now: datetime
) -> None:
    folder = tmp_path / "backups"
    with at_work(install("first")) as app, clock.frozen(now):
        phone = enrol(app, now)
        in_backup, photo = report(phone, 1)
        old_life = phone.replica.incarnation
    later = now + timedelta(hours=1)
    with at_work(app), clock.frozen(later):
        assert back_up(app, folder, later).sound
        phone.sync()
        assert phone.replica.durable_through is not None
        assert not phone.replica.kept, "the backup holds it: the phone lets go"
    after = later + timedelta(hours=1)
    with at_work(app), clock.frozen(after):
        since, _ = report(phone, 2)
        # the server burns down now
    with at_work(install("second", fill=False)) as app, clock.frozen(after + timedelta(days=1)):
        restore(app, folder, clock.now())
        assert unsound(app) == []
        phone.client = app.test_client()
        assert phone.client.get(
            f"/api/v1/evidence/{photo.sha256}?size=original", headers=phone.headers
        ).status_code == 200  # fmt: skip
        outcomes = phone.sync(6)
        assert phone.replica.incarnation != old_life
        assert [told["outcome"] for told in outcomes] == ["applied"], "only what the backup lacked"
        with reading() as session:
            assert set(session.scalars(select(Activity.id))) == {in_backup, since}
        assert phone.replica.idle()
        assert unsound(app) == []
        # numbers go on behind the restored ones
        report(phone, 3)
        assert unsound(app) == []


def test_nothing_is_promised_on_a_copy_that_is_not_sound(
    install: Install, tmp_path: Path, now: datetime
) -> None:
    folder = tmp_path / "backups"
    with at_work(install("first")) as app, clock.frozen(now):
        report(enrol(app, now), 1)
        with writing() as session:
            session.execute(update(Activity).values(digest="0" * 16, seq=Activity.seq + 100))
        taken = back_up(app, folder, now)
        assert not taken.sound
        assert backups.backups_in(folder) == []
        with reading() as session:
            life = feed.life(session)
        assert life is not None
        assert life[1] is None
        with pytest.raises(ProblemError, match="backup-missing"):
            restore(install("second", fill=False), folder, now)


def test_a_photo_that_the_disk_has_spoilt_is_not_carried_on(
    install: Install, tmp_path: Path, now: datetime
) -> None:
    folder = tmp_path / "backups"
    with at_work(install("first")) as app, clock.frozen(now):
        _, photo = report(enrol(app, now), 1)
        (file,) = tmp_path.glob(f"first/files/photo/*/*/{photo.sha256}")
        file.write_bytes(photo.content[:-1] + b"?")
        taken = back_up(app, folder, now)
        assert [finding.name for finding in taken.findings if not finding.sound] == [
            "copied", "photos",
        ]  # fmt: skip
        assert not list(folder.glob(f"files/photo/*/*/{photo.sha256}"))
        assert unsound(app) == ["photos"]


def test_photos_are_copied_once_and_older_databases_dropped(
    install: Install, tmp_path: Path, now: datetime
) -> None:
    folder = tmp_path / "backups"
    with at_work(install("first")) as app, clock.frozen(now):
        phone = enrol(app, now)
        for hour in range(3):
            report(phone, hour)
            taken = back_up(app, folder, now + timedelta(hours=hour))
            assert (taken.new_photos, taken.manifest.photos) == (1, hour + 1)
        names = backups.backups_in(folder)
        assert backups.drop_older(folder, 2) == names[:1]
        assert backups.backups_in(folder) == names[1:]


def test_an_older_backup_promises_nothing_back(
    install: Install, tmp_path: Path, now: datetime
) -> None:
    with at_work(install("first")) as app, clock.frozen(now):
        back_up(app, tmp_path / "backups", now)
        back_up(app, tmp_path / "others", now - timedelta(days=1))
        with reading() as session:
            life = feed.life(session)
        assert life is not None
        assert life[1] == now - timedelta(seconds=60)


def test_a_database_in_use_is_not_overwritten(
    install: Install, tmp_path: Path, now: datetime
) -> None:
    folder = tmp_path / "backups"
    with at_work(install("first")) as app, clock.frozen(now):
        report(enrol(app, now), 1)
        back_up(app, folder, now)
        with pytest.raises(ProblemError, match="database-in-use"):
            restore(app, folder, now)
        with Session(db.engine) as session:
            assert session.scalars(select(Activity.id)).one()


def test_sqlite_is_set_aside(tmp_path: Path, now: datetime) -> None:
    from tests.factories.backups import make_installation

    with at_work(make_installation(tmp_path / "first")):
        aside = backups.set_aside(db.engine, now)
        assert aside is not None
        assert aside.exists()
        assert backups.set_aside(db.engine, now) is None
        shutil.rmtree(tmp_path / "first")


def test_the_files_of_leaflets_come_back_and_are_examined(
    install: Install, tmp_path: Path, now: datetime
) -> None:
    folder, pdf, audio = tmp_path / "backups", b"%PDF-1.7\n1\n%%EOF\n", b"ID3\x04 sound"
    with at_work(install("first")) as app, clock.frozen(now):
        store = store_for(app.extensions["loa_settings"].files_url)
        printed, heard = files.keep_pdf(store, pdf), files.keep_audio(store, audio)
        said = {**CONTENTS["vi"], "audio": {
            "sha256": heard.sha256, "media_type": heard.media_type, "bytes": heard.size,
        }}  # fmt: skip
        with writing() as session:
            make_version(session, now, contents={"vi": said}).pdf_sha256 = printed.sha256
        taken = back_up(app, folder, now)
        examined = {one.name: one.examined for one in taken.findings}
        assert (taken.sound, taken.new_photos, examined["leaflet_files"]) == (True, 2, 2)
    with at_work(install("second", fill=False)) as app, clock.frozen(now + timedelta(days=1)):
        restore(app, folder, clock.now())
        for file, content in ((f"{printed.sha256}.pdf", pdf), (f"{heard.sha256}.mp3", audio)):
            with closing(app.test_client().get(f"/leaflets/{file}")) as answer:
                assert answer.data == content
        assert unsound(app) == []
        (path,) = tmp_path.glob(f"second/files/leaflet/**/{heard.sha256}")
        path.unlink()
        assert unsound(app) == ["leaflet_files"]


def test_after_a_restoration_nothing_is_about_to_be_collected(
    session: Session, now: datetime
) -> None:
    """What phones offer again may name what nothing names in the backup."""
    photo = make_photo(41)
    send_photo(now, make_account(session, now).id, photo)
    with writing() as writer:
        photos.mark_unnamed(writer, now, [photo.sha256])
        life = manifests.Manifest(now, "x", "", "", {}, 0, 0)
        backups.begin_restored_life(writer, now, life)
        assert evidence.marked(writer, [photo.sha256]) == []
