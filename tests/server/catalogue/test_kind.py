"""A declared kind as a value."""

from __future__ import annotations

from server import catalogue
from server.catalogue.kind import FIELD_TYPES


def test_fields_of_one_group_stand_together_in_the_forms_order() -> None:
    assert catalogue.kinds()["loudspeaker_broadcast"].groups[0] == ("start_time", "duration_min")


def test_kinds_can_be_keys() -> None:
    kinds = catalogue.kinds()
    assert len(dict.fromkeys(kinds.values())) == len(kinds)


def test_every_field_type_but_the_phone_is_in_use() -> None:
    used = {field.type for kind in catalogue.kinds().values() for field in kind.fields.values()}
    assert set(FIELD_TYPES) - used == {"phone"}
