"""Bytes from pipes, cut into answers and told apart by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ExtractorError
from service.extract.answer_stream import AnswerStream, AnswerTooLongError
from service.extract.answers import by_name, complaint, only


@given(
    answers=st.lists(st.binary(max_size=60), max_size=5),
    size=st.integers(1, 50),
    first=st.integers(0, 999),
)
def test_answers_come_out_whole_whatever_the_pieces(
    answers: list[bytes], size: int, first: int
) -> None:
    stream = AnswerStream("{ready%d}", first, 1000)
    data = b"".join(
        b"%s{ready%d}\r\n" % (answer, number) for number, answer in enumerate(answers, first)
    )
    got = [each for at in range(0, len(data), size) for each in stream.feed(data[at : at + size])]
    assert got == [(number, answer.strip()) for number, answer in enumerate(answers, first)]


def test_the_mark_of_another_answer_ends_nothing() -> None:
    stream = AnswerStream("{ready%d}", 5, 1000)
    assert list(stream.feed(b"a {ready4} b {ready50} c\n{ready5}")) == [
        (5, b"a {ready4} b {ready50} c")
    ]


def test_an_answer_without_end_is_cut_off() -> None:
    stream = AnswerStream("{ready%d}", 1, 1000)
    assert [list(stream.feed(b"x" * 100)) for _ in range(10)] == [[]] * 10
    with pytest.raises(AnswerTooLongError):
        list(stream.feed(b"x"))


def test_answers_are_told_apart_by_name_and_lose_their_folder() -> None:
    answer = b'[{"SourceFile":"/b","System:Directory":"/","X:Y":1},{"SourceFile":"/a","System:FileName":"a"}]'
    assert by_name(answer, ["/a", "/b", "/gone"]) == {
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
    ],
)
def test_an_answer_that_is_not_ours_is_refused(answer: bytes) -> None:
    with pytest.raises(ExtractorError):
        by_name(answer, ["/a"])


def test_no_answer_is_an_answer_for_nobody() -> None:
    assert by_name(b"", ["/a"]) == {}


def test_numbers_keep_every_digit() -> None:
    answer = b'[{"SourceFile": "/a", "X:Seed": 18446744073709551617, "X:Text": "\\"seed\\": 18446744073709551615"}]'
    expected = {"X:Seed": 18446744073709551617, "X:Text": '"seed": 18446744073709551615'}
    assert by_name(answer, ["/a"]) == {"/a": expected}


def test_what_is_no_json_but_nearly_is_read() -> None:
    answer = b'[{"SourceFile": "/a", "X:Nan": NaN, "X:Latin": "caf\xe9", "X:Raw": "a\tb"}]'
    assert by_name(answer, ["/a"]) == {
        "/a": {"X:Nan": None, "X:Latin": "caf\ufffd", "X:Raw": "a\tb"}
    }


@given(st.binary(max_size=80))
def test_any_answer_is_read_or_refused(answer: bytes) -> None:
    try:
        found = by_name(answer, ["/a"])
    except ExtractorError:
        return
    assert set(found) <= {"/a"}


def test_the_only_answer_needs_no_name() -> None:
    assert only(b'[{"SourceFile":"/lat?.png","X:Y":1}]') == {"X:Y": 1}
    assert only(b"") is None
    assert only(b'[{"X:Y":1},{"X:Y":2}]') is None


def test_exiftools_own_words_are_kept() -> None:
    stderr = b"    1 files could not be read\nError: File format error - /a\n"
    assert complaint(stderr) == "ExifTool: Error: File format error - /a"
    assert complaint(b"") == "ExifTool gave no answer for this file"
