"""Decoding a photo without trusting it: a child process with limits, started again when it dies.

One child a server process, one photo at a time, so that photos cannot take the machine from the
small syncs. Not here: what is looked at (`pictures`), where results are kept (`operations`).
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import structlog

from server.evidence.decoder_child import read_message, write_message
from server.evidence.limits import (
    DECODER_PHOTOS_MAX,
    DECODER_WALL_MAX_S,
    PHOTO_PIXELS_MAX,
    PHOTO_SIDE_MAX_PX,
)
from server.evidence.pictures import Picture

log = structlog.get_logger(__name__)

_ANSWER_MAX_BYTES = 16 * 1024 * 1024  # a screen is some 200 KB; the child is not trusted either

#: Why a file is no photo for us: code → what the phone and the reviewer read.
REASONS: Mapping[str, Mapping[str, str]] = {
    "format": {
        "vi": "Tệp không phải ảnh JPEG, PNG hoặc WebP. Anh/chị chụp lại hoặc chọn ảnh khác.",
        "en": "The file is not a JPEG, PNG or WebP photo. Take it again or choose another.",
    },
    "pixels": {
        "vi": f"Ảnh quá lớn: hơn {PHOTO_PIXELS_MAX // 1_000_000} triệu điểm ảnh. "
        "Anh/chị giảm cỡ ảnh rồi thêm lại.",
        "en": f"The photo has more than {PHOTO_PIXELS_MAX // 1_000_000} megapixels. "
        "Scale it down and add it again.",
    },
    "side": {
        "vi": f"Ảnh có cạnh dài hơn {PHOTO_SIDE_MAX_PX} điểm ảnh. Anh/chị cắt bớt rồi thêm lại.",
        "en": f"A side of the photo is longer than {PHOTO_SIDE_MAX_PX} pixels. "
        "Crop it and add it again.",
    },
    "damaged": {
        "vi": "Ảnh bị hỏng nên không mở được. Anh/chị chụp lại hoặc chọn ảnh khác.",
        "en": "The photo is damaged and cannot be opened. Take it again or choose another.",
    },
    "costly": {
        "vi": "Ảnh có cấu tạo khác thường nên không mở được. Anh/chị chụp lại hoặc chọn ảnh khác.",
        "en": "The photo is built in an unusual way and cannot be opened. Take it again or "
        "choose another.",
    },
}


class DecoderBusyError(Exception):
    """The machine had no time for this photo: nothing is known of it, try again later."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The file is no photo for us; `reason` is a key of `REASONS`."""

    reason: str


class Decoder:
    """A child process at work. Give it up with `close`."""

    def __init__(self, wall_max_s: float = DECODER_WALL_MAX_S) -> None:
        self._wall_max_s = wall_max_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._photos = 0

    def decode(self, content: bytes) -> Picture | Refused:
        """What `content` shows, or why it is refused. Raises `DecoderBusyError`."""
        with self._lock:
            for _ in range(2):
                answer = self._ask(content)
                if answer is not None:
                    return answer
            # Killed twice over one photo, by the memory's keeper or by a fault in a library.
            return Refused("costly")

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._stop()

    def _ask(self, content: bytes) -> Picture | Refused | None:
        """One try; None when the child died of something that may have been its own age."""
        child = self._running_child()
        late = threading.Event()

        def end_it() -> None:
            late.set()
            child.kill()

        alarm = threading.Timer(self._wall_max_s, end_it)
        alarm.start()
        try:
            sink, source = cast(BinaryIO, child.stdin), cast(BinaryIO, child.stdout)
            with contextlib.suppress(BrokenPipeError):
                write_message(sink, content)
                sink.flush()
            messages = [read_message(source, _ANSWER_MAX_BYTES) for _ in range(3)]
        finally:
            alarm.cancel()
        facts, thumb, screen = messages
        if facts is not None and thumb is not None and screen is not None:
            return _read_answer(json.loads(facts), thumb, screen)
        code = child.wait()
        self._stop()
        log.warning("decoder_died", code=code, late=late.is_set())
        if late.is_set():
            raise DecoderBusyError
        return Refused("costly") if code == -signal.SIGXCPU else None

    def _running_child(self) -> subprocess.Popen[bytes]:
        if self._photos >= DECODER_PHOTOS_MAX or (self._child and self._child.poll() is not None):
            self._stop()
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "server.evidence.decoder_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"PYTHONPATH": os.pathsep.join(sys.path)},  # no secret in its environment
                bufsize=-1,
            )
            self._photos = 0
        self._photos += 1
        return self._child

    def _stop(self) -> None:
        child, self._child, self._photos = self._child, None, 0
        if child is not None:
            child.kill()
            with contextlib.suppress(BrokenPipeError):
                child.communicate()


def _read_answer(facts: dict[str, Any], thumb: bytes, screen: bytes) -> Picture | Refused:
    if "refused" in facts:
        reason = facts["refused"]
        return Refused(reason if reason in REASONS else "damaged")
    return Picture(thumb=thumb, screen=screen, **facts)


_shared: tuple[int, Decoder] | None = None


def shared_decoder() -> Decoder:
    """This process's decoder. A worker forked from another starts its own."""
    global _shared
    if _shared is None or _shared[0] != os.getpid():
        _shared = (os.getpid(), Decoder())
        atexit.register(_shared[1].close)
    return _shared[1]
