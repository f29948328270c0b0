"""Texts gathered: one of all spellings, counted and sorted, whatever their length; nothing but the listed is kept."""

from collections.abc import Iterable

import pytest

from service.config.export import Sort
from service.export import gathering
from service.export.gathering import Gathered, Heard, Item

LONG = "a very long prompt about a red fox in the snow, "
"""Past the length up to which a key is kept as it is."""


def listed(
    rows: Iterable[Heard], sort: Sort | None, least: int = 1, most: int | None = None
) -> list[tuple[str, str, int]]:
    with Gathered(sort) as gathered:
        gathered.hear(rows)
        gathered.merge(least, most)
        return [(item.place, item.text, item.times) for item in gathered.all(None)]


ROWS: tuple[Heard, ...] = (
    ("", "Owl", 2),
    ("", LONG + "Night", 1),
    ("", "fox", 3),
    ("", LONG + "night", 2),
    ("", "owl", 1),
    ("", LONG + "NIGHT", 2),
    ("", " fox\n", 1),
    ("b", "fox", 9),
)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("count_desc", [LONG + "NIGHT", "fox", "Owl"]),
        ("count_asc", ["Owl", "fox", LONG + "NIGHT"]),
        ("alpha", [LONG + "NIGHT", "fox", "Owl"]),
        ("alpha_desc", ["Owl", "fox", LONG + "NIGHT"]),
        (None, ["Owl", LONG + "NIGHT", "fox"]),
    ],
)
@pytest.mark.parametrize("waiting", [0, 6_000_000])
def test_spellings_are_counted_as_one_in_the_commonest(
    sort: Sort | None, expected: list[str], waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "WAITING", waiting)
    times = {"Owl": 3, "fox": 4, LONG + "NIGHT": 5}
    assert listed(ROWS, sort) == [*(("", text, times[text]) for text in expected), ("b", "fox", 9)]


def test_only_what_came_so_often_in_all_its_spellings_is_listed() -> None:
    assert listed(ROWS, "count_desc", least=4, most=5) == [("", LONG + "NIGHT", 5), ("", "fox", 4)]


def test_what_a_change_made_alike_is_listed_once() -> None:
    with Gathered("count_desc") as gathered:
        gathered.hear([("", "a{b", 1), ("", "a}b", 2), ("", "Fox", 1)])
        gathered.merge(1, None)
        changed = (item._replace(text=item.text.replace("{", " ").replace("}", " ")) for item in gathered.merged())
        gathered.keep(changed)
        assert list(gathered.listed(1, is_changed=True)) == [Item("", "a b", 3, 1)]
