"""Every limit of the protocol with its unit and its reason, in one place.

Not here: limits of HTTP and of photos; they belong to the rooms that read bytes.
"""

from __future__ import annotations

#: Version of the protocol spoken here, and the oldest that is still understood.
PROTOCOL = 1
OLDEST_PROTOCOL = 1

#: Operations in one request. One transaction holds the locks of all of them: 200 take ~25 ms on
#: SQLite, so nobody behind them notices; a day of a busy collaborator is 30.
BATCH_MAX = 200

#: Bytes of one request, packed or not: packing is optional. Room for the largest drafts beside one
#: operation, so that halving a batch always helps. A create is ~325 bytes gzipped.
BATCH_BYTES_MAX = 4 * 1024 * 1024

#: Rows in one answer, over all scopes. 500 rows are ~150 KB gzipped: a minute on a bad EDGE link,
#: and what has arrived is kept, because every page moves the cursor.
ROWS_MAX = 500

#: Bytes of one operation's canonical JSON. 40 photos with placeholders fit; a book does not.
OPERATION_BYTES_MAX = 64 * 1024

#: Drafts backed up by one request, bytes of one (as of an operation), and kept for one phone.
DRAFTS_MAX = 20
DRAFT_BYTES_MAX = 64 * 1024
DRAFTS_KEPT_MAX = 100

#: Fields in one patch, elements in one change of a set, levels of nesting inside a value.
FIELDS_MAX = 200
ELEMENTS_MAX = 500
DEPTH_MAX = 6

#: Letters of an identifier such as a scope, a kind or the database's life.
NAME_MAX = 80

#: Whole numbers that JavaScript holds exactly.
INTEGER_MAX = 2**53 - 1

#: Seconds during which an operation may be told `retry` before it is parked for a person.
RETRY_S_MAX = 24 * 3600

#: How often an operation that meets a bug of ours is tried before it is parked.
RETRIES_MAX = 3
