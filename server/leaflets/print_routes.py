"""What is printed of runs, over HTTP: a code as a picture, sheets of paper as PDF.

Who reads the runs of a place may print them; nothing is written. A large order is answered by
several PDFs in a ZIP, each made when the one before is on its way: neither memory nor the wait for
the first byte grows with it. Not here: making runs (`run_routes`), how sheets look (`printing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response, current_app
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from server import catalogue, clock, problems
from server.http.actor import Actor
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.http.transaction import reading
from server.leaflets import policy, printing, qr, queries, runs
from server.leaflets.archives import zipped
from server.leaflets.contents import says_something
from server.leaflets.print_schemas import PictureArgumentsSchema, SheetsSchema
from server.leaflets.printing import Form, SheetItem, SheetText
from server.leaflets.queries import RunFilter, RunRow
from server.leaflets.typesetting import TypesettingError
from server.places import queries as places
from server.problems import ProblemError

blueprint = Blueprint(
    "prints", __name__, url_prefix="/api/v1", description="Codes and sheets to print"
)

PNG_DPI = 300
#: As many as are made at once, so that each batch can be printed.
RUNS_MAX = runs.RUNS_MAX
#: What is wrong with an order, in words for the one who gave it.
_REFUSALS: Mapping[str, tuple[str, str]] = {
    "too_many": ("In nhiều nhất {most} lần in một lúc. Hãy chia ra in nhiều lượt.",
                 "At most {most} runs are printed at once. Please divide the order."),
    "too_large": ("Trên mẫu này mã rộng nhất {most} mm. Hãy chọn cỡ nhỏ hơn.",
                  "On this form a code is at most {most} mm wide. Please choose a smaller size."),
    "no_words": ("Tờ này chưa có nội dung bằng thứ tiếng đã chọn nên không in thành tờ A5 được.",
                 "The leaflet has no words in this language, so there is no A5 sheet to print."),
    "letters": ("Tên tờ hoặc nơi phát có chữ mà phông in không có. Hãy viết bằng chữ Latinh.",
                "Title or place has letters that the font lacks. Please write them in Latin ones."),
    "language": ("Phông in không có chữ của bản tiếng {name_vi}. Hãy chọn in riêng thứ tiếng khác;"
                 " muốn in tiếng {name_vi} thì dàn trang bằng phần mềm khác, rồi gắn PDF vào tờ.",
                 "The font lacks letters of the words in {name_en}. Please print another language"
                 " by itself; for {name_en}, set the page elsewhere and attach its PDF."),
}  # fmt: skip
_READS = (problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.NOT_FOUND)


@blueprint.get("/print-runs/<string:run_id>/code.svg")
@blueprint.arguments(PictureArgumentsSchema, location="query")
@blueprint.response(200, content_type="image/svg+xml")
@documented(*_READS)
def show_code_svg(query: dict[str, Any], run_id: str) -> Response:
    """A run's code as a drawing; the symbol is `size_mm` wide, its quiet zone lies around it."""
    code, symbol = _symbol(run_id, query["level"])
    return _file(qr.svg(symbol, query["size_mm"]), "image/svg+xml", f"ma-{code}.svg")


@blueprint.get("/print-runs/<string:run_id>/code.png")
@blueprint.arguments(PictureArgumentsSchema, location="query")
@blueprint.response(200, content_type="image/png")
@documented(*_READS)
def show_code_png(query: dict[str, Any], run_id: str) -> Response:
    """A run's code as a picture of about 300 dots an inch, whole dots a module."""
    code, symbol = _symbol(run_id, query["level"])
    return _file(qr.png(symbol, query["size_mm"], PNG_DPI), "image/png", f"ma-{code}.png")


@blueprint.post("/print-runs/sheets")
@blueprint.arguments(SheetsSchema)
@blueprint.doc(responses={200: {"content": {"application/pdf": {}, "application/zip": {}}}})
@blueprint.response(200, content_type="application/pdf")
@documented(*_READS, problems.SHEETS_REFUSED, problems.PRINTING_FAILED)
def print_sheets(body: dict[str, Any]) -> Response:
    """Runs on paper: labels with cut marks, the A5 leaflet, a poster, or cards for communes.

    A PDF; for more runs than one holds a ZIP of PDFs, named by their runs' places in the order.
    """
    actor, form = current_actor(), body["form"]
    policy.ensure_reads(actor)
    _ensure_fits(form, body["size_mm"])
    with reading() as session:
        rows = _rows(session, actor, body)
        items = _items(session, rows, form, body["language"])
    # outside the transaction: setting a hundred pages takes its time
    try:
        pieces = printing.pieces(form, items)
        first = printing.sheets(form, pieces[0], body["size_mm"], body["level"])
    except printing.UnprintableError as error:
        raise _unprintable(error.language) from error
    except TypesettingError as error:
        raise ProblemError(problems.PRINTING_FAILED, reason=str(error)) from error
    if len(pieces) == 1:
        return _file(first, "application/pdf", f"{form}-{items[0].code}.pdf")
    files = _files(form, pieces, first, body["size_mm"], body["level"])
    return _file(zipped(files, clock.now()), "application/zip", f"{form}-{items[0].code}.zip")


