"""`loa demo`: an invented province at work, made once through the same doors as real work.

Prints, each time, how to sign in and a fresh enrolment link with its QR code. Not here: what
happened (`demo_story`) and how photos look (`demo_photos`).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy.orm import Session

from server import catalogue, clock
from server.accounts import operations as account_operations
from server.accounts import queries as account_queries
from server.activities import operations as activity_operations
from server.activities import queries as activity_queries
from server.cli import demo_handouts, demo_leaflets, demo_photos, demo_scans
from server.cli.demo_story import MIDDLE_AND_GIVEN, SURNAMES, Happening, Story
from server.cli.terminal_qr import terminal_qr
from server.database.ids import new_id
from server.devices import operations as device_operations
from server.evidence import tus
from server.evidence.decoder import shared_decoder
from server.evidence.receiving import Receiver
from server.files.store import store_for
from server.http.actor import SYSTEM, Actor, Area, Role
from server.http.transaction import reading, writing
from server.places import queries as places
from server.reviews import operations as reviews
from server.settings import Settings
from sync.operation import parse_operation

COMMUNES = 4
CONSOLE_ROLES: dict[str, Role] = {
    "duyet": "provincial_reviewer",
    "kehoach": "planner",
    "quantri": "administrator",
}
RETURN_REMARK = {"text": "Ảnh mờ, chưa đọc được giờ phát. Anh/chị chụp lại trang sổ giúp em."}


@dataclass(frozen=True, slots=True)
class People:
    """The demo's accounts: reporters of the communes and of the province, and a reviewer."""

    reporters: tuple[str, ...]
    reviewer: str


