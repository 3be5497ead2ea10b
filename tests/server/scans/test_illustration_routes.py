"""The page of contributions, as a phone asks for it, and the figures for programs."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.leaflets import typesetting
from server.scans import illustration_routes


def page(client: FlaskClient, address: str = "/minh-hoa") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    return answer.get_data(as_text=True)


def test_whoever_opens_it_sees_the_lowest_contribution(client: FlaskClient) -> None:
    text = page(client)
    assert "330.000" in text
    assert "264.000" in text  # what stays for somebody of no group
    assert "ước tính" in text


def test_a_calculation_is_an_address(client: FlaskClient) -> None:
    text = page(client, "/minh-hoa?muc=3.000.000&nhom=poor&nam=30&gioi=men")
    assert "660.000" in text
    assert "495.000" in text
    assert "khoảng 65 %" in text
    assert "1.950.000 đồng mỗi tháng" in text


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("muc=1000", "thấp nhất để đóng là 1.500.000"),
        ("muc=999999999999999", "cao nhất để đóng ước tính là 50.600.000"),
        ("muc=nhi%E1%BB%81u", "bằng chữ số"),
        ("muc=%D9%A1%D9%A2", "bằng chữ số"),
        ("nam=14", "từ 15 đến 60"),
        ("nam=x", "từ 15 đến 60"),
        ("nhom=%3Cscript%3E", "chọn một nhóm"),
        ("gioi=x", "chọn một nhóm"),
    ],
)
def test_a_slip_is_said_kindly(client: FlaskClient, query: str, word: str) -> None:
    text = page(client, f"/minh-hoa?{query}")
    assert word in text
    assert "<script>" not in text
    assert "105.300" in text or "113.850" in text  # the tables stay


def test_the_highest_income_is_the_laws_of_the_day(client: FlaskClient) -> None:
    before, after = "/minh-hoa?muc={}&ngay=2026-06-30", "/minh-hoa?muc={}&ngay=2026-07-01"
    assert "cao nhất để đóng là 46.800.000" in page(client, before.format("46.800.001"))
    assert "10.296.000" in page(client, before.format("46.800.000"))
    assert "11.132.000" in page(client, after.format("50.600.000"))


def test_several_months_at_once(client: FlaskClient) -> None:
    text = page(client, "/minh-hoa?muc=1.500.000&ngay=2026-11-20")
    assert "Đóng nhiều tháng một lần" in text
    for amount in ("792.000", "3.168.000", "5 năm", "Đủ tuổi nghỉ hưu mà còn thiếu", "0,31 %"):
        assert amount in text
    later = page(client, "/minh-hoa?muc=1.500.000&ngay=2027-01-01")
    assert "3.168.000" in later
    assert "5 năm <mark>" not in later
    assert "chưa có lãi suất đầu tư quỹ BHXH" in later
    assert "0.31 %" in page(client, "/minh-hoa?ngay=2026-11-20&lang=en")


def test_before_the_change_of_law(client: FlaskClient) -> None:
    text = page(client, "/minh-hoa?ngay=2026-06-30")
    assert "1.263.600" in text
    assert "30/06/2026" in text
    assert "chưa có số liệu" in page(client, "/minh-hoa?ngay=2020-01-01")
    assert "1.263.600" not in page(client, "/minh-hoa?ngay=2026-07-01")


def test_in_english(client: FlaskClient) -> None:
    assert "The State pays" in page(client, "/minh-hoa?lang=en")
    assert "Nhà nước" in page(client, "/minh-hoa?lang=xx")


def test_it_comes_in_one_trip(client: FlaskClient) -> None:
    answer = client.get("/minh-hoa", headers={"Accept-Encoding": "gzip"})
    heads = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers)
    assert len(answer.data) + heads < 14 * 1024
    assert b"1.500.000" in gzip.decompress(answer.data)


def test_on_paper(client: FlaskClient) -> None:
    assert "/minh-hoa.pdf?ngay=2026-06-30" in page(client, "/minh-hoa?ngay=2026-06-30")
    answer = client.get("/minh-hoa.pdf?ngay=2026-06-30")
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert client.get("/minh-hoa.pdf?ngay=2020-01-01").status_code == 404


def test_paper_that_cannot_be_made_is_a_kind_page(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    illustration_routes._sheet.cache_clear()
    (tmp_path / "sheets.typ").write_text("#panic()")
    monkeypatch.setattr(typesetting, "TEMPLATE", tmp_path / "sheets.typ")
    answer = client.get("/minh-hoa.pdf")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "bận" in answer.text
    monkeypatch.undo()
    assert client.get("/minh-hoa.pdf").mimetype == "application/pdf"


def test_for_programs(client: FlaskClient) -> None:
    body = client.get("/api/v1/rates?on=2026-06-30").get_json()
    tables = {table["id"]: table for table in body["tables"]}
    assert tables["household_hi"]["rows"][0]["amounts"] == [105_300, 1_263_600]
    assert tables["household_hi"]["estimated"] is False
    assert client.get("/api/v1/rates?on=2020-01-01").get_json()["tables"] == []
    assert client.get("/api/v1/rates?on=never").status_code == 422