def _files(
    form: Form, pieces: Sequence[Sequence[SheetItem]], first: bytes, size_mm: int | None,
    level: qr.Level,
) -> Iterator[tuple[str, bytes]]:  # fmt: skip
    """The PDF of each piece under its name; the first is made already."""
    start = 1
    for piece in pieces:
        content = first if start == 1 else printing.sheets(form, piece, size_mm, level)
        yield f"{form}-{start:04d}-{start + len(piece) - 1:04d}.pdf", content
        start += len(piece)


def _symbol(run_id: str, level: qr.Level) -> tuple[str, qr.Symbol]:
    actor = current_actor()
    policy.ensure_reads(actor)
    with reading() as session:
        row = queries.run(session, run_id)
        if row is None or not _may_read(actor, row):
            raise ProblemError(problems.NOT_FOUND)
        code = row.run.code
    return code, qr.symbol_of(_address(code), level)


def _rows(session: Session, actor: Actor, body: Mapping[str, Any]) -> list[RunRow]:
    """The runs asked for, all of them or a problem: in the order asked for, a batch as ordered."""
    if body["batch"] is not None:
        wanted = RunFilter(actor.area, clock.today_in_vietnam(clock.now()), batch_id=body["batch"])
        rows = queries.list_runs(session, wanted, None, RUNS_MAX + 1)
    else:
        ids = list(dict.fromkeys(body["runs"]))
        _ensure_few(len(ids))
        found = {row.run.id: row for row in queries.runs_of(session, ids) if _may_read(actor, row)}
        rows = [found[id] for id in ids if id in found]
        if len(rows) < len(ids):
            raise ProblemError(problems.NOT_FOUND)
    if not rows:
        raise ProblemError(problems.NOT_FOUND)
    _ensure_few(len(rows))
    return rows


def _may_read(actor: Actor, row: RunRow) -> bool:
    return policy.may_at(actor, "leaflet.read", row.run.province_code, row.run.commune_id)


def _ensure_few(amount: int) -> None:
    if amount > RUNS_MAX:
        raise _refusal("too_many", most=RUNS_MAX)


def _ensure_fits(form: Form, size_mm: int | None) -> None:
    most = printing.SIZES_MM[form][1]
    if size_mm is not None and size_mm > most:
        raise _refusal("too_large", most=most)


def _unprintable(language: str | None) -> ProblemError:
    """Letters that the font lacks: of which language, by its name, or of a title or a place."""
    if language is None:
        return _refusal("letters")
    known = catalogue.kinds()["leaflet_handout"].fields["languages"].options
    names = next(((one.label.vi, one.label.en) for one in known if one.id == language),
                 (language, language))  # fmt: skip
    return _refusal("language", name_vi=names[0], name_en=names[1])


def _refusal(reason: str, **extras: int | str) -> ProblemError:
    vi, en = (words.format(**extras) for words in _REFUSALS[reason])
    return ProblemError(problems.SHEETS_REFUSED, reason=reason, vi=vi, en=en, **extras)


def _items(
    session: Session, rows: Sequence[RunRow], form: Form, language: str | None
) -> list[SheetItem]:
    names = places.units(session, {row.run.unit_id for row in rows})
    return [
        SheetItem(
            code=run.code, address=_address(run.code), title=leaflet.title, version=printed.number,
            law_date=printed.law_date,
            place=names[run.unit_id].full_name if run.unit_id in names else "Cả nước",
            place_detail=run.place_detail, period_from=run.period_from, period_to=run.period_to,
            copies=run.copies,
            texts=_texts(printed.languages, printed.contents, language) if form == "a5" else (),
        )
        for run, printed, leaflet, _ in rows
    ]  # fmt: skip


def _texts(
    languages: Sequence[str], contents: Mapping[str, Any], language: str | None
) -> Sequence[SheetText]:
    """The words in each language that has any, or in one; none is refused: a bare title is no
    leaflet."""
    found = [
        SheetText(one, contents[one]["blocks"]) for one in languages
        if language in (None, one) and says_something(contents.get(one, {}))
    ]  # fmt: skip
    if not found:
        raise _refusal("no_words")
    return found


def _address(code: str) -> str:
    return qr.address_of(current_app.extensions["loa_settings"].public_url, code)


def _file(content: str | bytes | Iterator[bytes], media_type: str, name: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
