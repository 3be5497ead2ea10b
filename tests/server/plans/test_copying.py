"""Last year's plan as a beginning."""

from __future__ import annotations

from server.plans.copying import for_year
from server.plans.document import normalise, read_yaml
from server.plans.operations import FIRST_ANNEX
from tests.factories.plans import small_annex


def test_a_copy_says_that_it_is_one() -> None:
    body = normalise(read_yaml(FIRST_ANNEX.read_text(encoding="utf-8")))
    copied = for_year(body, 2026)
    plan = copied["plan"]
    assert plan["id"] == "bhxh-vn-2026-annex-ii"
    assert plan["title"] == (
        "HÌNH THỨC TRUYỀN THÔNG NĂM 2026 (bản sao từ năm 2025, chờ phụ lục chính thức)"
    )
    assert (plan["valid_from"], plan["valid_to"]) == ("2026-01-01", "2026-12-31")
    assert copied["rows"][0]["name"].endswith("năm 2026")
    assert [row["code"] for row in copied["rows"]] == [row["code"] for row in body["rows"]]
    assert body["plan"]["year"] == 2025, "the source stays as it was"


def test_an_id_without_a_year_gets_one() -> None:
    document = small_annex()
    document["plan"]["id"] = "tinh-thu"
    assert for_year(normalise(document), 2027)["plan"]["id"] == "tinh-thu-2027"
