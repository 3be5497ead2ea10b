"""Whatever a stranger sends as a value, the answer is a problem or none, never a crash.

The cases one by one stand in the shared vectors.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import catalogue
from server.catalogue.values import check_value

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
FIELDS = {
    field.type: field for kind in catalogue.kinds().values() for field in kind.fields.values()
}


@pytest.mark.parametrize("name", FIELDS)
@given(value=JSON)
def test_any_json_is_judged(name: str, value: object) -> None:
    problem = check_value(FIELDS[name], value)
    assert problem is None or problem["field"] == FIELDS[name].id
