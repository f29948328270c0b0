"""What is asked of a reader and what it answers comes through the pipe as it was sent."""

import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import (
    BadFileError,
    ExtractorError,
    ExtractorMissingError,
    ExtractorTooSlowError,
    FileGoneError,
    PipeError,
    TooSlowError,
    TryAgainError,
)
from service.extract.file_to_read import FileToRead
from service.extract.signatures import FileState, Signature
from service.readers import messages
from service.readers.frames import LONGEST, BrokenMessageError, pack_message, read_messages
from service.records import WatchedFile
from service.store.packed_image import PackedImage
from service.store.raw_records import StoredRecord

TEXTS = st.text(st.characters(), max_size=30)
"""Lone surrogates included."""

PATHS = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=30)

NUMBERS = st.one_of(
    st.integers(-(2**63), 2**64 - 1),
    st.integers(),
    st.sampled_from([2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**20]),
)

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    st.floats(allow_nan=False),
    TEXTS,
    st.binary(max_size=100),
)

MESSAGES = st.recursive(
    VALUES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5).map(tuple), st.dictionaries(TEXTS, inner, max_size=5)
    ),
    max_leaves=25,
)

FILES = st.builds(
    WatchedFile,
    root=TEXTS,
    path=TEXTS,
    size=st.integers(0, 2**63 - 1),
    mtime_ns=NUMBERS,
    sidecars=st.lists(TEXTS, max_size=3).map(tuple),
)

SIGNATURES = st.builds(
    Signature,
    mime_type=st.none() | TEXTS,
    sha256=TEXTS,
    has_alpha=st.booleans(),
)


@contextmanager
def pipe_with(data: bytes) -> Iterator[IO[bytes]]:
    """Give the end of a pipe that somebody writes these bytes into and closes."""
    out, into = os.pipe()

    def write() -> None:
        with os.fdopen(into, "wb") as pipe:
            try:
                pipe.write(data)
            except BrokenPipeError:  # whoever reads has seen enough
                return

    thread = threading.Thread(target=write)
    with os.fdopen(out, "rb") as pipe:
        thread.start()
        yield pipe
    thread.join()


def receive(data: bytes) -> list[Any]:
    with pipe_with(data) as pipe:
        return list(read_messages(pipe))


def send(message: object) -> Any:
    """Return a message as it arrives at the other end of a pipe."""
    (arrived,) = receive(pack_message(message))
    return arrived


