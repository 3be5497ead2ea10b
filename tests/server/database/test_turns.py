"""Writers take turns; nobody waits for ever."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from server.database import turns


def test_one_at_a_time_in_one_process_and_beside_another(tmp_path: Path) -> None:
    # two engines are as two processes: each has its own lock and its own open file
    engines = [create_engine(f"sqlite:///{tmp_path}/a.sqlite3") for _ in range(2)]
    inside: list[int] = []
    most: list[int] = []

    def write(number: int) -> None:
        for _ in range(30):
            with turns.turn(engines[number % 2]):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 180
    assert set(most) == {1}


def test_a_turn_within_a_turn(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/a.sqlite3")
    with turns.turn(engine), turns.turn(engine):
        pass
    with turns.turn(create_engine(f"sqlite:///{tmp_path}/a.sqlite3")):
        pass  # it was given back
    held = [os.readlink(each) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    assert not [name for name in held if name.startswith(str(tmp_path))], "the disk is let go of"


def test_who_waits_too_long_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "BUSY_TIMEOUT_MS", 1)
    one, other = (create_engine(f"sqlite:///{tmp_path}/a.sqlite3") for _ in range(2))
    with turns.turn(one), turns.turn(other):
        pass  # SQLite decides between them


def test_other_databases_need_none(tmp_path: Path) -> None:
    with turns.turn(create_engine("sqlite://")):
        assert not list(tmp_path.iterdir())
