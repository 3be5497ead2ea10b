"""A collaborator's phone in the hand of a test: a browser profile that outlives its browser."""

from __future__ import annotations

import contextlib
import io
import os
import signal
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Error, Page, Playwright

from tests.journeys.browsers import ARGUMENTS, CHROMIUM, PHONE


def photo(folder: Path, number: int) -> Path:
    """A JPEG as from a camera, different for each number."""
    picture = Image.new("RGB", (2400, 1800), (40 * number % 255, 120, 160))
    pen = ImageDraw.Draw(picture)
    for at in range(60):
        x = (number * 97 + at * 131) % 2300
        pen.rectangle((x, at * 28, x + 90, at * 28 + 20), fill=(200, at * 4, number * 50 % 255))
    path = folder / f"anh-{number}.jpg"
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=90)
    path.write_bytes(data.getvalue())
    return path


class Phone:
    """One profile on the disk. `open` starts a browser on it, `kill` ends it without a farewell."""

    def __init__(self, playwright: Playwright, profile: Path, **settings: Any) -> None:
        self._playwright = playwright
        self._profile = profile
        self._settings = {**PHONE, **settings}
        self.context: BrowserContext | None = None
        self.errors: list[str] = []

    def open(self) -> Page:
        for lock in self._profile.glob("Singleton*"):
            lock.unlink(missing_ok=True)  # of a browser that was killed
        self.context = self._playwright.chromium.launch_persistent_context(
            str(self._profile), executable_path=CHROMIUM, args=ARGUMENTS, **self._settings
        )
        page = self.context.pages[0] if self.context.pages else self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def offline(self, is_offline: bool) -> None:
        assert self.context is not None
        self.context.set_offline(is_offline)

    def kill(self) -> None:
        """SIGKILL to every process of this profile: no unload, no flush."""
        assert self.context is not None
        for pid in _processes_of(self._profile):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(Error):  # the browser is dead: closing has nobody to talk to
            self.context.close()
        self.context = None

    def close(self) -> None:
        if self.context is not None:
            self.context.close()


def _processes_of(profile: Path) -> list[int]:
    """The browser process that was started with this profile."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"--user-data-dir={profile}".encode() in command:
            found.append(int(entry.name))
    assert found, "no browser runs on this profile"
    return found
