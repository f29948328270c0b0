"""ExifTool's JSON, told apart by file name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ExtractorError
from service.extract.answers import first_complaint, tags_by_name, tags_of_one_file


def test_answers_are_told_apart_by_name_and_lose_their_folder() -> None:
    answer = (
        b'[{"SourceFile":"/b","System:Directory":"/","X:Y":1},'
        b'{"SourceFile":"/a","System:FileName":"a"}]'
    )
    assert tags_by_name(answer, ["/a", "/b", "/gone"]) == {
        "/b": {"X:Y": 1},
        "/a": {"System:FileName": "a"},
    }


@pytest.mark.parametrize(
    "answer",
    [
        b"junk",
        b'[{"SourceFile":"/a"},',
        b"{}",
        b"[1]",
        b'[{"X:Y":1}]',
        b'[{"SourceFile":7}]',
        b'[{"SourceFile":"/stranger"}]',
        b"[" * 100_000,
        b'[{"SourceFile":"/a","X:Y":' + b"[" * 2000 + b"]" * 2000 + b"}]",
    ],
)
def test_an_answer_that_is_not_ours_is_refused(answer: bytes) -> None:
    with pytest.raises(ExtractorError):
        tags_by_name(answer, ["/a"])


def test_a_value_nested_too_deep_is_left_out_and_the_other_tags_are_read() -> None:
    deep = b"[" * 500 + b"]" * 500
    answer = b'[{"SourceFile":"/a","X:Y":1,"CBOR:Deep":' + deep + b"}]"
    assert tags_of_one_file(answer) == {
        "X:Y": 1,
        "Limits:LeftOut": ["CBOR:Deep: a value nested deeper than 100 was left out."],
    }


def test_no_answer_is_an_answer_for_nobody() -> None:
    assert tags_by_name(b"", ["/a"]) == {}


def test_numbers_keep_every_digit() -> None:
    answer = (
        b'[{"SourceFile": "/a", "X:Seed": 18446744073709551617,'
        b' "X:Text": "\\"seed\\": 18446744073709551615"}]'
    )
    expected = {"X:Seed": 18446744073709551617, "X:Text": '"seed": 18446744073709551615'}
    assert tags_by_name(answer, ["/a"]) == {"/a": expected}


def test_what_is_no_json_but_nearly_is_read() -> None:
    answer = b'[{"SourceFile": "/a", "X:Nan": NaN, "X:Latin": "caf\xe9", "X:Raw": "a\tb"}]'
    assert tags_by_name(answer, ["/a"]) == {
        "/a": {"X:Nan": None, "X:Latin": "caf\ufffd", "X:Raw": "a\tb"}
    }


@given(st.binary(max_size=80))
def test_any_answer_is_read_or_refused(answer: bytes) -> None:
    try:
        found = tags_by_name(answer, ["/a"])
    except ExtractorError:
        return
    assert set(found) <= {"/a"}


def test_the_only_answer_needs_no_name() -> None:
    assert tags_of_one_file(b'[{"SourceFile":"/lat?.png","X:Y":1}]') == {"X:Y": 1}
    assert tags_of_one_file(b"") is None
    assert tags_of_one_file(b'[{"X:Y":1},{"X:Y":2}]') is None


def test_exiftools_own_words_are_kept() -> None:
    stderr = b"    1 files could not be read\nError: File format error - /a\n"
    assert first_complaint(stderr) == "ExifTool: Error: File format error - /a"
    assert first_complaint(b"") == "ExifTool gave no answer for this file"
