"""JSON comes element by element, however its pieces fall."""

import contextlib
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalog import json_stream
from service.catalog.json_stream import JunkError, elements

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


def read(text: str) -> list[Any]:
    return list(elements(io.StringIO(text)))


@given(
    st.lists(JSON.filter(lambda value: not isinstance(value, list)), max_size=6), st.integers(1, 9)
)
def test_an_array_gives_its_elements_wherever_the_pieces_are_cut(
    values: list[Any], size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "CHUNK", size)
        assert read(json.dumps(values)) == values


@given(JSON, st.integers(0, 200))
def test_a_text_cut_anywhere_is_answered_or_said_to_be_junk(value: Any, length: int) -> None:
    text = json.dumps([value, value])[:length]
    with contextlib.suppress(JunkError):
        assert all(found == value for found in read(text) if not isinstance(value, list))


@given(st.text(max_size=40))
def test_any_text_is_answered_or_said_to_be_junk(text: str) -> None:
    with contextlib.suppress(JunkError):
        read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n", []),
        ("[]", []),
        ("{}", []),
        ("7", [7]),
        ("\ufeff[1, 2]", [1, 2]),
        ("[1, [2, [3]]]", [1, 2, 3]),
        ('{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ('{"items": [1, 2], "metadata": {"x": 3}}', [1, 2, {"metadata": {"x": 3}}]),
        ('{"success": true, "data": {"items": [{"id": 1}]}}', [{"id": 1}, {"success": True}]),
        ('{"id": 1, "modelVersions": [{"id": 2}]}', [{"id": 1, "modelVersions": [{"id": 2}]}]),
        ('{"data": "x"}', [{"data": "x"}]),
        ("[NaN]", ["nan"]),
    ],
)
def test_wrappers_are_entered_and_what_they_hold_is_whole(
    text: str, expected: list[object]
) -> None:
    assert [str(one) if one != one else one for one in read(text)] == expected  # noqa: PLR0124  # NaN


@pytest.mark.parametrize(
    ("text", "before", "why"),
    [
        ("[1, 2", [1, 2], "no JSON at character 6: ',' was expected, not 'the end of the file'"),
        ("[1 2]", [1], "no JSON at character 4: ',' was expected, not '2'"),
        ('[1, {"a": ]', [1], "no JSON at character 11: Expecting value"),
        ("<html>", [], "no JSON at character 1: Expecting value"),
        ('{7: "x"}', [], "a key of an object must be a text, not 7"),
        ("[" + "9" * 5000 + "]", [], "no JSON at character 2: Exceeds the limit"),
    ],
)
def test_junk_is_said_where_it_begins_and_what_was_before_it_stands(
    text: str, before: list[object], why: str
) -> None:
    got: list[object] = []
    with pytest.raises(JunkError) as raised:
        got.extend(elements(io.StringIO(text)))
    assert str(raised.value)[: len(why)] == why
    assert got == before


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"items":', '[{"x":'])
def test_a_hundred_thousand_brackets_are_junk_and_no_crash(opening: str) -> None:
    with pytest.raises(JunkError):
        read(opening * 100_000)


def test_an_object_of_many_members_is_given_in_parts() -> None:
    found = read(json.dumps({str(n): {"id": n} for n in range(2500)}))
    assert [len(part) for part in found] == [1001, 1001, 498]
