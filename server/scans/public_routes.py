"""`/q/<code>`: the page behind a printed code, for everybody, on any phone, without a cookie.

A scan costs no statement here: the run is remembered for some seconds (`runs`), its page is made
once a day, and who looked is only noted (`recorder`). Wrong codes end at their check character. A
browser that fetches ahead is sent away, so that it asks again when a person looks. Nothing leads
elsewhere, not even to another spelling of the code: the page, its audio and its PDF are ours. Not
here: figures of scans (`routes`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import cast

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from markupsafe import escape
from prometheus_client import Counter
from sqlalchemy import select
from werkzeug.http import parse_etags

from server import clock
from server import short_codes as codes
from server.database.ids import new_id
from server.files.store import MissingObjectError, store_for
from server.http.compression import best_encoding
from server.http.credentials import current_credential
from server.http.transaction import glancing, writing
from server.leaflets import files
from server.leaflets import queries as leaflets
from server.leaflets.models import PrintRun
from server.places import queries as places
from server.problems import ProblemError
from server.scans import call_backs, page
from server.scans.classify import HEADERS, facts_of
from server.scans.operations import Sighting
from server.scans.page import Form, Notice, Packed
from server.scans.recorder import Recorder
from server.scans.runs import BusyError, KnownRun, RunFinder
from server.settings import Settings

log = structlog.get_logger(__name__)

blueprint = Blueprint("public_leaflets", __name__)

PAGES_MAX = 2_000
FORM_BYTES_MAX = 8 * 1024
CODE_LENGTH_MAX = 80
_TYPED = "\ue000"  # stands in a notice made once, where what was typed goes

_WITHOUT_A_RUN = Counter("loa_scans_without_a_run", "Codes that lead nowhere", ["why"])


class Desk:
    """What one process keeps for its readers."""

    def __init__(self, app: Flask) -> None:
        self.recorder = Recorder(app)
        self.finder = RunFinder(_read, _read_codes)
        self._pages: dict[object, Packed] = {}

    def kept(self, key: object, make: Callable[[], Packed]) -> Packed:
        """The page of `key`, made if it is not there."""
        found = self._pages.get(key)
        if found is None:
            if len(self._pages) >= PAGES_MAX:
                self._pages.clear()  # once a day at most, when all pages are made anew
            found = self._pages[key] = make()
        return found


def desk() -> Desk:
    """This application's."""
    return cast(Desk, current_app.extensions["loa_scans"])


