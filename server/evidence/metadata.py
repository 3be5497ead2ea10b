"""Taking place, maker and time out of a photo before it is served, pixels untouched.

The stored file stays as it came, since its name is its hash. What leaves the house has lost every
EXIF, XMP, IPTC and comment block and whatever hangs behind the picture's end; the way up and the
colour profile stay. A walk over segments only: nothing is decoded, so nothing is re-encoded.
Not here: finding out the orientation (the decoder does, in its own process).
"""

from __future__ import annotations

import re
import struct
import zlib

_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # ends entropy-coded data; not a restart
_STANDALONE = frozenset(range(0xD0, 0xD8)) | {0x01}
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_JFIF, _ICC, _ADOBE = (0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe")
_JPEG_KEPT = (_JFIF, _ICC, _ADOBE)

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
)
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"})
_WEBP_EXIF_FLAG, _WEBP_XMP_FLAG = 0x08, 0x04


class UnwalkableError(ValueError):
    """The file's segments do not add up; it must not be served as it is."""


def strip(media_type: str, content: bytes, orientation: int) -> bytes:
    """`content` without what it tells about people and places. Raises `UnwalkableError`."""
    walk = {"image/jpeg": _strip_jpeg, "image/png": _strip_png, "image/webp": _strip_webp}
    try:
        return walk[media_type](content, orientation)
    except (IndexError, struct.error) as error:
        raise UnwalkableError(media_type) from error


def _strip_jpeg(content: bytes, orientation: int) -> bytes:
    if content[:2] != b"\xff\xd8":
        raise UnwalkableError("no start of image")
    kept = [b"\xff\xd8"]
    if orientation != 1:
        block = b"Exif\0\0" + _exif_with(orientation)
        kept.append(b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block)
    at = 2
    while True:
        if content[at] != 0xFF:
            raise UnwalkableError("no marker where one belongs")
        while content[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker = content[at + 1]
        if marker == _EOI:
            kept.append(b"\xff\xd9")
            return b"".join(kept)
        if marker in _STANDALONE:
            kept.append(content[at : at + 2])
            at += 2
            continue
        (size,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + size
        if marker == _SOS:
            # no end of image: what is there is shown, as every viewer does
            found = _MARKER.search(content, end)
            end = found.start() if found else len(content)
        if _is_kept_in_jpeg(marker, content[at + 4 : at + 20]):
            kept.append(content[at:end])
        at = end
        if at >= len(content):
            return b"".join([*kept, b"\xff\xd9"])


def _is_kept_in_jpeg(marker: int, start: bytes) -> bool:
    is_application_or_comment = 0xE0 <= marker <= 0xEF or marker == 0xFE
    return not is_application_or_comment or any(
        marker == kind and start.startswith(name) for kind, name in _JPEG_KEPT
    )


def _strip_png(content: bytes, orientation: int) -> bytes:
    if content[:8] != _PNG_HEAD:
        raise UnwalkableError("no PNG signature")
    kept, at = [_PNG_HEAD], 8
    while True:
        (size,) = struct.unpack_from(">I", content, at)
        name, end = content[at + 4 : at + 8], at + 12 + size
        if end > len(content):
            raise UnwalkableError("a chunk beyond the end")
        if name in _PNG_KEPT:
            kept.append(content[at:end])
        if name == b"IHDR" and orientation != 1:
            block = b"eXIf" + _exif_with(orientation)
            kept.append(struct.pack(">I", len(block) - 4) + block)
            kept.append(struct.pack(">I", zlib.crc32(block)))
        if name == b"IEND":
            return b"".join(kept)
        at = end


def _strip_webp(content: bytes, orientation: int) -> bytes:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        raise UnwalkableError("no WebP signature")
    (size,) = struct.unpack_from("<I", content, 4)
    kept, at, last = [], 12, min(8 + size, len(content))
    while at < last:
        name = content[at : at + 4]
        (size,) = struct.unpack_from("<I", content, at + 4)
        end = at + 8 + size + size % 2
        if name == b"VP8X":
            kept.append(_with_exif_flag(content[at:end], orientation != 1))
        elif name in _WEBP_KEPT:
            kept.append(content[at:end])
        at = end
    if orientation != 1 and kept and kept[0][:4] == b"VP8X":
        block = _exif_with(orientation)
        kept.append(b"EXIF" + struct.pack("<I", len(block)) + block)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _with_exif_flag(chunk: bytes, is_set: bool) -> bytes:
    flags = chunk[8] & ~(_WEBP_EXIF_FLAG | _WEBP_XMP_FLAG) | (_WEBP_EXIF_FLAG if is_set else 0)
    return chunk[:8] + bytes([flags]) + chunk[9:]


def _exif_with(orientation: int) -> bytes:
    """The smallest TIFF that says which way is up: one directory, one entry (tag 0x0112)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
