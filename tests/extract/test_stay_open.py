"""Arguments a line each, and bytes cut into answers at their marks."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.extract.stay_open import AnswerStream, AnswerTooLongError


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


def test_an_answer_beyond_the_cap_is_cut_off_though_its_end_came_with_it() -> None:
    with pytest.raises(AnswerTooLongError):
        list(AnswerStream("{ready%d}", 1, 1000).feed(b"x" * 1000 + b"{ready1}"))


def cut_into_answers(pieces: Iterable[bytes], first: int, cap: int) -> list[object]:
    """Return the answers that come out, and the error where they end in one."""
    stream = AnswerStream("{ready%d}", first, cap)
    found: list[object] = []
    try:
        for piece in pieces:
            for answer in stream.feed(piece):
                found.append(answer)  # noqa: PERF402 - one by one: what came before an error counts
    except AnswerTooLongError:
        found.append("too long")
    return found


def expected_answers(answers: list[bytes], first: int, cap: int) -> list[object]:
    """Return the same by the rule: an answer and its mark have so many bytes at most."""
    found: list[object] = []
    line_end = b""
    for number, answer in enumerate(answers, first):
        if len(line_end + answer + b"{ready%d}" % number) > cap:
            return [*found, "too long"]
        found.append((number, answer.strip()))
        line_end = b"\r\n"
    return found


@given(
    answers=st.lists(st.binary(max_size=40), max_size=6),
    cuts=st.lists(st.integers(0, 320), max_size=12),
    first=st.integers(0, 999),
    cap=st.integers(12, 60),
)
def test_the_same_bytes_give_the_same_answers_and_the_same_error_however_they_are_cut(
    answers: list[bytes], cuts: list[int], first: int, cap: int
) -> None:
    data = b"".join(
        b"%s{ready%d}\r\n" % each for each in zip(answers, range(first, first + 9), strict=False)
    )
    edges = [0, *sorted(cuts), len(data)]
    in_pieces = cut_into_answers((data[a:b] for a, b in pairwise(edges)), first, cap)
    by_bytes = cut_into_answers((data[at : at + 1] for at in range(len(data))), first, cap)
    whole = cut_into_answers([data], first, cap)
    assert in_pieces == by_bytes == whole == expected_answers(answers, first, cap)
