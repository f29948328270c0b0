"""The measure of growth tells work that grows in line from work that grows with the square."""

from growth import LINEAR, growth


def test_work_that_grows_in_line_is_below_the_limit() -> None:
    assert growth(range, sum, 400_000) < LINEAR


def test_work_that_grows_with_the_square_is_above_the_limit() -> None:
    assert (
        growth(lambda size: size, lambda size: sum(sum(range(size)) for _ in range(size)), 600)
        > LINEAR
    )
