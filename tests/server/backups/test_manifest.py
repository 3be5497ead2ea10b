"""A manifest is read as it was written; a foreign one is refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from server.backups import manifest as manifests


def test_a_manifest_comes_back_and_promises_less_than_its_moment(
    tmp_path: Path, now: datetime
) -> None:
    written = manifests.Manifest(now, "life", "sqlite", "0005", {"activity": 3}, 2, 900)
    (tmp_path / manifests.NAME).write_text(written.to_json(), encoding="utf-8")
    assert manifests.read(tmp_path) == written
    assert now - written.durable_through == timedelta(seconds=60)
    foreign = {**json.loads(written.to_json()), "format": 9}
    (tmp_path / manifests.NAME).write_text(json.dumps(foreign), encoding="utf-8")
    with pytest.raises(ValueError, match="format 9"):
        manifests.read(tmp_path)
