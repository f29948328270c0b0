"""One read of a file: its kind, its hash, and what ExifTool must not see."""

import hashlib
import os
import struct
import sys
import threading
import tracemalloc
import zlib
from collections.abc import Callable
from io import FileIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import BadFileError, FileGoneError, TryAgainError
from service.extract import signatures
from service.extract.png_chunks import TEXT_CAP, ChunkScan
from service.extract.signatures import FileState, Signature, check_unchanged, inspect

Chunk = Callable[[bytes, bytes], bytes]
Png = Callable[..., bytes]


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Return 522 kB that inflate to 512 MB."""
    deflater = zlib.compressobj(9)
    piece = bytes(1024 * 1024)
    return b"".join(deflater.compress(piece) for _ in range(512)) + deflater.flush()


def write(folder: Path, data: bytes) -> Path:
    place = folder / "image.png"
    place.write_bytes(data)
    return place


def test_a_png_is_known_by_bytes_hash_and_alpha(tmp_path: Path, png: Png) -> None:
    data = png((b"tEXt", b"parameters\0a cat"), colour=6)
    place = write(tmp_path, data)
    assert inspect(place, len(data)) == Signature(
        "image/png", hashlib.sha256(data).hexdigest(), has_alpha=True
    )


def test_an_animated_png_is_told_from_a_still_one(tmp_path: Path, png: Png) -> None:
    data = png((b"acTL", bytes(8)))
    assert inspect(write(tmp_path, data), len(data)).mime_type == "image/apng"


def test_a_name_that_lies_is_not_believed(tmp_path: Path) -> None:
    place = write(tmp_path, b"\xff\xd8\xff\xe0 not a png")
    assert inspect(place, 14).mime_type == "image/jpeg"


def test_an_empty_file_has_a_hash_and_no_kind(tmp_path: Path) -> None:
    place = write(tmp_path, b"")
    assert inspect(place, 0) == Signature(None, hashlib.sha256(b"").hexdigest(), has_alpha=False)


def test_a_large_file_is_read_in_pieces_and_hashed_whole(tmp_path: Path) -> None:
    data = b"GIF89a" + os.urandom(3_000_000)
    place = write(tmp_path, data)
    tracemalloc.start()
    got = inspect(place, len(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert got == Signature("image/gif", hashlib.sha256(data).hexdigest(), has_alpha=False)
    assert peak < 1_500_000


@pytest.mark.parametrize("start", [b"AT&TFORM", b"MZ\x90\x00", b"%PDF-1.7", b"#!/bin/sh"])
def test_what_is_no_image_is_refused_and_its_start_told(tmp_path: Path, start: bytes) -> None:
    place = write(tmp_path, start + bytes(100))
    with pytest.raises(BadFileError) as caught:
        inspect(place, len(start) + 100)
    assert str(caught.value).startswith(f"not an image: starts with {start.hex(' ')}")


def test_a_missing_file_is_gone(tmp_path: Path) -> None:
    with pytest.raises(FileGoneError):
        inspect(tmp_path / "nothing.png", 9)


def test_a_folder_is_no_image(tmp_path: Path) -> None:
    with pytest.raises(BadFileError if sys.platform != "win32" else TryAgainError):
        inspect(tmp_path, 9)


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes lie in no folder there")
def test_a_named_pipe_does_not_hold_the_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "image.png")
    with pytest.raises(BadFileError, match="not a regular file"):
        inspect(tmp_path / "image.png", 9)


@pytest.mark.parametrize("seen", [0, 10, 100_000, 5_000_000])
def test_a_file_of_another_size_is_still_being_written(tmp_path: Path, png: Png, seen: int) -> None:
    place = write(tmp_path, png() + bytes(2_000_000))
    with pytest.raises(TryAgainError, match="still being written"):
        inspect(place, seen)


class GrowingFile(FileIO):
    """A file that its writer makes longer as fast as it is read."""

    def __init__(self, place: Path, reads: int) -> None:
        super().__init__(place)
        self._reads = reads

    def readinto(self, buffer: memoryview) -> int:
        self._reads -= 1
        assert self._reads, "it is read on and on"
        return len(buffer)


def test_a_file_that_grows_as_fast_as_it_is_read_is_left(tmp_path: Path) -> None:
    place = write(tmp_path, b"GIF89a" + bytes(600_000))
    with GrowingFile(place, reads=3) as file, pytest.raises(TryAgainError, match="still being"):
        signatures._read(file, 600_000, FileState.of(place), lambda: None)


def test_a_file_that_has_lost_its_bytes_is_still_being_written(tmp_path: Path) -> None:
    with pytest.raises(TryAgainError, match="still being written: empty, 9 bytes expected"):
        inspect(write(tmp_path, b""), 9)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_tried_again(tmp_path: Path, png: Png) -> None:
    place = write(tmp_path, png())
    place.chmod(0)
    with pytest.raises(TryAgainError, match="cannot be read now"):
        inspect(place, len(png()))


@pytest.mark.parametrize(
    ("kind", "start"),
    [(b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0en\0k\0"), (b"iCCP", b"icc\0\0")],
)
def test_a_text_bomb_is_refused_in_little_memory(
    tmp_path: Path,
    png: Png,
    bomb: bytes,
    kind: bytes,
    start: bytes,
) -> None:
    data = png((kind, start + bomb))
    place = write(tmp_path, data)
    tracemalloc.start()
    with pytest.raises(BadFileError) as caught:
        inspect(place, len(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(caught.value) == f"its {kind.decode()} chunk brings the texts to more than 16 MiB"
    assert peak < 16_000_000


def test_many_middling_texts_are_counted_together(tmp_path: Path, png: Png) -> None:
    middling = zlib.compress(bytes(TEXT_CAP // 4))
    data = png(*[(b"zTXt", b"k\0\0" + middling)] * 5)
    with pytest.raises(BadFileError, match="zTXt"):
        inspect(write(tmp_path, data), len(data))


@pytest.mark.parametrize("kind", [b"tEXt", b"eXIf", b"caBX", b"zTXt", b"iTXt", b"iCCP"])
def test_a_text_that_is_large_as_it_is_is_refused_too(kind: bytes) -> None:
    scan = ChunkScan()
    scan.feed(memoryview((TEXT_CAP + 1).to_bytes(4, "big") + kind))
    with pytest.raises(BadFileError) as caught:
        scan.feed(memoryview(bytes(TEXT_CAP + 1)))
    assert str(caught.value) == f"its {kind.decode()} chunk brings the texts to more than 16 MiB"


def test_pixels_may_be_as_large_as_they_are() -> None:
    scan = ChunkScan()
    scan.feed(memoryview((TEXT_CAP + 1).to_bytes(4, "big") + b"IDAT"))
    scan.feed(memoryview(bytes(TEXT_CAP + 5)))
    scan.feed(memoryview(b"\0\0\0\0acTL" + bytes(4)))
    assert scan.animated


def test_a_text_that_is_not_compressed_is_not_inflated(chunk: Chunk, bomb: bytes) -> None:
    scan = ChunkScan()
    scan.feed(memoryview(chunk(b"iTXt", b"k\0\0\0en\0k\0" + bomb)))
    scan.feed(memoryview(chunk(b"acTL", bytes(8))))
    assert scan.animated


def test_an_honest_large_workflow_passes(tmp_path: Path, png: Png) -> None:
    data = png((b"zTXt", b"workflow\0\0" + zlib.compress(os.urandom(5_000_000).hex().encode())))
    assert inspect(write(tmp_path, data), len(data)).mime_type == "image/png"


@pytest.mark.parametrize("cut", [9, 20, 30, 40, 45, 60, -1])
def test_a_truncated_png_is_read_as_far_as_it_goes(tmp_path: Path, png: Png, cut: int) -> None:
    data = png((b"zTXt", b"k\0\0" + zlib.compress(b"text" * 50)))[:cut]
    assert inspect(write(tmp_path, data), len(data)).mime_type == "image/png"


def test_a_length_that_claims_gigabytes_is_not_believed(tmp_path: Path, png: Png) -> None:
    data = png()[:33] + b"\x7f\xff\xff\xfftEXtparameters\0a cat"
    assert inspect(write(tmp_path, data), len(data)).mime_type == "image/png"


@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=6))
def test_the_scan_takes_any_bytes_in_any_pieces(data: bytes, cuts: list[int]) -> None:
    whole, pieces = ChunkScan(), ChunkScan()
    whole.feed(memoryview(data))
    edges = [0, *sorted(cuts), len(data)]
    for start, end in pairwise(edges):
        pieces.feed(memoryview(data)[start:end])
    assert (pieces.animated, pieces.has_alpha) == (whole.animated, whole.has_alpha)


@given(size=st.integers(1, 40))
def test_a_good_png_is_scanned_alike_in_pieces_of_any_size(png: Png, size: int) -> None:
    data = png((b"acTL", bytes(8)), (b"zTXt", b"k\0\0" + zlib.compress(b"text")), colour=4)[8:]
    scan = ChunkScan()
    for at in range(0, len(data), size):
        scan.feed(memoryview(data)[at : at + size])
    assert (scan.animated, scan.has_alpha) == (True, True)


@pytest.mark.parametrize(
    "malformed",
    [
        b"\x80\0\0\0tEXt",  # a length that no chunk may have
        b"\xff\xff\xff\xffIHDR",
        b"\0\0\0\0te\0t" + bytes(4),  # a type that is not four letters
        b"\0\0\0\x041234" + bytes(8),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_nothing_behind_a_malformed_chunk_is_believed(
    chunk: Chunk, malformed: bytes, size: int
) -> None:
    grey = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    with_alpha = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)
    bomb = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(TEXT_CAP + 1)))
    behind = chunk(b"acTL", bytes(8)) + chunk(b"IHDR", with_alpha) + bomb
    data = chunk(b"IHDR", grey) + malformed + behind
    scan = ChunkScan()
    for at in range(0, len(data), size):
        scan.feed(memoryview(data)[at : at + size])
    assert (scan.animated, scan.has_alpha) == (False, False)


def test_what_is_behind_a_malformed_length_weighs_nothing() -> None:
    scan = ChunkScan()
    scan.feed(memoryview(b"\x80\0\0\0iTXt"))
    scan.feed(memoryview(bytes(TEXT_CAP + 1)))
    assert (scan.animated, scan.has_alpha) == (False, False)


def written_again(place: Path) -> None:
    """Change a byte in place, as ``rsync --inplace`` does: size and time stay."""
    status = place.stat()
    with place.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"!")
    os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))


def replaced(place: Path) -> None:
    """Put another file of the same size and time in its place, as ``cp -p`` and a rename do."""
    status = place.stat()
    other = place.with_name("other")
    other.write_bytes(bytes(status.st_size))
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(place)


def test_a_file_that_was_not_touched_is_what_it_was(tmp_path: Path, png: Png) -> None:
    place = write(tmp_path, png())
    check_unchanged(place, inspect(place, len(png())).state)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            written_again,
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no time of change there"),
        ),
        replaced,
    ],
)
def test_a_file_of_the_same_size_and_time_with_other_bytes_is_not_what_it_was(
    tmp_path: Path, png: Png, change: Callable[[Path], None]
) -> None:
    place = write(tmp_path, png())
    state = inspect(place, len(png())).state
    change(place)
    with pytest.raises(TryAgainError, match="written or replaced while ExifTool read it"):
        check_unchanged(place, state)


def test_a_file_that_went_since_it_was_hashed_is_gone(tmp_path: Path, png: Png) -> None:
    place = write(tmp_path, png())
    state = inspect(place, len(png())).state
    place.unlink()
    with pytest.raises(FileGoneError):
        check_unchanged(place, state)


def test_a_file_written_after_it_was_seen_comes_again(tmp_path: Path, png: Png) -> None:
    place = write(tmp_path, png())
    seen = place.stat().st_mtime_ns
    os.utime(place, ns=(seen, seen + 1_000_000_000))
    with pytest.raises(TryAgainError, match="written since it was seen"):
        inspect(place, len(png()), seen)


def test_a_file_written_while_it_is_hashed_comes_again(tmp_path: Path) -> None:
    data = b"GIF89a" + bytes(60_000_000)
    place = write(tmp_path, data)
    done = threading.Event()

    def write_on() -> None:
        with place.open("r+b", buffering=0) as file:
            while not done.is_set():
                file.seek(-1, os.SEEK_END)
                file.write(b"!")

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        with pytest.raises(TryAgainError, match="written or replaced while it was read"):
            inspect(place, len(data))
    finally:
        done.set()
        writer.join()
