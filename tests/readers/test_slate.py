"""What a reader notes is seen by the main process, whatever else the reader does to its slate."""

import math
import os
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slates import slate_and_writer

from service.readers.slate import Note, Slate, SlateWriter

FIELDS = struct.Struct("<Qqqq16sddQ")
"""The form of a note: count, request, place, size, stage, both times, and the count again."""
WRITTEN = 256
"""Bytes of a slate in which notes are."""
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="a file's number, on POSIX")


@pytest.fixture
def pair() -> Iterator[tuple[Slate, SlateWriter]]:
    with slate_and_writer() as made:
        yield made


def forge(writer: SlateWriter, data: bytes) -> None:
    """Write bytes to the slate as a reader may that a file has taken over."""
    writer._map[: len(data)] = data


def fields(
    count: int = 9, place: int = 0, size: int = 1, stage: bytes = b"look", until: float = 0.0
) -> bytes:
    return FIELDS.pack(count, 1, place, size, stage, 0.0, until, count)


def test_nothing_is_noted_at_first(pair: tuple[Slate, SlateWriter]) -> None:
    assert pair[0].read() is None


def test_the_last_note_is_seen_with_its_times(pair: tuple[Slate, SlateWriter]) -> None:
    slate, writer = pair
    for place in range(5):
        before = time.monotonic()
        writer.note(3, place, "parse", 70)
        note = slate.read()
        assert note is not None
        assert note == Note(3, place, "parse", 70, note.begun, note.time)
        assert before <= note.begun <= note.time <= time.monotonic()


def test_a_reader_that_goes_on_has_a_later_time_and_began_when_it_began(
    pair: tuple[Slate, SlateWriter],
) -> None:
    slate, writer = pair
    writer.note(3, 1, "look", 70)
    first = slate.read()
    assert first is not None
    while time.monotonic() == first.time:
        pass
    writer.go_on()
    later = slate.read()
    assert later is not None
    assert (later._replace(time=first.time), later.time > first.time) == (first, True)


def test_of_a_reader_that_was_killed_while_it_wrote_the_note_before_stands(
    pair: tuple[Slate, SlateWriter],
) -> None:
    slate, writer = pair
    writer.note(3, 1, "look", 70)
    writer.note(3, 2, "look", 70)
    before, note_before = writer._map[:WRITTEN], slate.read()
    writer.note(3, 3, "parse", 70)
    after, note_after = writer._map[:WRITTEN], slate.read()
    assert note_before != note_after
    for cut in range(WRITTEN):
        forge(writer, after[:cut] + before[cut:])
        assert slate.read() in {note_before, note_after}


@pytest.mark.parametrize(
    "data",
    [
        fields(place=-1),
        fields(size=-1),
        fields(stage=b"a\nb"),
        fields(stage=b"\xff"),
        fields(stage=b"a\0b"),
        fields(until=-1.0),
        fields(until=math.nan),
        fields(until=math.inf),
        fields(until=time.monotonic() + 86_400),
        fields(count=0),
        fields()[:-8] + bytes(8),
    ],
    ids=lambda _: "",
)
def test_what_cannot_be_is_no_note(data: bytes, pair: tuple[Slate, SlateWriter]) -> None:
    forge(pair[1], data)
    assert pair[0].read() is None


@given(st.binary(min_size=256, max_size=256))
def test_any_bytes_are_a_note_of_the_past_or_none(data: bytes) -> None:
    with slate_and_writer() as (slate, writer):
        forge(writer, data)
        note = slate.read()
        if note is not None:
            assert 0 <= note.begun <= note.time <= time.monotonic()
            assert (note.place >= 0, note.size >= 0, note.stage.isprintable()) == (True,) * 3


@on_posix
def test_a_reader_that_cuts_its_slate_short_has_noted_nothing(
    pair: tuple[Slate, SlateWriter],
) -> None:
    slate, writer = pair
    writer.note(1, 0, "look", 0)
    os.truncate(slate.inherited[0], 0)
    assert slate.read() is None


@on_posix
@pytest.mark.parametrize("has_memfd", [True, False])
def test_a_slate_has_no_name_and_nothing_is_left_of_it(
    has_memfd: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if not has_memfd:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    with slate_and_writer() as (slate, writer):
        writer.note(1, 2, "look", 3)
        note = slate.read()
        (number,) = slate.inherited
        assert list(tmp_path.iterdir()) == []
    assert note is not None
    assert note[:4] == (1, 2, "look", 3)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)
