"""Names and numbers of readers open only with our key and in their own row."""

from __future__ import annotations

import pytest

from server.scans.enciphering import UnreadableError, decipher, encipher

VALUES = {"name": "Lò Thị Mẩy", "phone": "0912345678"}


def test_what_went_in_comes_out() -> None:
    assert decipher("k" * 48, "row", encipher("k" * 48, "row", VALUES)) == VALUES


def test_nothing_of_it_can_be_read() -> None:
    text = encipher("k" * 48, "row", VALUES)
    assert "0912345678" not in text
    assert text != encipher("k" * 48, "row", VALUES)


@pytest.mark.parametrize(("key", "context"), [("l" * 48, "row"), ("k" * 48, "another")])
def test_another_key_or_row_opens_nothing(key: str, context: str) -> None:
    with pytest.raises(UnreadableError):
        decipher(key, context, encipher("k" * 48, "row", VALUES))


@pytest.mark.parametrize("text", ["", "no base64", "AAAA"])
def test_damage_is_told(text: str) -> None:
    with pytest.raises(UnreadableError):
        decipher("k" * 48, "row", text)
