"""Headers of every answer: what a browser may load, embed and tell others.

The pages load scripts and styles from this server only, none inline; the hashes of inline
`<style>` blocks that the build put into the pages are the one exception, read from the built
files. WebAssembly may be compiled, for the reader of QR codes, which is a file of ours; that lets
no text become script. Not here: caching of files (`http.pages`) and of photos (`evidence`), which
come first.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path

from flask import Flask, Response, current_app, request

from server import problems
from server.http.pages import DIST
from server.problems import ProblemError
from server.settings import Settings

SERVICE_WORKER_PATH = "/sw.js"

_STYLE = re.compile(rb"<style[^>]*>(.*?)</style>", re.DOTALL)

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    # same-origin answers need no address; a scan page must not tell the next site where from
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(),"
    " usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def install(app: Flask) -> None:
    """Put the headers on every answer of `app`, and refuse stray service workers."""
    app.before_request(_refuse_other_workers)
    app.after_request(_add_headers)


def content_security_policy(style_hashes: tuple[str, ...]) -> str:
    """The policy of pages, with the inline styles of these hashes."""
    styles = " ".join(("'self'", *(f"'sha256-{one}'" for one in style_hashes)))
    return (
        f"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src {styles}; "
        "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; "
        "worker-src 'self'; manifest-src 'self'; object-src 'none'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


def style_hashes(folder: Path) -> tuple[str, ...]:
    """SHA-256 in base64 of each inline style block of the pages in `folder`."""
    found: dict[str, None] = {}
    for page in sorted(folder.glob("*.html")):
        for block in _STYLE.findall(page.read_bytes()):
            found[base64.b64encode(hashlib.sha256(block).digest()).decode()] = None
    return tuple(found)


def _refuse_other_workers() -> None:
    """An upload served as a script could be registered as the worker of the whole site (F13)."""
    if request.headers.get("Service-Worker") == "script" and request.path != SERVICE_WORKER_PATH:
        raise ProblemError(problems.FORBIDDEN)


def _add_headers(response: Response) -> Response:
    for name, value in _FIXED.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy())
    settings: Settings = current_app.extensions["loa_settings"]
    if settings.is_https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


@functools.cache
def _policy() -> str:
    return content_security_policy(style_hashes(DIST))
