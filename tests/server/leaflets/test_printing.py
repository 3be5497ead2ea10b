"""What comes out of the printer: every code is read, every letter stands there, text stays text."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdfium2 import raw

from server.leaflets import printing, qr
from server.leaflets.printing import SheetItem, SheetText, UnprintableError
from server.short_codes import RANDOM_BYTES, new_code, show
from tests.factories.leaflets import CONTENTS

TITLE = "Những điều cần biết về BHXH tự nguyện"
#: Every letter of Vietnamese with every tone, small and large.
VOWELS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"


def item(
    seed: int = 1, title: str = TITLE, blocks: Sequence[Mapping[str, Any]] = (), **more: Any
) -> SheetItem:
    code = new_code(random.Random(seed).randbytes(RANDOM_BYTES))
    values: dict[str, Any] = {
        "place": "Phường Ba Đình", "place_detail": "Chợ Ngọc Hà, sáng thứ bảy",
        "period_from": date(2026, 10, 1), "period_to": date(2026, 12, 31), "copies": 12_500,
    }  # fmt: skip
    values["texts"] = [SheetText("vi", blocks)]
    return SheetItem(
        code, qr.address_of("https://loa.vn", code), title, 4, date(2026, 7, 1),
        **{**values, **more},
    )  # fmt: skip


def pages(pdf: bytes, dpi: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]


def text_of(pdf: bytes) -> str:
    return " ".join(map(text_of_page, pypdfium2.PdfDocument(pdf)))


def text_of_page(page: pypdfium2.PdfPage) -> str:
    return " ".join(page.get_textpage().get_text_range().split())


def read(image: Image.Image) -> list[str]:
    # of QR codes alone: among thousands, other kinds are seen in what is none
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return [one.text for one in found]


@pytest.mark.parametrize("dpi", [150, 300])
def test_every_label_of_a_sheet_is_read(dpi: int) -> None:
    items = [item(seed) for seed in range(3)]
    found = [read(page) for page in pages(printing.sheets("labels", items, 20, "Q"), dpi)]
    assert printing.labels_a_page(20, 25) >= 40
    assert found == [[one.address] * printing.labels_a_page(20, 25) for one in items]


@pytest.mark.parametrize("dpi", [150, 300])
def test_labels_of_many_runs_share_a_sheet(dpi: int) -> None:
    a_page = printing.labels_a_page(20, 25)
    items = [item(seed, place=f"Xã {seed}") for seed in range(a_page + 3)]
    pdf = printing.sheets("labels_once", items, 20, "Q")
    found = [set(read(page)) for page in pages(pdf, dpi)]
    assert found == [{one.address for one in items[:a_page]},
                     {one.address for one in items[a_page:]}]  # fmt: skip
    assert f"Xã {a_page + 1}" in text_of(pdf), "a label says where it goes"


@pytest.mark.parametrize("dpi", [150, 300])
def test_every_card_is_read_and_says_what_it_is_for(dpi: int) -> None:
    items = [item(seed) for seed in range(11)]
    pdf = printing.sheets("code_cards", items, 20, "Q")
    found = [read(page) for page in pages(pdf, dpi)]
    assert [len(page) for page in found] == [8, 3]
    assert {one for page in found for one in page} == {one.address for one in items}
    text = text_of(pdf)
    for one in items:
        assert show(one.code) in text
    for words in (TITLE, "Chợ Ngọc Hà, sáng thứ bảy", "01/10/2026 – 31/12/2026", "12.500 tờ"):
        assert text.count(words) == 11


@pytest.mark.parametrize("form", ["a5", "poster", "poster_a3"])
@pytest.mark.parametrize("level", ["L", "H"])
def test_leaflet_and_poster_are_read(form: printing.Form, level: qr.Level) -> None:
    items = [item(seed, blocks=CONTENTS["vi"]["blocks"]) for seed in range(3)]
    pdf = printing.sheets(form, items, None, level)
    assert [read(page) for page in pages(pdf, 150)] == [[one.address] for one in items]
    assert text_of(pdf).count("1900 9068") == 3


def test_a_symbol_is_as_large_as_it_was_asked_for() -> None:
    """Measured on paper: from the first dark column to the last of one label."""
    (page,) = pages(printing.sheets("labels", [item()], 20, "Q"), 600)
    corners = zxingcpp.read_barcodes(page)[0].position
    width = corners.top_right.x - corners.top_left.x
    assert width / 600 * 25.4 == pytest.approx(20, abs=0.3)


def test_a_leaflet_has_its_words_and_figures_of_its_period() -> None:
    blocks = CONTENTS["vi"]["blocks"]
    after = text_of(printing.sheets("a5", [item(blocks=blocks)], None, "Q"))
    for words in (TITLE, "Đóng hằng tháng, nhận lương hưu", "Đủ 15 năm đóng và đủ tuổi",
                  "Mỗi tháng đóng bao nhiêu?", "Nguồn:"):  # fmt: skip
        assert words in after
    assert "**" not in after


def test_a_long_leaflet_goes_on_and_every_page_has_its_code() -> None:
    blocks = CONTENTS["vi"]["blocks"] * 6
    long, other = item(1, blocks=blocks), item(2, blocks=CONTENTS["vi"]["blocks"])
    found = [read(page) for page in pages(printing.sheets("a5", [long, other], None, "Q"), 150)]
    assert len(found) > 2
    assert found == [[long.address]] * (len(found) - 1) + [[other.address]]


def test_a_leaflet_of_two_languages_is_printed_in_both() -> None:
    vietnamese = SheetText("vi", CONTENTS["vi"]["blocks"])
    english = SheetText("en", [{"type": "paragraph", "text": "Pay a little each month."},
                               {"type": "figures", "table": "voluntary_si"}])  # fmt: skip
    pdf = printing.sheets("a5", [item(1, texts=[vietnamese, english]), item(2)], None, "Q")
    first, second, other = (text_of_page(page) for page in pypdfium2.PdfDocument(pdf))
    assert [read(page) for page in pages(pdf, 150)] == [[item(1).address]] * 2 + [[item(2).address]]
    assert "Quét mã để đọc" in first
    assert "Mỗi tháng đóng bao nhiêu?" in first
    for words in ("Pay a little", "Scan to read", "How much a month?", "Source:", "Version 4"):
        assert words in second
        assert words not in first + other


@pytest.mark.parametrize("form", printing.FORMS)
def test_all_of_vietnamese_is_in_our_own_font(form: printing.Form) -> None:
    letters = VOWELS + VOWELS.upper()
    blocks = [{"type": "paragraph", "text": f"{VOWELS} **{VOWELS.upper()}**"}]
    short = item(blocks=blocks, title="Ẵm bé đi tiêm, nhớ mang thẻ", place_detail="Chợ Ỷ La")
    pdf = printing.sheets(form, [short], None, "Q")
    document = pypdfium2.PdfDocument(pdf)
    fonts = {font for page in document for font in fonts_of(page)}
    assert fonts
    assert all("BeVietnamPro" in name and embedded for name, embedded in fonts)
    text = text_of(pdf)
    assert "Ẵm bé đi tiêm, nhớ mang thẻ" in text
    if form == "a5":
        assert set(letters) <= set(text)


def fonts_of(page: pypdfium2.PdfPage) -> set[tuple[str, bool]]:
    """Names of the fonts of a page's text, and whether they are embedded."""
    found = set()
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=15):
        font = raw.FPDFTextObj_GetFont(one)
        name = bytearray(200)
        length = raw.FPDFFont_GetBaseFontName(font, (raw.c_char * 200).from_buffer(name), 200)
        found.add((name[: length - 1].decode(), bool(raw.FPDFFont_GetIsEmbedded(font))))
    return found


