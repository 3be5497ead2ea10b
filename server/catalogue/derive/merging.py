"""Which fields of a kind merge as one: the policy that `sync.merge` works with."""

from __future__ import annotations

from functools import cache

from server.catalogue.kind import EVIDENCE, EVIDENCE_KEY, Kind
from sync.fields import MergePolicy


@cache
def merge_policy(kind: Kind) -> MergePolicy:
    """Groups as declared; every kind has the one set field `evidence`, known by `sha256`."""
    return MergePolicy(
        groups=kind.groups,
        set_fields={EVIDENCE: EVIDENCE_KEY},
        known_fields=frozenset(kind.fields),
    )
