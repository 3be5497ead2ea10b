"""Generated files are those that the code makes; `make generate` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.app import create_app
from server.cli.generate import FILES, ROOT
from server.settings import from_environment


@pytest.mark.parametrize("name", FILES)
def test_a_generated_file_is_up_to_date(name: str, tmp_path: Path) -> None:
    app = create_app(from_environment({"LOA_DATA_DIR": str(tmp_path), "LOA_SECRET_KEY": "k" * 48}))
    written = (ROOT / name).read_text(encoding="utf-8")
    assert FILES[name](app) == written, f"{name} is not up to date: make generate"