@click.command()
@click.option("--province", "province_code", default="20", show_default=True, help="Two digits.")
@click.option("--activities", type=int, default=120, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.pass_obj
def demo(app: Flask, province_code: str, activities: int, seed: int) -> None:
    """Make the demo once; print sign-in details and a fresh enrolment link each time."""
    settings: Settings = app.extensions["loa_settings"]
    kept = settings.data_dir / f"demo-{province_code}.json"
    now = clock.now()
    with app.app_context():
        if not kept.exists():
            click.echo("Đang dựng dữ liệu mẫu…")
            door = Receiver(store_for(settings.files_url), shared_decoder())
            details, given = _make(door, province_code, activities, seed, now)
            area = Area(province_codes=frozenset({province_code}))
            with writing() as session:
                demo_scans.tell(session, settings.secret_key, area, given, now, seed)
            _keep(kept, details)
        _print(json.loads(kept.read_text(encoding="utf-8")), settings, now)


def _make(
    door: Receiver, province_code: str, activities: int, seed: int, now: datetime
) -> tuple[dict[str, Any], demo_scans.Given]:
    """Accounts, leaflets, activities, photos, decisions. Returns what a newcomer must know, and
    which copies were given out when."""
    passwords = {name: secrets.token_urlsafe(9) for name in CONSOLE_ROLES}
    with writing() as session:
        day = clock.today_in_vietnam(now)
        communes = places.communes_of_province(session, province_code, day)[:COMMUNES]
        if not communes:
            raise click.ClickException(f"Không có tỉnh nào mang mã {province_code}.")
        province = f"p-{province_code}-2025"
        names = _names(seed)
        reporters = [
            account_operations.add_account(
                session, SYSTEM, now, "collaborator", commune.id, next(names)
            ).id
            for commune in communes
        ]
        reporters.append(
            account_operations.add_account(
                session, SYSTEM, now, "collaborator", province, next(names)
            ).id
        )
        console = {
            username: account_operations.add_account(
                session,
                SYSTEM,
                now,
                role,
                province,
                next(names),
                username=f"{username}.{province_code}",
                password=passwords[username],
            ).id
            for username, role in CONSOLE_ROLES.items()
        }
        scopes = [f"commune:{places.lineage_id(session, commune.id)}" for commune in communes]
    given: dict[str, list[tuple[date, int]]] = {}
    told: list[Happening] = []
    with writing() as session:
        planner = _actor(session, console["kehoach"], now)
        runs = demo_leaflets.tell(
            session, planner, [commune.id for commune in communes], province, now, seed
        )
        handouts = list(demo_handouts.hand_out(runs, now, seed))
        where = {scope: at for at, scope in enumerate(scopes)}
        scopes.append(f"province:{province}")
        for one in handouts:
            # whoever reports for the province comes after those of the communes
            at = where.get(f"commune:{one.run.commune_id}", len(communes))
            given.setdefault(one.run.code, []).append((one.day, one.copies))
            told.append(one.happening(catalogue.kinds()[demo_handouts.KIND], scopes[at], at, now))
    story = Story(catalogue.kinds(), scopes[:-1], scopes[-1], now, activities, seed)
    told += story.happenings()
    _tell(door, told, People(tuple(reporters), console["duyet"]))
    details = {
        "province": province_code,
        "reporter": reporters[0],
        "commune": communes[0].full_name,
        "sign_in": {f"{name}.{province_code}": word for name, word in passwords.items()},
    }
    return details, given


def _tell(door: Receiver, happenings: Sequence[Happening], people: People) -> None:
    """Let every happening come in as a phone would send it, photos behind, decision last."""
    with click.progressbar(happenings, label="Hoạt động") as bar:
        for number, happening in enumerate(bar):
            photos = [
                demo_photos.draw(number * 10 + at, _stamp(happening))
                for at in range(happening.photos)
            ]
            activity_id = _report(people.reporters[happening.author], happening, photos)
            for photo in photos:
                _upload(door, people.reporters[happening.author], happening.at, photo)
            if happening.verdict:
                _decide(people.reviewer, happening, activity_id)


def _report(account_id: str, happening: Happening, photos: list[bytes]) -> str:
    """Create and submit, as two operations of one batch."""
    at = happening.at
    activity_id, create_id = new_id(at), new_id(at)
    common = {
        "activity": activity_id, "scope": happening.scope, "kind": happening.kind,
        "kind_version": catalogue.kinds()[happening.kind].version, "incarnation": None,
        "captured": {"wall": at.isoformat()},
    }  # fmt: skip
    create = {
        **common, "id": create_id, "type": "create", "base": None, "after": None, "n": 1,
        "set": dict(happening.values), "was": {},
        "add": {"evidence": [_element(photo, at) for photo in photos]}, "remove": {},
    }  # fmt: skip
    submit = {
        **common, "id": new_id(at), "type": "submit", "base": 1, "after": create_id, "n": 2,
        "set": {}, "was": {}, "add": {}, "remove": {},
    }  # fmt: skip
    with writing() as session:
        actor = _actor(session, account_id, at)
        results = activity_operations.apply_batch(
            session, actor, at, [parse_operation(create), parse_operation(submit)]
        )
    for result in results:
        assert result.outcome.name == "applied", (happening.kind, result)
    return activity_id


def _upload(door: Receiver, account_id: str, at: datetime, photo: bytes) -> None:
    creation = tus.Creation(_hash(photo), len(photo), "image/jpeg", "anh.jpg", None)
    present = door.open(at, account_id, creation)
    chunk = tus.Chunk(offset=0, size=len(photo), checksum=None)
    door.append(at, account_id, present, chunk, io.BytesIO(photo))


def _decide(reviewer_id: str, happening: Happening, activity_id: str) -> None:
    assert happening.verdict is not None
    later = min(happening.at + timedelta(hours=15), clock.now())
    with writing() as session:
        actor = _actor(session, reviewer_id, later)
        row = activity_queries.get(session, activity_id)
        assert row is not None
        remarks = [RETURN_REMARK] if happening.verdict == "return" else []
        reviews.decide(
            session, actor, later, activity_id, happening.verdict, row.version, row.digest,
            remarks,
        )  # fmt: skip


def _actor(session: Session, account_id: str, now: datetime) -> Actor:
    found = account_queries.account(session, account_id)
    return account_queries.actor_of(session, found, now)


def _element(photo: bytes, at: datetime) -> dict[str, Any]:
    return {
        "sha256": _hash(photo), "size": len(photo), "media_type": "image/jpeg",
        "width": demo_photos.WIDTH_PX, "height": demo_photos.HEIGHT_PX,
        "captured": at.isoformat(), "source": "camera",
    }  # fmt: skip


def _hash(photo: bytes) -> str:
    return hashlib.sha256(photo).hexdigest()


def _stamp(happening: Happening) -> str:
    local = happening.at.astimezone(clock.VIETNAM)
    return f"{local:%d/%m/%Y %H:%M} · Loa"


def _names(seed: int) -> Iterator[str]:
    """Invented names, each once."""
    for at, given in enumerate(MIDDLE_AND_GIVEN):
        yield f"{SURNAMES[(at * 3 + seed) % len(SURNAMES)]} {given}"


def _keep(path: Path, details: dict[str, Any]) -> None:
    """Readable by the owner only: it holds passwords, be they of a demo."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(details, file, ensure_ascii=False, indent=1)


def _print(details: dict[str, Any], settings: Settings, now: datetime) -> None:
    with reading() as session:
        reporter = account_queries.account(session, details["reporter"]).name
    with writing() as session:
        code, _ = device_operations.issue_enrolment(session, SYSTEM, now, details["reporter"])
    link = f"{settings.public_url}/#noi-may={code}"
    click.echo(f"\nLoa            {settings.public_url}/")
    click.echo(f"Bàn làm việc   {settings.public_url}/console")
    for username, password in details["sign_in"].items():
        click.echo(f"  đăng nhập    {username}  mật khẩu  {password}")
    click.echo(f"\nNối một điện thoại cho {reporter}, {details['commune']}")
    click.echo(f"(dùng một lần, trong 24 giờ):\n  {link}\n")
    click.echo(terminal_qr(link))