def frame(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


@given(st.lists(MESSAGES, max_size=5))
def test_messages_arrive_as_they_were_sent_and_in_that_order(sent: list[object]) -> None:
    assert receive(b"".join(map(pack_message, sent))) == sent


def test_a_message_larger_than_the_pipe_arrives_whole() -> None:
    sent = ("is", 1, 0, ("line", bytes(range(256)) * 10_000))
    assert receive(pack_message(sent) * 2) == [sent, sent]


def test_a_list_arrives_as_a_tuple() -> None:
    assert send([1, [2, [3]]]) == (1, (2, (3,)))


def test_a_file_of_the_year_5138_can_be_asked_for() -> None:
    time = 99_999_999_999_000_000_000  # past 64 bits: btrfs, tmpfs and ZFS can hold it
    file = WatchedFile(root="Input", path="a.png", size=1, mtime_ns=time)
    assert messages.unpack_file(send(messages.pack_file(file))) == file


def test_what_is_no_plain_value_is_not_sent() -> None:
    with pytest.raises(TypeError, match="cannot be sent: "):
        pack_message((Path("a"),))


@pytest.mark.parametrize(
    "body",
    [
        b"\xc1",  # a byte that MessagePack never uses
        b"\x93\x01\x02",  # three values, of which the third is missing
        b"\x01\x02",  # two values
        b"",
        b"\xa2\xff\xfe",  # a text that is not UTF-8
        b"\x91" * 5000,  # deeper than any message
        b"\xdd\xff\xff\xff\xff",  # four thousand million values in five bytes
        b"\x81\x80\x01",  # a key that cannot be one
        b"\xd4\x05\x00",  # an extension type of somebody else
        b"\xd4\x01\x61",  # a large number without digits
        msgpack.packb(msgpack.ExtType(1, b"9" * 5000)),  # more digits than Python reads
    ],
    ids=lambda body: repr(body[:8]),
)
def test_junk_is_a_broken_message_and_what_came_before_it_counts(body: bytes) -> None:
    with pipe_with(pack_message("before") + frame(body)) as pipe:
        arriving = read_messages(pipe)
        assert next(arriving) == "before"
        with pytest.raises(BrokenMessageError):
            next(arriving)


@given(st.binary(max_size=200))
def test_any_bytes_are_messages_or_a_broken_message(body: bytes) -> None:
    try:
        found = receive(frame(body))
    except BrokenMessageError:
        return
    assert len(found) == 1


def test_a_message_that_says_it_is_too_long_is_not_waited_for() -> None:
    with (
        pipe_with(struct.pack(">I", LONGEST + 1)) as pipe,
        pytest.raises(BrokenMessageError, match="a message of 268,435,457 bytes"),
    ):
        list(read_messages(pipe))


def test_a_message_whose_sender_died_in_the_middle_is_dropped() -> None:
    whole = pack_message(("is", 1, 0, "answer"))
    for end in range(len(whole)):
        assert receive(whole + whole[:end]) == [("is", 1, 0, "answer")]


@given(PATHS, FILES)
def test_a_file_to_look_at_arrives(path: str, file: WatchedFile) -> None:
    location, *seen = send(messages.pack_seen(Path("/") / path, file))
    assert (Path(location), seen) == (Path("/") / path, [file.size, file.mtime_ns])


@given(SIGNATURES, st.none() | st.builds(FileState, *[st.integers(-(2**63), 2**64)] * 4))
def test_a_signature_arrives_with_what_the_file_was(
    signature: Signature, state: FileState | None
) -> None:
    whole = replace(signature, state=state)
    arrived = messages.unpack_signature(send(messages.pack_signature(whole)))
    assert (arrived, arrived.state) == (whole, state)


@given(PATHS, FILES, SIGNATURES, st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_a_file_to_read_arrives(
    path: str, file: WatchedFile, signature: Signature, texts: dict[str, str]
) -> None:
    asked = FileToRead(Path(os.sep).absolute() / path, file, signature, texts)
    assert messages.unpack_to_read(send(messages.pack_to_read(asked))) == asked


@given(FILES, st.none() | TEXTS, st.none() | TEXTS, st.binary(max_size=100))
def test_a_stored_record_arrives(
    file: WatchedFile, mime_type: str | None, sha256: str | None, packed: bytes
) -> None:
    record = StoredRecord(file, mime_type, sha256, packed)
    arrived, *others = send(messages.pack_record(record))
    assert StoredRecord(messages.unpack_file(arrived), *others) == record


@given(SIGNATURES)
def test_a_signature_arrives(signature: Signature) -> None:
    answer = ("signature", *messages.pack_signature(signature))
    assert messages.unpack_answer(send(answer)) == signature


ROWS = st.builds(
    PackedImage,
    file=st.tuples(TEXTS, TEXTS, NUMBERS, NUMBERS, st.lists(TEXTS, max_size=2).map(tuple)),
    image=st.dictionaries(TEXTS, VALUES, max_size=4),
    facts=st.lists(st.tuples(TEXTS, st.none() | TEXTS, st.none() | TEXTS), max_size=3).map(tuple),
    tokens=st.lists(st.tuples(st.sampled_from(["pos", "neg"]), NUMBERS, TEXTS), max_size=3).map(
        tuple
    ),
    resources=st.lists(st.lists(VALUES, max_size=3).map(tuple), max_size=3).map(tuple),
    passes=st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), max_size=2).map(tuple),
    conflicts=st.lists(st.lists(TEXTS, max_size=5).map(tuple), max_size=2).map(tuple),
    record=st.binary(max_size=50),
)


@given(ROWS)
def test_packed_rows_arrive(rows: PackedImage) -> None:
    assert messages.unpack_answer(send(("rows", *rows))) == rows


@given(st.binary(max_size=100))
def test_a_line_of_a_dump_arrives(line: bytes) -> None:
    assert messages.unpack_answer(send(("line", line))) == line


@given(TEXTS, TEXTS, TEXTS)
def test_a_failure_arrives(stage: str, error_class: str, message: str) -> None:
    failed = messages.Failed(stage, error_class, message)
    answer = ("failed", stage, error_class, message)
    assert messages.unpack_answer(send(answer)) == failed


@pytest.mark.parametrize(
    ("error", "arrives_as"),
    [
        (BadFileError("no image: \udcff"), BadFileError),
        (TooSlowError("slow"), BadFileError),
        (TryAgainError("busy"), TryAgainError),
        (FileGoneError("gone"), FileGoneError),
        (ExtractorError("died"), ExtractorError),
        (ExtractorTooSlowError("hung"), TryAgainError),
        (ExtractorMissingError("not there"), ExtractorMissingError),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else type(value).__name__,
)
def test_an_error_arrives_as_what_the_worker_does_about_it(
    error: PipeError, arrives_as: type[PipeError]
) -> None:
    arrived = messages.unpack_answer(send(messages.pack_error(error)))
    assert (type(arrived), str(arrived)) == (arrives_as, str(error))


@pytest.mark.parametrize(
    "packed",
    [
        (),
        ("rose", 1),
        ("line", "a text"),
        ("error", "BadFileError", 3),
        ("signature", "image/png", 5, False),
        ("rows", (), {}, (), (), (), (), (), b""),
        ("failed", "look", "OSError", None),
    ],
    ids=repr,
)
def test_what_is_no_answer_is_refused(packed: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="no answer of a reader"):
        messages.unpack_answer(packed)
