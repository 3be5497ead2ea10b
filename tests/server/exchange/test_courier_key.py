"""The key for sealed files: one for an installation, for good."""

from __future__ import annotations

import base64
import dataclasses
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.exchange import courier_key
from server.settings import Settings, from_environment


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return from_environment({"LOA_DATA_DIR": str(tmp_path / "one"), "LOA_SECRET_KEY": "k" * 48})


def test_the_key_stays_whatever_becomes_of_the_secret_key(settings: Settings) -> None:
    first = courier_key.load(settings)
    later = courier_key.load(dataclasses.replace(settings, secret_key="another" * 8))
    assert later.to_wire() == first.to_wire()
    assert len(base64.b64decode(first.to_wire()["public_key"])) == 65


def test_only_its_owner_reads_the_file(settings: Settings) -> None:
    courier_key.load(settings)
    path = settings.data_dir / courier_key.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in settings.data_dir.iterdir()] == [courier_key.NAME]


def test_machines_with_one_secret_key_have_one_key(settings: Settings, tmp_path: Path) -> None:
    other = tmp_path / "two"
    other.mkdir()
    beside = dataclasses.replace(settings, data_dir=other)
    stranger = dataclasses.replace(beside, data_dir=tmp_path, secret_key="s" * 48)
    assert courier_key.load(beside).id == courier_key.load(settings).id
    assert courier_key.load(stranger).id != courier_key.load(settings).id


def test_many_at_once_make_one_key(settings: Settings) -> None:
    different = [dataclasses.replace(settings, secret_key=f"{n}" * 48) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = {key.id for key in pool.map(courier_key.load, different)}
    assert len(found) == 1