@blueprint.record
def _prepare(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    app.extensions["loa_scans"] = Desk(app)


@blueprint.get("/q")
@blueprint.get("/Q")
@blueprint.get("/q/")
@blueprint.get("/Q/")
def type_code() -> Response:
    """A code typed by hand (`?ma=`), or the place to type one."""
    typed = request.args.get("ma", "")
    return show_leaflet(typed) if typed else _notice("mistyped", 200)


@blueprint.get("/q/<string:code>")
@blueprint.get("/Q/<string:code>")
def show_leaflet(code: str) -> Response:
    """The leaflet of a code, in any case and with hyphens or spaces, `?lang=` as asked."""
    found = _find(code)
    if isinstance(found, Response):
        return found
    sighting = _sighting(found)
    desk().recorder.note(sighting)
    if _is_ahead(sighting.facts):
        return headed(Response(status=503, headers={"Cache-Control": "no-store"}))
    if _is_withdrawn(found):
        return _notice("stopped")
    # reading the query costs a tenth of a scan, and hardly anybody asks for a language
    language = request.args.get("lang") if request.query_string else None
    return answer(_page(found, language))


@blueprint.get("/q/<path:rest>")
@blueprint.get("/Q/<path:rest>")
@blueprint.get("/q//<path:rest>")
@blueprint.get("/Q//<path:rest>")
def show_strays(rest: str) -> Response:
    """A code with slashes too many, as messengers and people write it; never sent elsewhere."""
    return show_leaflet(rest.strip("/"))


@blueprint.get("/q/<string:code>/goi-lai")
def show_leaflet_again(code: str) -> Response:
    """Where a reader comes who loads the answer to the form anew."""
    return show_leaflet(code)


@blueprint.post("/q/<string:code>/goi-lai")
def ask_for_call(code: str) -> Response:
    """The form: a page that says what is wrong, or that the office will call."""
    found = _find(code)
    if isinstance(found, Response):
        return found
    today = clock.today_in_vietnam(clock.now())
    values = _form_values()
    language = values.get("lang", "vi")
    if values.get("website"):
        return _notice("received", language=language)  # only programs fill in what nobody sees
    key, code = _settings().secret_key, found.run.code
    asked = call_backs.read_form(key, code, today, values)
    trouble: str | None = asked if isinstance(asked, str) else None
    if not isinstance(asked, str):
        trouble = _take(found, asked)
    if trouble is None:
        back = page.path_of(code)
        return _notice("received", language=language, back=back)
    form = _form(
        code, today, name=values.get("name", "")[:80], phone=values.get("phone", "")[:20],
        error=page.words_in(language)[trouble],
    )  # fmt: skip
    status = {"too_many": 429, "away": 503}.get(trouble, 422)
    made = page.leaflet_page(found, language, today, form)
    response = answer(made, status)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/q/<string:code>/pdf")
def show_pdf(code: str) -> Response:
    """The leaflet as printed."""
    found = _find(code)
    if isinstance(found, Response):
        return found
    return _file(found, found.run.version.pdf_sha256, "application/pdf")


@blueprint.get("/q/<string:code>/audio/<string:language>")
def play_audio(code: str, language: str) -> Response:
    """The leaflet read aloud."""
    found = _find(code)
    if isinstance(found, Response):
        return found
    audio = found.run.version.contents.get(language, {}).get("audio") or {}
    return _file(found, audio.get("sha256"), audio.get("media_type", "audio/mpeg"))


def _find(text: str) -> KnownRun | Response:
    """The run, or the page that says why there is none."""
    code = codes.normalise(text) if len(text) <= CODE_LENGTH_MAX else ""
    if not codes.is_valid(code):
        _WITHOUT_A_RUN.labels("mistyped").inc()
        return _notice("mistyped", typed=text[:CODE_LENGTH_MAX])
    try:
        found = desk().finder.find(code)
    except BusyError:
        _WITHOUT_A_RUN.labels("busy").inc()
        response = _notice("busy")
        response.headers["Retry-After"] = str(page.TRY_AGAIN_S)
        return response
    if found is None:
        _WITHOUT_A_RUN.labels("unknown").inc()
        return _notice("unknown", typed=codes.show(code))
    return found


def _read(code: str) -> KnownRun | None:
    with glancing() as session:
        run = leaflets.run_by_code(session, code)
        if run is None:
            return None
        place = places.unit(session, run.unit_id)
        return KnownRun(run, place.full_name if place else "")


def _read_codes(since: datetime | None) -> list[tuple[str, datetime]]:
    statement = select(PrintRun.code, PrintRun.created_at)
    if since is not None:
        statement = statement.where(PrintRun.created_at >= since)
    with glancing() as session:
        return [(row.code, row.created_at) for row in session.execute(statement)]


def _sighting(known: KnownRun) -> Sighting:
    now = clock.now()
    environ = request.environ
    headers = {name: environ[key] for name, key in _SENT if key in environ}
    facts = facts_of(
        environ["REQUEST_METHOD"], headers, secure=environ["wsgi.url_scheme"] == "https",
        staff=_staff(),
    )  # fmt: skip
    return Sighting(
        new_id(now), known.run.id, now, environ.get("REMOTE_ADDR", ""),
        headers.get("accept-language", "")[:200], facts,
    )  # fmt: skip


def _staff() -> str | None:
    """How one of us shows: by a sign-in, or by the app's own scanner (`?s=1`)."""
    environ = request.environ
    if environ.get("QUERY_STRING") and request.args.get("s") == "1":
        return "scanner"
    if "HTTP_AUTHORIZATION" not in environ and "HTTP_COOKIE" not in environ:
        return None
    try:
        credential = current_credential()
    except Exception:
        return None  # the database is away; the reader is not to hear of it
    if credential is None:
        return None
    return "phone" if credential.actor.device_id else "session"


def _is_ahead(facts: Mapping[str, object]) -> bool:
    purpose = str(facts.get("purpose", ""))
    return "prefetch" in purpose or "prerender" in purpose


def _is_withdrawn(known: KnownRun) -> bool:
    return known.run.status == "stopped" or known.run.version.status == "withdrawn"


def _page(known: KnownRun, language: str | None) -> Packed:
    run = known.run
    today = clock.today_in_vietnam(clock.now())
    language = language if language in run.version.contents else None
    # a published version never changes, so these say all that the page shows
    key = (run.code, run.version.id, run.version.title, language, today,
           run.period_from, run.period_to)  # fmt: skip
    return desk().kept(
        key, lambda: page.leaflet_page(known, language, today, _form(run.code, today))
    )


def _form(code: str, today: date, name: str = "", phone: str = "", error: str = "") -> Form:
    mark = call_backs.mark(_settings().secret_key, code, today)
    return Form(mark, call_backs.CONSENT, name, phone, error)


def _form_values() -> dict[str, str]:
    if (request.content_length or 0) > FORM_BYTES_MAX:
        return {}
    return {name: value.replace("\0", "") for name, value in request.form.items()}


def _take(known: KnownRun, asked: call_backs.Asked) -> str | None:
    """Write the request; a word for what is wrong, None when it is written."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return "form_old"
    key, now, run = _settings().secret_key, clock.now(), known.run
    try:
        with writing() as session:
            call_backs.admit(session, key, now, run.code, request.remote_addr or "", asked)
        with writing() as session:
            call_backs.ask(session, key, now, run, asked)
    except ProblemError:
        return "too_many"
    except Exception as error:
        log.error("call_back_not_written", exc_info=error)
        return "away"
    return None


def _notice(
    notice: Notice, status: int | None = None, *, language: str = "vi", typed: str = "",
    back: str | None = None,
) -> Response:  # fmt: skip
    made = desk().kept(
        (notice, language, back),
        lambda: page.notice_page(notice, language=language, typed=_TYPED, back=back),
    )
    body = made.plain.replace(_TYPED.encode(), str(escape(typed)).encode("utf-8", "replace"))
    response = Response(body, status or page.NOTICES[notice], content_type=_HTML)
    response.headers["Cache-Control"] = "no-store"
    return headed(response)


def answer(made: Packed, status: int = 200) -> Response:
    """A page as this browser takes it, or that it has it already."""
    # asked for again each time: only so is each opening seen, and a stopped leaflet stops
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{made.etag}"',
               "Vary": "Accept-Encoding", "Content-Language": made.language}  # fmt: skip
    headers |= _HEADERS
    asked = request.environ.get("HTTP_IF_NONE_MATCH")
    if asked and status == 200 and parse_etags(asked).contains_weak(made.etag):
        return Response(status=304, headers=headers)
    encoding = best_encoding(request.accept_encodings)
    body = {"br": made.br, "gzip": made.gzip, None: made.plain}[encoding]
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return Response(body, status, headers, content_type=_HTML)


def _file(known: KnownRun, sha256: str | None, media_type: str) -> Response:
    if _is_withdrawn(known):
        return _notice("stopped")
    if sha256 is not None:
        store = store_for(_settings().files_url)
        with contextlib.suppress(MissingObjectError):
            response = cast(Response, files.answer(store, sha256, media_type, request))
            # here its name is the code, which may show another leaflet tomorrow
            response.headers["Cache-Control"] = "private, no-cache"
            name = f"to-roi-{known.run.code}.{files.ENDINGS[media_type]}"
            response.headers["Content-Disposition"] = f'inline; filename="{name}"'
            return response
    return _notice("unknown")


def headed(response: Response) -> Response:
    """`response` with what holds for every public page."""
    response.headers.update(_HEADERS)
    return response


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["loa_settings"])


_HTML = "text/html; charset=utf-8"
_HEADERS = {
    "Content-Security-Policy": page.POLICY,
    "Referrer-Policy": "same-origin",  # else our own form would say `null`
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
#: Headers that the rules look at, by their WSGI names.
_SENT = [(name, f"HTTP_{name.upper().replace('-', '_')}") for name in HEADERS]
