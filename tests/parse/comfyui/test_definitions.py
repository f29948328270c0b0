"""The file of definitions, and our own records beside it."""

from collections.abc import Iterator
from itertools import groupby

import pytest

from service.parse.comfyui.nodes.definitions import FILE, find_definitions
from service.parse.comfyui.nodes.known import KNOWN
from service.parse.comfyui.nodes.record import NodeRecord
from service.parse.comfyui.nodes.table import LONGEST, TABLE

ORIGINS = {
    "",
    "past",
    "docs",
    "learnt",
    "partial",
    "past partial",
    "docs partial",
    "learnt partial",
}


def lines() -> list[list[str]]:
    return [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()]


def test_the_file_holds_a_definition_a_line_sorted_by_class() -> None:
    rows = lines()
    classes = [(row[0] + "\t").encode() for row in rows]
    assert classes == sorted(classes)
    assert [row for row in rows if len(row) != 4 or row[3] not in ORIGINS] == []
    assert len({row[0] for row in rows}) == 7574


def test_every_class_is_found_with_all_its_definitions_in_order() -> None:
    wrong = [
        class_type
        for class_type, group in groupby(lines(), key=lambda row: row[0])
        if [one.origin for one in find_definitions(class_type)] != [row[3] for row in group]
    ]
    assert wrong == []


STRANGERS = ("", "!", "KSample", "KSampler ", "ksampler", "\t", "\n", "ÿ", "zzzz", "\ud800")


@pytest.mark.parametrize("class_type", STRANGERS)
def test_a_class_that_nobody_declares_is_not_found(class_type: str) -> None:
    assert find_definitions(class_type) == ()


def test_every_input_of_every_class_is_read() -> None:
    for class_type in dict.fromkeys(row[0] for row in lines()):
        for one in find_definitions(class_type):
            assert all(each.name and each.type for each in one.inputs), class_type


def declared(record: NodeRecord) -> Iterator[tuple[tuple[str, str], ...]]:
    for one in find_definitions(record.class_type):
        for widgets in one.widgets:
            yield tuple((each.name, each.type) for each in widgets)


def test_no_record_repeats_what_its_class_declares() -> None:
    repeated: list[str] = []
    for record in KNOWN:
        own = tuple((each.name, each.type) for each in record.widget_inputs)
        if own and any(every[: len(own)] == own for every in declared(record)):
            repeated.append(record.class_type)
    assert repeated == []


def test_every_record_says_something() -> None:
    assert [record for record in KNOWN if record == NodeRecord(record.class_type)] == []


def test_of_a_class_with_an_endless_name_only_the_beginning_is_kept() -> None:
    assert TABLE.record("x" * 1_000_000) == NodeRecord("x" * LONGEST)
    assert TABLE.name_values("x" * 1_000_000, [1]) is None


def test_how_many_values_a_class_saves_follows_from_its_record_or_its_first_definition() -> None:
    own = TABLE.usual_inputs("DPRandomGenerator")
    declared = TABLE.usual_inputs("KSamplerSelect")
    assert [one.name for one in own] == ["text", "seed", "autorefresh"]
    assert [one.name for one in declared] == ["sampler_name"]
    assert TABLE.usual_inputs("Nobody Knows") == ()
