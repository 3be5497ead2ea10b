"""How large, how many, how long: each with its unit and reason."""

from __future__ import annotations

from datetime import timedelta

#: A 12-megapixel phone photo is 3–8 MB; the app scales to some 300 KB; a camera's JPEG stays below.
PHOTO_SIZE_MAX_BYTES = 25 * 1024 * 1024

#: F9: a 504 KiB PNG can cost 697 MiB once unpacked, so pixels are counted before decoding.
PHOTO_PIXELS_MAX = 40_000_000
PHOTO_SIDE_MAX_PX = 12_000

#: A chunk with a checksum must be held whole before a byte of it may count.
CHECKED_CHUNK_MAX_BYTES = 8 * 1024 * 1024

#: Without a checksum the body is written down in such pieces, so a broken line loses little.
PIECE_BYTES = 512 * 1024

#: A phone may lie in a drawer over Tết; afterwards it sends the photo again from the start.
UPLOAD_KEPT = timedelta(days=30)

#: What nothing names is kept so long all the same: a phone in a drawer may yet send what names it.
UNNAMED_KEPT = timedelta(days=180)
#: Photos looked at in one reading, and forgotten in one transaction, by the collector.
COLLECT_PAGE = 500
FORGET_LOT = 500
#: Photos whose bytes are deleted in one transaction: forcing folders to the disk takes its time.
FINISH_LOT = 10
#: Photos whose time is over that one pass looks up in all records; the next pass goes on.
COLLECT_MAX = 200_000

#: Dropped with each new upload: keeps the table clean without a job of its own.
EXPIRED_PER_CREATION_MAX = 20

#: A phone's thumbnail of 320 px takes some 10 KB; what is larger is no small thing first.
PREVIEW_BYTES_MAX = 32 * 1024
#: Whose photo has not come by then, nobody waits for it any more.
PREVIEW_KEPT = timedelta(days=180)

#: The photos of a day's round, with room; the phone asks again for more.
HAVE_MAX = 500

#: Thumbnails fill a queue's row, screens fill a reviewer's stage.
THUMB_SIDE_MAX_PX = 320
SCREEN_SIDE_MAX_PX = 1600
SCREEN_QUALITY = 80
THUMB_QUALITY = 75
PLACEHOLDER_SIDE_MAX_PX = 16

#: Decoding: the worst photo allowed (40 MP with an alpha channel) takes some 450 MB and 3 s.
DECODER_MEMORY_MAX_BYTES = 1024 * 1024 * 1024
DECODER_CPU_MAX_S = 8
#: Beyond the processor's time: only a machine with too much to do waits that long.
DECODER_WALL_MAX_S = 25
#: A fresh process now and then gives back what libraries leak.
DECODER_PHOTOS_MAX = 500
#: Photos of one process held in memory at once while they are checked (25 MB each).
CHECKS_AT_ONCE_MAX = 4
