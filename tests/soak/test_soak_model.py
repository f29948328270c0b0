"""The model sees each wrong: what it does not see, no soak would find."""

from dataclasses import replace
from random import Random

import pytest
from drawn_contents import Contents, Facts
from gauges import MOST_GROWTH, Sample, find_growth
from soak_model import Model, Row

A, B, C = "Input/a.png", "Input/b.png", "Input/c.png"


@pytest.fixture
def contents() -> Contents:
    return Contents(Random(1))  # noqa: S311


@pytest.fixture
def model(contents: Contents) -> Model:
    """Return a model of two files whose rows, 1 and 2, were seen."""
    made = Model()
    for place in (A, B):
        made.write(place, contents.like("text"))
    made.learn(rows_of(made, {A: 1, B: 2}))
    return made


def rows_of(model: Model, ids: dict[str, int]) -> dict[str, Row]:
    """Return the rows that a true database has, with these ids."""
    rows = {}
    for place, id_ in ids.items():
        content = model.present.get(place)
        state = "present" if content else "missing"
        rows[place] = Row(id_, state, content.facts if content else Facts("ok", None))
    return rows


def first_words(differences: list[str]) -> list[str]:
    return [line.partition(";")[0].partition(" Facts")[0] for line in differences]


def test_a_true_database_differs_in_nothing(model: Model) -> None:
    assert model.find_differences(rows_of(model, {A: 1, B: 2})) == []


def test_a_lost_row_a_false_hash_and_a_stray_row_are_told(model: Model, contents: Contents) -> None:
    rows = rows_of(model, {A: 1, B: 2})
    rows[B] = replace(rows[B], facts=contents.like("text").facts)
    rows[C] = rows.pop(A)
    assert first_words(model.find_differences(rows)) == [
        f"{A}: expected present,",
        f"{B}: expected present,",
        f"{C}: expected no file",
    ]


def test_a_deleted_file_that_counts_as_present_is_told(model: Model) -> None:
    before = rows_of(model, {A: 1, B: 2})
    model.delete(A)
    assert first_words(model.find_differences(before)) == [
        f"{A}: expected no file",
        f"{A}: expected row 1, missing",
    ]
    assert model.find_differences(rows_of(model, {A: 1, B: 2})) == []


def test_a_renamed_file_that_lost_its_row_is_told_however_often_it_moved(model: Model) -> None:
    model.move(A, C)
    model.move(C, "Input/d.png")
    assert first_words(model.find_differences(rows_of(model, {"Input/d.png": 3, B: 2}))) == [
        "Input/d.png: expected row 1 kept"
    ]
    assert model.find_differences(rows_of(model, {"Input/d.png": 1, B: 2})) == []


def test_a_file_whose_former_place_was_taken_may_get_another_row(
    model: Model, contents: Contents
) -> None:
    model.move(A, C)
    model.write(A, contents.like("text"))
    assert model.find_differences(rows_of(model, {A: 1, B: 2, C: 3})) == []


def test_an_overwritten_file_keeps_its_row(model: Model, contents: Contents) -> None:
    model.write(A, contents.like("text"))
    assert first_words(model.find_differences(rows_of(model, {A: 3, B: 2}))) == [
        f"{A}: expected row 1 kept"
    ]


def test_a_file_that_comes_back_elsewhere_has_its_row_again(model: Model) -> None:
    content = model.present[A]
    model.delete(A)
    model.come_back(A, C, content)
    assert first_words(model.find_differences(rows_of(model, {C: 3, B: 2}))) == [
        f"{C}: expected row 1 kept"
    ]
    assert model.find_differences(rows_of(model, {C: 1, B: 2})) == []


def test_what_was_overwritten_and_taken_out_perhaps_unseen_may_come_back_as_a_new_file(
    model: Model, contents: Contents
) -> None:
    content = contents.like("text")
    model.write(A, content)
    model.delete(A)
    model.come_back(A, C, content)
    assert model.find_differences(rows_of(model, {A: 1, B: 2, C: 3})) == []
    assert model.find_differences(rows_of(model, {C: 1, B: 2})) == []


def test_what_grows_over_a_long_life_is_told_and_what_is_flat_is_not() -> None:
    flat = Sample(1, 60.0, 20, 12, 70.0, 11, 2.0)
    growing = [replace(flat, main_handles=20 + moment // 4) for moment in range(40)]
    assert find_growth([flat] * 40) == []
    assert find_growth(growing) == ["main_handles grew from 23.0 to 28.0 (medians of thirds)"]
    assert find_growth([replace(flat, main_mib=161.0)] * 40) == ["main_mib was 161.0"]
    assert set(MOST_GROWTH) == set(Sample.__dataclass_fields__) - {"pid"}
