"""Files of leaflets: what may be one, told by its bytes and never by its name; how it is served.

A file lies on the shelf `leaflet` under its SHA-256 and never changes. Not here: which version it
belongs to (`operations`).
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace

from tinytag import TinyTag, TinyTagException
from werkzeug.wrappers import Request, Response

from server import problems
from server.files.store import Store
from server.problems import ProblemError

SHELF = "leaflet"
PDF_BYTES_MAX = 10 * 1024 * 1024
AUDIO_BYTES_MAX = 3 * 1024 * 1024
#: How much of a PDF is looked through for its end.
_TAIL_BYTES = 2048

#: What stored files are called at their address, by media type.
ENDINGS = {"application/pdf": "pdf", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/mp4": "m4a"}
MEDIA_TYPES = {ending: media_type for media_type, ending in ENDINGS.items()}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies on the shelf. `seconds` of sound, None where the file does not tell."""

    sha256: str
    media_type: str
    size: int
    seconds: int | None = None


def file_key(sha256: str) -> str:
    """Where a file lies in the store."""
    return f"{SHELF}/{sha256}"


def keep_pdf(store: Store, content: bytes) -> StoredFile:
    """Put a PDF on the shelf. Raises `leaflet-file-refused` for what is none."""
    if not content.startswith(b"%PDF-1.") and not content.startswith(b"%PDF-2."):
        raise ProblemError(problems.LEAFLET_FILE_REFUSED, wanted="pdf")
    if b"%%EOF" not in content[-_TAIL_BYTES:]:
        raise ProblemError(problems.LEAFLET_FILE_REFUSED, wanted="pdf", reason="cut")
    return _keep(store, content, "application/pdf")


def keep_audio(store: Store, content: bytes) -> StoredFile:
    """Put an MP3, Ogg or M4A on the shelf. Raises `leaflet-file-refused` for anything else."""
    media_type = audio_type(content)
    if media_type is None:
        raise ProblemError(problems.LEAFLET_FILE_REFUSED, wanted="mp3, ogg, m4a")
    return replace(_keep(store, content, media_type), seconds=seconds_of(content))


def seconds_of(content: bytes) -> int | None:
    """How long a sound lasts, at least a second; None where that can't be read."""
    try:
        seconds = TinyTag.get(file_obj=io.BytesIO(content), tags=False).duration
    except TinyTagException:
        return None  # players may know better, and nobody is refused for it
    return max(1, round(seconds)) if seconds else None


def audio_type(content: bytes) -> str | None:
    """The media type that the first bytes show."""
    if content.startswith(b"OggS"):
        return "audio/ogg"
    if content[4:8] == b"ftyp" and content[8:12] in (b"M4A ", b"M4B ", b"mp42", b"isom", b"dash"):
        return "audio/mp4"
    # an ID3 tag, or eleven set bits and a layer that is not reserved
    is_frame = len(content) > 2 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2
    return "audio/mpeg" if content.startswith(b"ID3") or is_frame else None


def answer(store: Store, sha256: str, media_type: str, request: Request) -> Response:
    """The file as browsers may have it; players ask for ranges. Raises `MissingObjectError`."""
    file = store.open(file_key(sha256))
    size = file.seek(0, 2)
    file.seek(0)
    response = Response(file, content_type=media_type, direct_passthrough=True)
    response.content_length = size
    # its name is its hash, so it is the same for ever; whatever it is, it runs nothing of ours
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
    )
    response.set_etag(sha256[:20])
    return response.make_conditional(request, accept_ranges=True, complete_length=size)


def _keep(store: Store, content: bytes, media_type: str) -> StoredFile:
    sha256 = hashlib.sha256(content).hexdigest()
    store.put(file_key(sha256), content)
    return StoredFile(sha256, media_type, len(content))
