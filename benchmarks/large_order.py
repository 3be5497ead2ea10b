"""Every commune's labels in one order: from the Excel list to the last byte, beside other requests.

    python -m benchmarks.large_order [--forms labels labels_once]

A planner of the nation sends the list of all communes, and prints the batch of 20 mm codes from a
server with one worker, while somebody opens the public page of contributions again and again. The
floor is that page alone, before.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import threading
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import xlsxwriter

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.places import queries as places
from server.settings import from_environment
from tests.factories.leaflets import CONTENTS
from tests.support.serving import Server

WHO = {"username": "kehoach", "password": "mot-mat-khau-dai-2026"}
OCTETS = "application/octet-stream"
PAUSE_S = 0.2


class Desk:
    """The console of somebody who has signed in."""

    def __init__(self, server: Server) -> None:
        self._url = f"{server.url}/api/v1/"
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener, self._token = urllib.request.build_opener(jar), ""
        self._token = self.ask("POST", "session", WHO)["csrf_token"]

    def open(self, method: str, path: str, body: Any) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {
            "Content-Type": OCTETS if isinstance(body, bytes) else "application/json",
            "X-CSRF-Token": self._token,
        }
        request = urllib.request.Request(self._url + path, content, headers, method=method)
        return self._opener.open(request, timeout=900)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self.open(method, path, {} if body is None else body).read())


def main() -> None:
    """Print a line for the list and one for each form."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", nargs="+", default=["labels", "labels_once"])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.loa("init")
        server.add_account("planner", "vn", "Trần Thị Bưởi", **WHO)
        content = sheet(codes_of(server))
        with server.running("--workers", "1"):
            desk = Desk(server)
            version = publish(desk)
            began = time.perf_counter()
            made = desk.ask("POST", f"print-runs/import?version={version}", content)
            spent = round(time.perf_counter() - began, 1)
            print(json.dumps({"runs": len(made["items"]), "import_s": spent}), flush=True)
            with others(server) as alone:
                time.sleep(5)
            print(json.dumps({"page_alone": shown(alone)}), flush=True)
            for form in arguments.forms:
                order = {"batch": made["batch"], "form": form, "size_mm": 20}
                print(json.dumps({"form": form, **measure(server, desk, order)}), flush=True)


def measure(server: Server, desk: Desk, order: dict[str, Any]) -> dict[str, Any]:
    """Seconds until the first byte and the last, size, and what the page takes meanwhile."""
    with others(server) as waited:
        began = time.perf_counter()
        answer = desk.open("POST", "print-runs/sheets", order)
        first = answer.read(1)
        until_first = time.perf_counter() - began
        content = first + answer.read()
        spent = time.perf_counter() - began
    pdfs = 1
    if answer.headers["Content-Type"] == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            pdfs = len(archive.namelist())
    return {
        "until_first_s": round(until_first, 1), "seconds": round(spent, 1), "pdfs": pdfs,
        "mb": round(len(content) / 1e6, 1), "worker_peak_mb": peak_mb(server),
        "page_beside": shown(waited),
    }  # fmt: skip


def publish(desk: Desk) -> str:
    """A published version; its id."""
    made = desk.ask("POST", "leaflets", {
        "title_id": "voluntary_si", "title": "Những điều cần biết về BHXH tự nguyện",
        "topics": ["bhxh_tu_nguyen"], "source": "self_made"})  # fmt: skip
    version: str = made["versions"][0]["id"]
    words = {"law_date": "2026-07-01", "languages": ["vi"], "contents": CONTENTS}
    desk.ask("PUT", f"leaflet-versions/{version}", words)
    desk.ask("POST", f"leaflet-versions/{version}/publication")
    return version


def codes_of(server: Server) -> list[str]:
    """The codes of today's communes."""
    from server.app import create_app
    from server.http.transaction import reading

    app = create_app(from_environment(server.environment))
    with app.app_context(), reading() as session:
        return [one.code for one in places.units_of_level(session, "commune", date.today())]  # noqa: DTZ011


def sheet(codes: list[str]) -> bytes:
    """The list as planners send it."""
    content, begin = io.BytesIO(), date.today()  # noqa: DTZ011
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    page = book.add_worksheet()
    heads = ["Xã, phường, đặc khu (tên hoặc mã)", "Số bản in", "Nơi phát", "Từ ngày", "Đến ngày"]
    page.write_row(0, 0, heads)
    period = [f"{day:%d/%m/%Y}" for day in (begin, begin + timedelta(days=90))]
    for row, code in enumerate(codes, 1):
        page.write_row(row, 0, [code, 500, "Nhà văn hóa xã", *period])
    book.close()
    return content.getvalue()


@contextmanager
def others(server: Server) -> Iterator[list[float]]:
    """Somebody opens the public page meanwhile; seconds of each time."""
    waited: list[float] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(PAUSE_S):
            began = time.perf_counter()
            urllib.request.urlopen(f"{server.url}/minh-hoa", timeout=60).read()
            waited.append(time.perf_counter() - began)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield waited
    finally:
        done.set()
        looking.join()


def shown(waited: list[float]) -> dict[str, int]:
    """Median and p99 in milliseconds."""
    ordered = sorted(waited)
    return {"p50_ms": round(1000 * ordered[len(ordered) // 2]),
            "p99_ms": round(1000 * ordered[int(len(ordered) * 0.99)])}  # fmt: skip


def peak_mb(server: Server) -> int:
    """The most that any process of the server's ever held; Typst's own are gone by then."""
    peaks = [0]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            if f"LOA_DATA_DIR={server.folder}".encode() in environment:
                lines = (process / "status").read_text().splitlines()
                peaks += [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
        except OSError:
            continue  # it has ended
    return max(peaks) // 1024


if __name__ == "__main__":
    main()
