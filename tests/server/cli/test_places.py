"""`loa places find`."""

from __future__ import annotations

import json

from click.testing import CliRunner
from flask import Flask

from server.cli.places import places


def test_look_alikes_are_both_listed(app: Flask) -> None:
    result = CliRunner().invoke(places, ["find", "cam giang, hai phong"], obj=app)
    assert result.exit_code == 0, result.output
    assert "Xã Cẩm Giang, Thành phố Hải Phòng" in result.output
    assert "Xã Cẩm Giàng, Thành phố Hải Phòng" in result.output


def test_a_name_of_before_is_shown_with_what_it_became(app: Flask) -> None:
    result = CliRunner().invoke(places, ["find", "truc bach", "--json"], obj=app)
    (found,) = json.loads(result.output)["items"]
    assert found["id"] == "c-00004-old"
    assert "Phường Ba Đình" in {each["full_name"] for each in found["successors"]}


def test_a_day_and_nothing(app: Flask) -> None:
    then = CliRunner().invoke(
        places, ["find", "ba dinh", "--level", "district", "--day", "2025-06-30"], obj=app
    )
    assert "Quận Ba Đình, Thành phố Hà Nội" in then.output
    nothing = CliRunner().invoke(places, ["find", "xyzzy"], obj=app)
    assert nothing.exit_code == 0
    assert "Không tìm thấy" in nothing.output
