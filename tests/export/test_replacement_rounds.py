"""What is unsafe in a line is replaced in rounds; a line unsound after three is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.config.export import Dialect
from service.export.dialects import RULES, ReaderRules
from service.export.one_line import one_line


def replaced(dialect: Dialect, line: str) -> str | None:
    return ReaderRules(dialect, is_yaml=False, weighted=False).judge(one_line(line), "replace").line


@pytest.mark.parametrize(
    ("dialect", "line", "expected"),
    [
        ("impact", "# x", "x"),
        ("impact", "# # x", "x"),
        ("impact", "# # # x", "x"),
        ("impact", "# # # # x", None),
        ("a1111", "a --b", "a -b"),
        ("a1111", "a ---b", "a -b"),
        ("a1111", "a -----b", "a -b"),
        ("a1111", "a ---------b", None),
        ("impact", "# # #", None),
    ],
)
def test_three_rounds_are_made_and_no_more(
    dialect: Dialect, line: str, expected: str | None
) -> None:
    assert replaced(dialect, line) == expected


@given(st.sampled_from([*RULES]), st.text("ab #-_/{}|$%*\\n", max_size=24).map(one_line))
def test_what_is_replaced_is_sound_and_replaced_no_further(dialect: Dialect, line: str) -> None:
    once = replaced(dialect, line)
    again = [] if once is None else [replaced(dialect, once)]
    assert again in ([], [once])
    assert once is None or Reading(dialect, is_yaml=False, weighted=False).flaw(once) is None
