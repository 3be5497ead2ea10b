"""The copy of a live SQLite file is one moment of it, whatever is written meanwhile."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from sqlalchemy import create_engine, text

from server.backups import sqlite_copy


def test_copies_under_a_writer_hold_whole_transactions(tmp_path: Path) -> None:
    path = tmp_path / "live.sqlite3"
    live = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    live.execute("PRAGMA journal_mode=WAL")
    live.execute("CREATE TABLE pair (one INTEGER, other INTEGER)")
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            live.execute("BEGIN IMMEDIATE")
            live.execute("DELETE FROM pair WHERE one < ?", (number - 500,))
            live.execute("INSERT INTO pair VALUES (?, 0)", (number,))
            live.execute("INSERT INTO pair VALUES (?, 1)", (number,))
            live.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    engine = create_engine(f"sqlite:///{path}")
    try:
        for number in range(10):
            folder = tmp_path / str(number)
            folder.mkdir()
            rows = sqlite_copy.copy_out(engine, folder)
            with sqlite_copy.opened(folder) as copy, copy.connect() as connection:
                halves = connection.execute(
                    text("SELECT count(*), sum(other) * 2 FROM pair")
                ).one()  # fmt: skip
            assert rows["pair"] == halves[0]
            assert halves[0] == (halves[1] or 0), "half a transaction was copied"
    finally:
        ended.set()
        writer.join()
        live.close()

    target = create_engine(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    sqlite_copy.copy_in(tmp_path / "9", target)
    with target.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pair")) == rows["pair"]
    target.dispose()
    engine.dispose()
