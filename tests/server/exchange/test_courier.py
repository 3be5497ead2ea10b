"""Taking in a parcel: as whose, and what is left undone (the rest through HTTP, beside)."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.activities.models import OperationLog
from server.devices.models import Device
from server.evidence.routes import receiver
from server.exchange.courier import Received, receive
from server.exchange.sealed import SealedFile
from server.problems import ProblemError
from tests.factories.accounts import make_account, make_device
from tests.factories.activities import wire
from tests.factories.courier import CURVE, make_parcel, point_of, seal

KEY = ec.generate_private_key(CURVE)


def test_it_counts_as_the_phones_own_word_on_no_more_than_it_brings(
    app: Flask, session: Session, now: datetime
) -> None:
    device, token = make_device(session, now, make_account(session, now))
    parcel = make_parcel(token, device.id, [wire("create", n=3)], epoch=2)
    for _ in range(2):
        assert receive(now, _file(parcel), receiver()) == Received(1, 0)
    session.rollback()
    logged = session.scalars(select(OperationLog)).one()
    assert (logged.device_id, logged.epoch, logged.n) == (device.id, 2, 3)
    kept = session.get_one(Device, device.id, populate_existing=True)
    assert (kept.epoch, kept.last_n) == (0, 0), "it tells of itself by itself"


@pytest.mark.parametrize(("sha256", "size"), [("A" * 64, 0), ("e" * 63, 0), ("", 0)])
def test_a_photo_without_a_name_or_bytes(
    app: Flask, session: Session, now: datetime, sha256: str, size: int
) -> None:
    device, token = make_device(session, now, make_account(session, now))
    parcel = make_parcel(token, device.id, [wire()], [(sha256, size)])
    with pytest.raises(ProblemError) as caught:
        receive(now, _file(parcel), receiver())
    assert caught.value.problem.slug == "courier-unreadable"
    assert session.scalars(select(OperationLog)).all() == []


def _file(parcel: dict[str, object]) -> SealedFile:
    content = seal(parcel, [], point_of(KEY))
    return SealedFile(io.BytesIO(content), len(content), KEY)
