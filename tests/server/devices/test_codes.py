"""Enrolment codes."""

from __future__ import annotations

import math

import pytest

from server.devices.codes import ALPHABET, LENGTH, enrolment_url, hash_code, new_code, normal_code


def test_codes_carry_128_bits_and_can_be_typed() -> None:
    assert LENGTH * math.log2(len(ALPHABET)) >= 128
    code = new_code()
    assert [len(group) for group in code.split("-")] == [4] * 7
    assert not set("ILOU") & set(code)
    assert len({new_code() for _ in range(100)}) == 100


def test_what_people_type_is_understood() -> None:
    normal = "0123456789ABCDEFGHJKMNPQRS01"
    assert normal_code(" o123 4567-89ab-CDEF ghjk mnpq RSol ") == normal
    assert hash_code(normal) != normal


@pytest.mark.parametrize("typed", ["", "0" * 27, "0" * 29, "U" * 28, "0" * 27 + "é", "٠" * 28])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert normal_code(typed) is None


def test_code_travels_where_servers_never_see_it() -> None:
    url = enrolment_url("https://loa.example", "7K3M-0000")
    assert url == "https://loa.example/#noi-may=7K3M-0000"
