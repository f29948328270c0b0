import pytest
from growth import LINEAR, growth

from service.parse.shared.json_facts import LONGEST, MOST, JsonTable, is_cut
from service.records import Blob, Fact, Stated

DATA = {
    "a": {"b": [1, {"c": 2.5}]},
    "seed": 2**64 - 1,
    "on": True,
    "nothing": None,
    "text": "é",
    "blank": " ",
}


def test_every_value_is_a_fact_with_its_place() -> None:
    assert JsonTable.of(Blob("", "PNG:X", DATA)).facts() == (  # type: ignore[union-attr]
        Fact("a.b.0", "1", "PNG:X#a.b.0"),
        Fact("a.b.1.c", "2.5", "PNG:X#a.b.1.c"),
        Fact("seed", "18446744073709551615", "PNG:X#seed"),
        Fact("on", "true", "PNG:X#on"),
        Fact("text", "é", "PNG:X#text"),
        Fact("blank", " ", "PNG:X#blank"),
    )


def test_an_inner_object_keeps_its_path() -> None:
    inner = JsonTable(DATA, "PNG:X").inside("no", "a")
    assert inner is not None
    assert [one.facts() for one in inner.each("b")] == [(Fact("a.b.1.c", "2.5", "PNG:X#a.b.1.c"),)]


def test_only_texts_and_numbers_are_stated() -> None:
    told = JsonTable(DATA, "PNG:X")
    assert told.stated("on", "nothing", "a", "blank", "seed") == Stated(2**64 - 1, "PNG:X#seed")
    assert told.stated("blank", empty=True) == Stated(" ", "PNG:X#blank")
    assert told.stated("missing") is None


def test_pictures_and_graphs_are_no_facts() -> None:
    assert JsonTable({"picture": "A" * (LONGEST + 1)}, "PNG:X").facts() == ()
    assert (
        len(JsonTable({str(number): number for number in range(10_000)}, "PNG:X").facts()) == MOST
    )


def test_what_is_no_object_is_not_read() -> None:
    assert JsonTable.of(Blob("[1]", "PNG:X", [1])) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"prompt": "a', True),
        (' [ { "a"', True),
        ('{{"a"', True),
        ("[{", True),
        ("{", True),
        ("{a", False),
        ("a {", False),
        ("[1, 2", False),
    ],
)
def test_json_that_was_cut_short_is_known_by_its_beginning(text: str, *, expected: bool) -> None:
    assert is_cut(Blob(text, "PNG:X")) is expected


def test_blanks_before_a_text_cost_no_more_than_their_number() -> None:
    def blanks(size: int) -> Blob:
        return Blob(" " * size + "a cat\nSteps: 20", "PNG:X")

    assert growth(blanks, is_cut, 1_000_000) < LINEAR
