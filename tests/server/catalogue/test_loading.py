"""A folder of YAML becomes kinds; a fault names its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.catalogue.loading import HERE, load_kinds
from server.catalogue.reader import CatalogueError

BROADCAST = (HERE / "kinds" / "loudspeaker_broadcast.yaml").read_text(encoding="utf-8")


def test_a_kind_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "loudspeaker_broadcast.yaml").write_text(BROADCAST, encoding="utf-8")
    assert list(load_kinds(tmp_path)) == ["loudspeaker_broadcast"]


def test_the_file_bears_the_kinds_name(tmp_path: Path) -> None:
    (tmp_path / "radio.yaml").write_text(BROADCAST, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"must be loudspeaker_broadcast\.yaml"):
        load_kinds(tmp_path)


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    (tmp_path / "radio.yaml").write_text("- 1", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"radio\.yaml: the file must be a mapping"):
        load_kinds(tmp_path)


def test_a_slip_is_told_with_file_and_place(tmp_path: Path) -> None:
    slip = BROADCAST.replace("technology\n", "Technology\n", 1)
    (tmp_path / "loudspeaker_broadcast.yaml").write_text(slip, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"loudspeaker_broadcast\.yaml: .*'Technology'"):
        load_kinds(tmp_path)
