from __future__ import annotations

from dataclasses import replace

from sync.record import Record
from tests.sync.vectors import SCOPE, id_of

RECORD = Record(id_of(99), SCOPE, "broadcast", 1, "an", "draft", 4, {"title": "a"}, {})


def test_the_digest_is_of_the_content() -> None:
    assert replace(RECORD, status="approved", version=9, author="binh").digest == RECORD.digest
    assert replace(RECORD, fields={"title": "b"}).digest != RECORD.digest
    photo = {"evidence": {"f": {"sha256": "f"}}}
    assert replace(RECORD, sets=photo).digest != RECORD.digest
