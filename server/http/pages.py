"""The built PWA: the field app at `/`, the console at `/console`, their files beside.

No session and no `Vary: Cookie` here: a page in the phone's cache that varies is never found
again (F17). Files under `/assets/` bear a hash of their content and never change.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory
from werkzeug.exceptions import NotFound

DIST = Path(__file__).parents[2] / "pwa" / "dist"

_pages = Blueprint("pages", __name__)


def install(app: Flask) -> None:
    """Serve the PWA from `app`."""
    app.register_blueprint(_pages)


@_pages.get("/")
def field_app() -> Response:
    return _file("index.html", "no-cache")


@_pages.get("/console")
@_pages.get("/console/")
def console() -> Response:
    return _file("console.html", "no-cache")


@_pages.get("/assets/<path:name>")
def asset(name: str) -> Response:
    return _file(f"assets/{name}", "public, max-age=31536000, immutable")


@_pages.get("/<any('sw.js', 'manifest.webmanifest', 'favicon.ico', 'robots.txt'):name>")
def root_file(name: str) -> Response:
    return _file(name, "no-cache")


@_pages.get("/icons/<path:name>")
def icon(name: str) -> Response:
    return _file(f"icons/{name}", "public, max-age=86400")


def _file(name: str, cache_control: str) -> Response:
    """One built file, brotli- or gzip-packed at build time where the caller takes it."""
    if name.endswith((".br", ".gz")):
        raise NotFound
    response = None
    for encoding, ending in (("br", ".br"), ("gzip", ".gz")):
        if request.accept_encodings[encoding] > 0 and (DIST / f"{name}{ending}").is_file():
            response = send_from_directory(DIST, f"{name}{ending}", mimetype=_media_type(name))
            response.headers["Content-Encoding"] = encoding
            response.headers["Vary"] = "Accept-Encoding"
            break
    if response is None:
        response = send_from_directory(DIST, name, mimetype=_media_type(name))
    response.headers["Cache-Control"] = cache_control
    return response


def _media_type(name: str) -> str | None:
    """Types that the machine's own table may not know; None leaves it to the table."""
    return {
        ".js": "text/javascript",
        ".webmanifest": "application/manifest+json",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
        ".svg": "image/svg+xml",
        ".ico": "image/x-icon",
    }.get(Path(name).suffix)
