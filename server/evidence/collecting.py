"""Photos that nothing names any more, collected after `UNNAMED_KEPT`: `loa evidence collect`.

A pass has four steps, each of short transactions; whatever ends it, the next pass goes on.

1. *Finish.* Photos that an earlier pass left gone lose their bytes and then their rows.
2. *Mark.* All photos are walked in pages by name. What neither an index nor a draft names gets
   `unnamed_since`; what is named again loses it.
3. *Forget.* What has been marked for long enough is looked up in all records (`naming`), which no
   index covers: once history or an operation kept whole names a photo, it does so for ever, so that
   it is enough to ask at the end. What is found begins its time anew. Of the rest, a lot in one
   transaction: the rows are locked and the mark, the indices and the latest records are asked once
   more; then deliveries are deleted and the row turns `gone`. From here on nobody is told of the
   photo, and `have` says `send`.
4. *Finish* again, for these: under the row's lock, if nobody sends the photo anew, the bytes are
   deleted and then the row. A crash between the two leaves the row, by which the next pass finds
   what is left. No folder is ever listed.

Who comes in between. On SQLite there is one writer at a time, and each of the following comes
wholly before or after each transaction above. On PostgreSQL they meet at the photo's row:

- *An upload is opened, or `have` is about to be answered.* Both first update the marked row. Before
  step 3: its lock waits for them, then the mark is off (or the begun upload is seen), and the photo
  stays. During it: they wait, find it gone, and the phone is told to send. Between 3 and 4: the
  lock of step 4 waits, the upload is seen and bytes are left alone; when the upload ends, its photo
  takes the place of the gone row, and when nobody goes on with it, a later pass deletes. During 4:
  they wait until the bytes are away, so that none that come anew are deleted.
- *An upload that was open already* names the photo from step 2 on (`naming.by_index`).
- *A push names the photo.* Committed before step 3, its link is seen. Otherwise it is as if it had
  come after: nothing in a push asks whether a photo is here, its answer is read afterwards and says
  that it is not, and `have` says `send`. A phone that has delivered the photo might not ask again:
  so a photo is kept while the phone that brought it says that it still holds operations.
- *An operation is parked, or names the photo and no longer does, while the records are read.* Asked
  again in step 3 by what is new since the reading began.
- *A draft is backed up* after the records of drafts were read: it is as if it had come after the
  photo went; what it lacks is told when it becomes a report.
- *Two passes at once* lock rows in one order; the second finds nothing left to do.
- *A restoration* takes all marks off: what phones offer again may name what nothing names now.
- *A backup or a check* that began before step 3 may miss the bytes of what went meanwhile, says so,
  and promises nothing: let a pass not run beside them (docs/how-to/deploy.md).

Not here: previews and unfinished uploads, which go by themselves (`operations`); files of leaflets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.evidence import naming, operations, queries
from server.evidence.limits import (
    COLLECT_MAX,
    COLLECT_PAGE,
    FINISH_LOT,
    FORGET_LOT,
    UNNAMED_KEPT,
)
from server.evidence.naming import Beginning
from server.evidence.receiving import keys_of
from server.files.store import Store
from server.http.transaction import reading, writing


@dataclass(slots=True)
class Collected:
    """What a pass did, or would do. Numbers of photos; `freed_bytes` are of their originals.

    `marked`, `renamed`: nothing names them since now, something does again. `due`: their time was
    over; of these `recorded` stand in a record and `awaited` may be named by what a phone holds.
    `finished`: bytes deleted, those left by an earlier pass too.
    """

    examined: int = 0
    marked: int = 0
    renamed: int = 0
    due: int = 0
    recorded: int = 0
    awaited: int = 0
    forgotten: int = 0
    finished: int = 0
    freed_bytes: int = 0


def collect(store: Store, now: datetime, *, dry_run: bool = False) -> Collected:
    """One pass. With `dry_run` nothing is written, and the answer says what would be."""
    done = Collected()
    if not dry_run:
        _finish(store, done)
    _mark(now, done, dry_run)
    _forget(now, done, dry_run)
    if not dry_run:
        _finish(store, done)
    return done


def _mark(now: datetime, done: Collected, dry_run: bool) -> None:
    drafts = naming.in_drafts()
    for page in _pages():
        names = [sha256 for sha256, _ in page]
        with reading() as session:
            named = naming.by_index(session, names) | drafts.intersection(names)
        unnamed = [sha256 for sha256, is_marked in page if not is_marked and sha256 not in named]
        renamed = [sha256 for sha256, is_marked in page if is_marked and sha256 in named]
        done.examined += len(page)
        done.marked += len(unnamed)
        done.renamed += len(renamed)
        if (unnamed or renamed) and not dry_run:
            with writing() as session:
                operations.mark_unnamed(session, now, unnamed)
                operations.keep_marked(session, renamed)


def _pages() -> Iterator[list[tuple[str, bool]]]:
    last = ""
    while True:
        with reading() as session:
            page = queries.page_of_photos(session, last, COLLECT_PAGE)
        if not page:
            return
        yield page
        last = page[-1][0]


def _forget(now: datetime, done: Collected, dry_run: bool) -> None:
    marked_by = now - UNNAMED_KEPT
    with reading() as session:
        beginning = naming.begin(session, now)
        due = queries.due(session, marked_by, COLLECT_MAX)
    if not due:
        return
    recorded = naming.in_records(due)
    done.due, done.recorded = len(due), len(recorded)
    for lot in _lots(recorded, COLLECT_PAGE):
        if not dry_run:
            with writing() as session:
                operations.keep_marked(session, lot)
    for lot in _lots(due.keys() - recorded, FORGET_LOT):
        if dry_run:
            with reading() as session:
                gone = _still_unnamed(session, lot, marked_by, beginning, done)
        else:
            with writing() as session:
                locked = queries.lock_due(session, marked_by, lot)
                gone = _still_unnamed(session, locked, marked_by, beginning, done)
                operations.forget(session, gone)
        done.forgotten += len(gone)
        done.freed_bytes += sum(due[sha256] for sha256 in gone)


def _still_unnamed(
    session: Session, sha256s: Sequence[str], marked_by: datetime, beginning: Beginning,
    done: Collected,
) -> list[str]:  # fmt: skip
    """Those that the latest look finds unnamed, too, and that no phone may yet name."""
    named = naming.by_index(session, sha256s) | naming.in_late_records(session, beginning)
    awaited = naming.awaited(session, sha256s, marked_by) - named
    done.awaited += len(awaited)
    return [sha256 for sha256 in sha256s if sha256 not in named and sha256 not in awaited]


def _finish(store: Store, done: Collected) -> None:
    """Delete the bytes of what is gone, the original last, and then its row."""
    with reading() as session:
        gone = queries.gone(session)
    for lot in _lots(gone, FINISH_LOT):
        with writing() as session:
            free = queries.lock_gone(session, lot)
            for sha256 in free:
                for key in reversed(keys_of(sha256)):
                    store.delete(key)
            operations.drop_gone(session, free)
        done.finished += len(free)


def _lots(sha256s: Iterable[str], size: int) -> Iterator[list[str]]:
    names = sorted(sha256s)
    for start in range(0, len(names), size):
        yield names[start : start + size]
