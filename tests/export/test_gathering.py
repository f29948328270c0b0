"""Texts gathering: one of all spellings, counted and sorted, whatever their length.

Nothing but the listed is kept.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.config.export import Export, Sort
from service.export import gathering
from service.export.gathering import FoundText, Gathering, Item
from service.export.lists import StoppedError, write_list
from service.export.one_line import one_line, sameness

LONG = "a very long prompt about a red fox in the snow, "
"""Past the length up to which a key is kept as it is."""


def listed(
    rows: Iterable[FoundText], sort: Sort | None, least: int = 1, most: int | None = None
) -> list[tuple[str, str, int]]:
    with Gathering(sort) as gathering:
        gathering.add(rows)
        gathering.merge(least, most)
        return [(item.place, item.text, item.times) for item in gathering.all_items(None)]


ROWS: tuple[FoundText, ...] = (
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
    with Gathering("count_desc") as gathering:
        gathering.add([("", "a{b", 1), ("", "a}b", 2), ("", "Fox", 1)])
        gathering.merge(1, None)
        changed = (
            item._replace(text=item.text.replace("{", " ").replace("}", " "))
            for item in gathering.merged_items()
        )
        gathering.keep(changed)
        assert list(gathering.kept_items(1, is_changed=True)) == [Item("", "a b", 3, 1)]


def plainly(rows: Iterable[FoundText], sort: Sort, least: int) -> list[tuple[str, str, int]]:
    """Return what a list has, made in memory without any cleverness."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for place, text, times in rows:
        if line := one_line(text):
            found.setdefault((place, sameness(line)), Counter())[line] += times
    kept = [
        (place, min(spellings, key=lambda text: (-spellings[text], text)), spellings.total(), same)
        for (place, same), spellings in found.items()
        if spellings.total() >= least
    ]
    backwards = sort in {"count_desc", "alpha_desc"}
    if "alpha" in sort:
        kept.sort(key=lambda one: (one[3].encode(), one[1].encode()), reverse=backwards)
    else:
        kept.sort(key=lambda one: one[1].encode())
        kept.sort(key=lambda one: one[2], reverse=backwards)
    return [one[:3] for one in sorted(kept, key=lambda one: one[0])]


TEXTS = st.builds(
    lambda word, much: word * much, st.text("aAßs é\u0301\n,", max_size=4), st.sampled_from([1, 30])
)


@given(
    rows=st.lists(st.tuples(st.sampled_from(["", "b"]), TEXTS, st.integers(1, 3)), max_size=30),
    sort=st.sampled_from(get_args(Sort)),
    least=st.integers(1, 4),
)
def test_it_is_the_list_that_is_made_plainly(rows: list[FoundText], sort: Sort, least: int) -> None:
    assert listed(rows, sort, least) == plainly(rows, sort, least)


@pytest.mark.parametrize("after", [0, 3, 40])
def test_a_list_that_nobody_waits_for_is_stopped_and_the_old_file_stays(
    tmp_path: Path, after: int
) -> None:
    asked = count()
    (tmp_path / "list.txt").write_text("old\n", encoding="utf-8")
    export = Export.model_validate({"kind": "sql", "sql": "x", "out": tmp_path / "list.txt"})
    with pytest.raises(StoppedError):
        write_list(
            export, (("", f"item {at}", 1) for at in range(9_000)), lambda: next(asked) >= after
        )
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        "list.txt": "old\n"
    }