HOSTILE = [
    '#read("/etc/passwd") $x^2$ *đậm* _nghiêng_ `mã`',
    '"); #panic("x") // <nhãn> @tham-chiếu \\ [ ] { }',
    "= Tiêu đề - mục + số / thuật ngữ: ~ --- ...",
    "</svg><script>alert(1)</script>&amp; {{ 7*7 }}",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_what_people_write_stays_text(words: str) -> None:
    blocks = [{"type": "heading", "text": words}, {"type": "paragraph", "text": words},
              {"type": "points", "items": [{"lead": words, "text": ""}]}]  # fmt: skip
    one = item(title=words, place=words, place_detail="", blocks=blocks)
    bare = words.replace(" ", "")
    for form in printing.FORMS:
        pdf = printing.sheets(form, [one], None, "Q")
        assert one.address in read(pages(pdf, 150)[0])
        if form == "a5":
            assert text_of(pdf).replace(" ", "").count(bare) >= 4


@pytest.mark.parametrize("form", printing.FORMS)
def test_the_longest_words_leave_the_code_alone(form: printing.Form) -> None:
    one = item(title="Nghiêng " * 25, place_detail="xa lắm " * 57)
    pdf = printing.sheets(form, [one], None, "Q")
    assert one.address in read(pages(pdf, 150)[0])


def test_the_same_runs_give_the_same_bytes() -> None:
    first, second = (printing.sheets("code_cards", [item()], None, "Q") for _ in range(2))
    assert first == second


def test_letters_that_the_font_lacks_are_refused() -> None:
    with pytest.raises(UnprintableError):
        printing.sheets("poster", [item(title="ꨌꩌ")], None, "Q")


def test_khmer_words_are_set_in_a_font_that_has_them() -> None:
    words = "ធានារ៉ាប់រងសង្គម"
    sheet = printing.sheets("a5", [item(blocks=[{"type": "paragraph", "text": words}])], None, "Q")
    assert b"NotoSansKhmer" in sheet
    assert b"NotoSansKhmer" not in printing.sheets("a5", [item()], None, "Q")
    assert "រងសង្គ" in text_of(sheet)


def test_pieces_hold_what_one_pdf_does_and_are_read_through_first() -> None:
    most = printing.PIECE_MAX["labels"]
    items = [item(seed) for seed in range(most + 1)]
    assert [len(piece) for piece in printing.pieces("labels", items)] == [most, 1]
    for bad in (item(title="ꨌꩌ"), item(blocks=[{"type": "paragraph", "text": "ꨌꩌ"}])):
        with pytest.raises(UnprintableError):
            printing.pieces("labels", [*items, bad])


def test_bold_is_the_only_mark() -> None:
    assert printing.rich("một **hai** ba\n*bốn*") == [
        [(False, "một "), (True, "hai"), (False, " ba")], [(False, "*bốn*")],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "size"), [("a5", (148, 210)), ("poster", (210, 297)), ("poster_a3", (297, 420))]
)
def test_the_sheet_is_a_pdf_of_the_right_size(
    form: printing.Form, size: tuple[float, float]
) -> None:
    sheet = pypdfium2.PdfDocument(io.BytesIO(printing.sheets(form, [item()], None, "Q")))
    assert len(sheet) == 1
    assert sheet[0].get_size() == pytest.approx([mm / 25.4 * 72 for mm in size], abs=0.5)


def test_the_rates_of_a_day_on_one_page() -> None:
    asked = (date(2026, 6, 30), date(2026, 11, 23), date(2027, 2, 1))
    days = [printing.rates_since(day) for day in asked]
    assert days == [date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)]
    before, after, later = (printing.rates_sheet(day) for day in days if day)
    assert [len(pages(pdf, 50)) for pdf in (before, after, later)] == [1, 1, 1]
    assert "5 năm" in text_of(after)
    assert "5 năm" not in text_of(later), "what the fund earned is not known yet"
    assert "1.263.600" in text_of(before)
    assert "1.366.200" in text_of(after)
    assert "1.263.600" not in text_of(after)
    assert "ước tính" in text_of(after)
    assert "Nghị định 159/2025/NĐ-CP" in text_of(after)
    assert printing.rates_since(date(2020, 1, 1)) is None
