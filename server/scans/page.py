"""The public page of a leaflet, and the kind pages for codes that lead nowhere: HTML out of values.

One trip over 2G: style and script stand in the page, no font, no picture, nothing from elsewhere.
All works without the script, which only offers the phone's own way of sharing. Everything that
people wrote is escaped; of marks only `**bold**` is known. The same page goes to everybody, so its
ETag tells of nobody. Not here: which page (`public_routes`), what the form does (`call_backs`).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import brotli
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from server import catalogue
from server.leaflets.law import is_outdated
from server.leaflets.queries import PublicRun, PublicVersion
from server.scans.figures import figures_block
from server.scans.runs import KnownRun

Notice = Literal["stopped", "unknown", "mistyped", "busy", "received"]
NOTICES: Mapping[Notice, int] = {
    "stopped": 410, "unknown": 404, "mistyped": 404, "busy": 503, "received": 200,
}  # fmt: skip
#: Seconds after which the page of a busy server tries again by itself.
TRY_AGAIN_S = 4

_HERE = Path(__file__).parent
_BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the form: `mark` proves that the page was ours, `error` says what is wrong."""

    mark: str = ""
    consent: str = ""
    name: str = ""
    phone: str = ""
    error: str = ""

    @property
    def open(self) -> bool:
        """Whether the reader should see it at once."""
        return bool(self.error)


@dataclass(frozen=True, slots=True)
class Packed:
    """A page's bytes, plain and packed; `etag` is of the plain ones."""

    plain: bytes
    br: bytes = field(repr=False)
    gzip: bytes = field(repr=False)
    etag: str
    language: str


def leaflet_page(known: KnownRun, language: str | None, today: date, form: Form) -> Packed:
    """The page of a run in `language`, or in the first that its leaflet has."""
    run, version = known.run, known.run.version
    languages = [one for one in version.languages if one in version.contents]
    shown = language if language in languages else next(iter(languages), "vi")
    content: Mapping[str, Any] = version.contents.get(shown, {})
    words = words_in(shown)
    found = (_block(block, today, shown) for block in content.get("blocks", ()))
    blocks = [block for block in found if block is not None]
    html = environment().get_template("leaflet.html").render(
        lang=shown, lang_shown=shown, words=words, style=STYLE, script=_SCRIPT,
        title=version.title, notes=_notes(run, today, words),
        blocks=blocks, call_after=_call_after(blocks), path=path_of(run.code),
        audio=_audio(content, words, shown), pdf=_pdf(version),
        others=[{"id": one, "name": _language_name(one)}
                for one in languages if one != shown],
        form=form, footer=f"{words['made_by']}: {known.place}. {words['privacy']}",
    )  # fmt: skip
    return packed(html, shown)


def notice_page(
    notice: Notice, *, language: str = "vi", typed: str = "", back: str | None = None
) -> Packed:
    """A kind page instead of a leaflet; `typed` stands in the field for another try."""
    words = words_in(language)
    html = environment().get_template("notice.html").render(
        lang=language, words=words, style=STYLE, heading=words[notice],
        text=words[f"{notice}_more"], ask=notice in ("mistyped", "unknown"), typed=typed,
        back=back, again_s=TRY_AGAIN_S if notice == "busy" else None,
    )  # fmt: skip
    return packed(html, language)


def words_in(language: str) -> Mapping[str, str]:
    """The page's own words; Vietnamese where the language has none."""
    words = _words()
    return words.get(language, words["vi"])


@cache
def _language_name(language: str) -> str:
    """As the catalogue calls it in Vietnamese; English by its own name, for its readers."""
    known = catalogue.kinds()["leaflet_handout"].fields["languages"].options
    names = {"en": "English"} | {one.id: one.label.vi for one in known if one.id != "en"}
    return names.get(language, language)


def path_of(code: str) -> str:
    """Where a run's page lies."""
    return f"/q/{code}"


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(
        (_HERE / "words.yaml").read_text(encoding="utf-8")
    )
    return found


@cache
def environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=StrictUndefined,
    )  # fmt: skip
    environment.filters["bold"] = _bold
    return environment


def _bold(text: str) -> Markup:
    # escaped first: what stands between the stars is text like all other
    return Markup(_BOLD.sub(r"<b>\1</b>", str(escape(text))))  # noqa: S704


def _notes(run: PublicRun, today: date, words: Mapping[str, str]) -> Sequence[str]:
    notes = []
    if is_outdated(run.version.law_date, today):
        notes.append(words["outdated"])
    if run.period_to < today:
        notes.append(words["ended"])
    if today < run.period_from:
        notes.append(f"{words['early']} {_day(run.period_from)}.")
    return notes


def _block(block: Mapping[str, Any], today: date, language: str) -> Mapping[str, Any] | None:
    if block["type"] == "figures":
        return figures_block(block["table"], today, language, words_in(language))
    return {"lead": None, **block} if block["type"] != "points" else _points(block)


def _call_after(blocks: Sequence[Mapping[str, Any]]) -> int:
    """After how many blocks the hotline stands: at the first pause, never below a bare heading."""
    for number, (block, following) in enumerate(pairwise([*blocks, {"type": "heading"}]), 1):
        if block["type"] != "heading" and following["type"] in ("heading", "figures"):
            return number
    return len(blocks)


def _points(block: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**block, "items": [{"lead": "", "text": "", **item} for item in block["items"]]}


def _audio(
    content: Mapping[str, Any], words: Mapping[str, str], language: str
) -> Mapping[str, str] | None:
    audio = content.get("audio")
    if not audio:
        return None
    said = [_language_name(language)]
    if audio.get("seconds"):
        minutes, seconds = divmod(round(audio["seconds"]), 60)
        parts = ([f"{minutes} {words['minutes']}"] if minutes else []) + (
            [f"{seconds} {words['seconds']}"] if seconds else []
        )
        said.append(" ".join(parts))
    if audio.get("bytes"):
        said.append(size_in_words(audio["bytes"]))
    return {"said": " · ".join(said)}


def _pdf(version: PublicVersion) -> str | None:
    return size_in_words(version.pdf_bytes or 0) if version.pdf_sha256 else None


def size_in_words(size: int) -> str:
    """`410 KB`, `1,3 MB`."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def packed(html: str, language: str) -> Packed:
    plain = html.encode()
    etag = hashlib.sha256(plain).hexdigest()[:20]
    best: bytes = brotli.compress(plain, quality=9)
    return Packed(plain, best, gzip.compress(plain, 9, mtime=0), etag, language)


def _source(name: str) -> Markup:
    # our own files, in a place where HTML knows no escaping
    text = (_HERE / "templates" / name).read_text(encoding="utf-8")
    assert "</" not in text
    return Markup("".join(text.splitlines()))  # noqa: S704


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


STYLE = _source("page.css")
_SCRIPT = _source("share.js")

#: What the page may load: itself, and the leaflet's audio.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_hash(STYLE)}'; "
    f"script-src 'sha256-{_hash(_SCRIPT)}'; "
    "media-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
