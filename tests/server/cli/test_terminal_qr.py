"""The QR code in the terminal is a QR code."""

from __future__ import annotations

import qrcode

from server.cli.terminal_qr import terminal_qr

URL = "http://localhost:8000/#noi-may=7K3M-0000-1111-2222-3333-4444-5555"


def test_half_blocks_draw_the_code_light_on_dark() -> None:
    lines = terminal_qr(URL).split("\n")
    dark = []
    for line in lines:
        dark.append([letter in " ▄" for letter in line])
        dark.append([letter in " ▀" for letter in line])
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, border=2)
    code.add_data(URL)
    matrix = code.get_matrix()
    assert dark[: len(matrix)] == matrix
    assert len(lines[0]) <= 80
