"""Patterns of the user's choose, and cannot hang an export."""

import pytest

from service.errors import StartError
from service.export.filters import Filters, Patience


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        (None, None, ["fox", "red fox", "Owl"]),
        ("fox", None, ["fox", "red fox"]),
        ("^fox", None, ["fox"]),
        (None, "fox", ["Owl"]),
        ("o", "red", ["fox"]),
        ("(?i)^o", None, ["Owl"]),
        ("^(?!.*red)", None, ["fox", "Owl"]),
    ],
)
def test_include_and_exclude_search_as_python_does(
    include: str | None, exclude: str | None, expected: list[str]
) -> None:
    filters = Filters(include, exclude)
    assert [text for text in ("fox", "red fox", "Owl") if filters.wants(text)] == expected


@pytest.mark.parametrize("pattern", [r"(a|aa)+$", r"^(a|a?)+$", r"(?:a|a|a|a)+\b!"])
def test_a_pattern_that_would_run_for_ever_is_stopped_and_named(pattern: str) -> None:
    filters = Filters(pattern, None, Patience(one=0.2))
    with pytest.raises(StartError) as refused:  # it would take longer than the universe
        filters.wants("a" * 5000 + "b")
    shown = (
        f"include: {pattern!r} takes over 0.2 s on '{'a' * 60}…'; "
        "repeat no group that itself repeats, like (a+)+"
    )
    assert str(refused.value) == shown


def test_a_pattern_that_is_slow_on_every_text_is_stopped_before_it_has_looked_at_all() -> None:
    filters = Filters(None, r"^(a|a?)+$", Patience(one=5.0, all=0.05))
    texts = iter(["a" * 14 + "b"] * 100_000)
    with pytest.raises(StartError) as refused:
        all(map(filters.wants, texts))
    assert next(texts, None) is not None
    assert str(refused.value) == (
        "exclude: '^(a|a?)+$' takes over 0.05 s on this list; "
        "repeat no group that itself repeats, like (a+)+"
    )
