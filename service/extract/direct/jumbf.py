"""C2PA's manifests, as ExifTool reads them: boxes in boxes, of which each outer one is described.

An outer box (``jumb``) begins with its description (``jumd``): what it is, and a label. Behind it
are the boxes of its content, or outer boxes again (ISO 19566-5). Each outer box is a document of
its own to ExifTool, by which it decides what keeps its name.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import field

from service.extract.direct.cbor import read_cbor
from service.extract.direct.found_tags import Era, FoundTags, NotUnderstoodError
from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern

_HEAD = struct.Struct(">I4s")
_MOST_BOXES = 1_000
"""Of a file. An image that was edited ten times has a hundred."""
_DEEPEST = 8
_OUTER, _DESCRIPTION = b"jumb", b"jumd"

_LABEL = light_pattern(rb"[!-~]{1,200}")
_KIND = struct.Struct(">4s2s2s8s")
_HAS_ID, _HAS_LABEL, _HAS_SIGNATURE = 4, 2, 8
_LETTER_BEHIND = light_pattern("[^-_a-zA-Z0-9]([a-z])")
_NO_NAME = light_pattern("[^-_a-zA-Z0-9]")


@dataclass(slots=True)
class _Walk:
    """A manifest that is being read."""

    data: bytes
    found: FoundTags
    numbers: list[int] = field(default_factory=lambda: [0])
    """The number of each outer box in the one around it; the last counts those that come."""
    label: str = ""
    """The name that the description gives to what is in the box."""
    starts: list[int] = field(default_factory=list)


def read_manifest(data: bytes, found: FoundTags) -> list[int]:
    """Find the tags of a manifest; return where in it the content of each box begins.

    Raises NotUnderstoodError where ExifTool is to read it.
    """
    found.require(is_known=found.dialect.era is not None)
    walk = _Walk(data, found)
    [(kind, start, end)] = _one_box(walk)
    if kind != _OUTER:
        raise NotUnderstoodError("a manifest of another kind")
    _read_outer(walk, start, end, _DEEPEST)
    return walk.starts


def _one_box(walk: _Walk) -> list[tuple[bytes, int, int]]:
    boxes = list(_boxes(walk, 0, len(walk.data)))
    if len(boxes) != 1:
        raise NotUnderstoodError("several manifests, or none")
    return boxes


def _boxes(walk: _Walk, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the content of each box between two places."""
    while at < end:
        if end - at <= _HEAD.size or len(walk.starts) >= _MOST_BOXES:
            raise NotUnderstoodError("a box that is cut off, or too many")
        size, kind = _HEAD.unpack_from(walk.data, at)
        if size <= _HEAD.size or at + size > end:
            raise NotUnderstoodError("a box of no possible size, or of a long one")
        walk.starts.append(at + _HEAD.size)
        yield kind, at + _HEAD.size, at + size
        at += size


def _read_outer(walk: _Walk, start: int, end: int, depth: int) -> None:
    walk.numbers[-1] += 1
    walk.found.part = "-".join(map(str, walk.numbers))
    walk.numbers.append(0)
    boxes = _boxes(walk, start, end)
    kind, at, behind = next(boxes, (b"", 0, 0))
    if kind != _DESCRIPTION or not depth:
        raise NotUnderstoodError("a box without a description, or deep in others")
    _read_description(walk, at, behind)
    for kind, at, behind in boxes:
        if kind == _OUTER:
            _read_outer(walk, at, behind, depth - 1)
            continue
        read = _CONTENTS.get(kind)
        if read is None or not walk.label:
            raise NotUnderstoodError(f"a box {kind!r}, or one behind an outer one")
        read(walk, walk.data[at:behind])
    walk.numbers.pop()
    walk.label = walk.found.part = ""


def _read_description(walk: _Walk, start: int, end: int) -> None:
    flags_at = start + _KIND.size
    if flags_at >= end:
        raise NotUnderstoodError("a description that is cut off")
    flags = walk.data[flags_at]
    if not flags & _HAS_LABEL or flags & (_HAS_ID | _HAS_SIGNATURE):
        raise NotUnderstoodError("a description of another form")
    stored, mark, _ = walk.data[flags_at + 1 : end].partition(b"\0")
    if not mark or not _LABEL.fullmatch(stored):
        raise NotUnderstoodError("a label that is none")
    label = stored.decode("ascii")
    walk.found.add("JUMBF", "JUMDType", _kind_of(walk, start))
    walk.found.add("JUMBF", "JUMDLabel", label)
    walk.label = _name_of(label, walk.found)
    for kind, at, behind in _boxes(walk, flags_at + 1 + len(stored) + 1, end):
        if kind != _SALT:
            raise NotUnderstoodError(f"a box {kind!r} in a description")
        _read_salt(walk, walk.data[at:behind])


def _kind_of(walk: _Walk, start: int) -> str:
    word, *parts = _KIND.unpack_from(walk.data, start)
    first = f"({word.decode()})" if word.isalnum() else word.hex()
    return "-".join((first, *(part.hex() for part in parts)))


def _name_of(label: str, found: FoundTags) -> str:
    """Return how ExifTool calls what is in a box of a label."""
    name = _LETTER_BEHIND.sub(lambda match: match[1].upper(), label)
    name = _NO_NAME.sub("", name).replace("__", "_", 1)
    name = name[:1].upper() + name[1:]
    if found.dialect.era is Era.THIRTEEN:
        name = name.replace("C2pa", "C2PA", 1)
    if len(name) < 2 or not name[0].isalpha():  # noqa: PLR2004
        return f"Tag{name}"
    return name


def _read_cbor(walk: _Walk, body: bytes) -> None:
    read_cbor(body, walk.found)


def _read_type(walk: _Walk, body: bytes) -> None:
    text = body[1:].rstrip(b"\0").replace(b"\0", b", ", 1)
    walk.found.add_text("Jpeg2000", f"{walk.label}Type", text)


def _read_binary(walk: _Walk, body: bytes) -> None:
    walk.found.add_binary("Jpeg2000", f"{walk.label}Data", body)


def _read_salt(walk: _Walk, body: bytes) -> None:
    walk.found.add_text("Jpeg2000", f"{walk.label}Salt", body.hex().encode())


def _pass_over(walk: _Walk, body: bytes) -> None:
    pass


_SALT = b"c2sh"
_CONTENTS: dict[bytes, Callable[[_Walk, bytes], None]] = {
    b"cbor": _read_cbor,
    b"bfdb": _read_type,
    b"bidb": _read_binary,
    _SALT: _read_salt,
    b"free": _pass_over,
}
"""Every box that is understood inside an outer one, besides the outer ones."""
