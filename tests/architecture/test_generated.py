"""Generated files are what their source makes today."""

from __future__ import annotations

import pytest
from flask import Flask

from server.cli.generate import FILES, ROOT


@pytest.mark.parametrize("name", FILES)
def test_generated_file_is_fresh(name: str, app: Flask) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == FILES[name](app), "run `make generate`"
