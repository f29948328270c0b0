"""Images made on the spot, and programs that answer as ExifTool does until they misbehave."""

import os
import shutil
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import psutil
import pytest
from patience import PATIENCE_S

from service.extract.file_to_read import FileToRead
from service.extract.signatures import inspect
from service.records import WatchedFile

FAKE = """#!{python} -IS
import json, os, signal, sys, time
def speak(text, number, errors=""):
    sys.stderr.write(errors + "{{post" + number + "}}\\n"); sys.stderr.flush()
    sys.stdout.buffer.write(text if isinstance(text, bytes) else text.encode())
    sys.stdout.write("{{ready" + number + "}}\\n"); sys.stdout.flush()
def is_poison(paths):
    return any("poison" in path for path in paths)
def entries(paths):
    name = os.path.basename
    return json.dumps([{{"SourceFile": path, "PNG:Parameters": name(path)}} for path in paths])
def read(paths, number):
    speak(entries(paths), number)
{behaviour}
lines = []
for line in iter(sys.stdin.buffer.readline, b""):
    line = line.decode().rstrip("\\n")
    lines.append(line)
    if lines[-2:] == ["-stay_open", "False"]:
        break
    if line.startswith("-execute"):
        if lines[0] == "-ver":
            speak("12.99\\n", line[8:])
        else:
            read([each for each in lines if each.startswith("/")], line[8:])
        lines = []
"""


class MakeFile(Protocol):
    """Makes a file and inspects it."""

    def __call__(self, name: str | bytes = ..., data: bytes = ...) -> FileToRead: ...


def build_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a PNG chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def build_png(*chunks: tuple[bytes, bytes], colour: int = 2) -> bytes:
    """Return a PNG of one pixel with these chunks before its image data."""
    head = build_chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, colour, 0, 0, 0))
    pixels = build_chunk(b"IDAT", zlib.compress(b"\0" * 5)) + build_chunk(b"IEND", b"")
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + b"".join(build_chunk(kind, data) for kind, data in chunks)
        + pixels
    )


@pytest.fixture(scope="session")
def png() -> Callable[..., bytes]:
    return build_png


@pytest.fixture(scope="session")
def chunk() -> Callable[[bytes, bytes], bytes]:
    return build_chunk


@pytest.fixture
def fake(tmp_path: Path) -> Callable[[str], Path]:
    """Return a maker of ExifTools whose ``read(paths, number)`` is the given Python."""
    if os.name == "nt":
        pytest.skip("the stand-ins are scripts with a first line that Windows does not know")

    def make(behaviour: str = "", name: str = "exiftool") -> Path:
        place = tmp_path / "bin" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(FAKE.format(python=sys.executable, behaviour=behaviour), encoding="utf-8")
        place.chmod(0o755)
        return place

    return make


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """Return a maker of inspected files in the test's own folder."""

    def make(
        name: str | bytes = "a.png", data: bytes = build_png((b"tEXt", b"parameters\0a cat"))
    ) -> FileToRead:
        folder = tmp_path / "images"
        folder.mkdir(exist_ok=True)
        text = name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")
        location = folder / text
        location.write_bytes(data)
        stored = text.encode("utf-8", "backslashreplace").decode()
        file = WatchedFile(root="Input", path=stored, size=len(data), mtime_ns=1)
        return FileToRead(location, file, inspect(location, len(data)))

    return make


@pytest.fixture(autouse=True)
def _no_orphans() -> Iterator[None]:
    """Fail a test that leaves a process behind."""
    before = set(psutil.Process().children(recursive=True))
    yield
    left = set(psutil.Process().children(recursive=True)) - before
    _, alive = psutil.wait_procs(left, timeout=PATIENCE_S)
    assert alive == []


@pytest.fixture(scope="session")
def real_exiftool() -> Path:
    """Return the real ExifTool; CI has one, and a machine without it skips."""
    found = shutil.which("exiftool")
    if found is None:
        pytest.skip("no ExifTool on PATH")
    return Path(found).resolve()
