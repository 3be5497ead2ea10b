"""The decoder's child process: reads photos on stdin, writes what it saw on stdout.

It holds no secret, opens no file and may use little memory and time: a photo that breaks it
breaks nothing else. A message is a length (4 bytes, big-endian) and so many bytes; an answer is
a JSON object, a thumbnail and a screen, each as one message. Not here: Flask, the database.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
from typing import BinaryIO

from server.evidence.limits import (
    DECODER_CPU_MAX_S,
    DECODER_MEMORY_MAX_BYTES,
    PHOTO_SIZE_MAX_BYTES,
)
from server.evidence.pictures import RefusedPictureError, examine

LENGTH = struct.Struct(">I")


def main() -> None:
    """Serve until stdin ends, which it does when the parent dies."""
    resource.setrlimit(resource.RLIMIT_AS, (DECODER_MEMORY_MAX_BYTES, DECODER_MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that a library prints may look like an answer
    while (content := read_message(source, PHOTO_SIZE_MAX_BYTES)) is not None:
        _limit_time()
        facts, thumb, screen = _look(content)
        for message in (json.dumps(facts).encode(), thumb, screen):
            write_message(sink, message)
        sink.flush()


def _look(content: bytes) -> tuple[dict[str, object], bytes, bytes]:
    try:
        picture = examine(content)
    except RefusedPictureError as refused:
        return {"refused": refused.reason}, b"", b""
    except MemoryError:
        return {"refused": "costly"}, b"", b""
    except Exception as error:  # F9: catch everything, name the class only
        return {"refused": "damaged", "error": type(error).__name__}, b"", b""
    facts = {
        name: getattr(picture, name)
        for name in ("media_type", "width", "height", "orientation", "placeholder", "phash")
    }
    return facts, picture.thumb, picture.screen


def _limit_time() -> None:
    """Let this photo use so much processor time; the system ends the process beyond."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + DECODER_CPU_MAX_S
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


def read_message(source: BinaryIO, size_max: int) -> bytes | None:
    """The next message; None when the other side has gone."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    if size > size_max:
        return None
    body = source.read(size)
    return body if len(body) == size else None


def write_message(sink: BinaryIO, body: bytes) -> None:
    sink.write(LENGTH.pack(len(body)))
    sink.write(body)


if __name__ == "__main__":
    main()
