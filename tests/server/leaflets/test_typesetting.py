"""Typst runs beside us: what it refuses is told, and it leaves nothing behind."""

from __future__ import annotations

import subprocess

import pytest

from server.leaflets.typesetting import typeset


def test_data_that_make_no_sheet_are_told_of() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        typeset("no json")


def test_no_form_is_an_empty_page() -> None:
    assert typeset('{"form": "none", "name": "Không"}').startswith(b"%PDF-")
