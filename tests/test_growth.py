"""The measure of growth tells work that grows in line from work that grows with the square."""

import re

from growth import LINEAR, find_steep, growth


def test_work_that_grows_in_line_is_below_the_limit() -> None:
    assert growth(range, sum, 400_000) < LINEAR


def test_work_that_grows_with_the_square_is_above_the_limit() -> None:
    assert (
        growth(lambda size: size, lambda size: sum(sum(range(size)) for _ in range(size)), 600)
        > LINEAR
    )


def test_of_many_cases_only_those_that_grow_with_the_square_are_found() -> None:
    sharing = re.compile(r"\s*,?\s*x")  # two runs of blanks share them in every way
    cases = [("blanks", lambda size: " " * size), ("letters", lambda size: "a" * size)]
    assert list(find_steep(cases, sharing.match, 16_000)) == ["blanks"]
