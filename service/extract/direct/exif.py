"""EXIF of few and simple tags, as generators write it: the first directory, and those in it.

Not Pillow's ``Exif``: it drops the order of tags and the form of each value, by which ExifTool
tells what to write, and every photograph's tags would still be ExifTool's. Camera's tags, maker
notes (but a word of Fooocus'), positions (but GIMP's height) and thumbnails are not read here.
"""

import struct

from service.extract.direct.exif_tags import (
    BYTE,
    LONG,
    RATIONAL,
    RULES,
    SHORT,
    TEXT,
    UNDEFINED,
    Value,
    integer_of,
)
from service.extract.direct.found_tags import FoundTags, NotUnderstoodError
from service.light_dataclasses import dataclass

_HEAD = 8
_ENTRY = 12
_MOST_ENTRIES = 64
_ODD_RESTS = (1, 3)
"""Bytes behind a directory, at the end of the block, of which ExifTool complains."""
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_ORDER_WORDS = {"<": "Little-endian (Intel, II)", ">": "Big-endian (Motorola, MM)"}
_SIZES = {BYTE: 1, TEXT: 1, SHORT: 2, LONG: 4, RATIONAL: 8, UNDEFINED: 1}
_INNER = {0x8769: "ExifIFD", 0x8825: "GPS"}
"""Tags of the first directory that lead to another one."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of EXIF, and the directories of it that are being read or have been."""

    data: bytes
    order: str
    found: FoundTags
    directories: "list[_Directory]"


@dataclass(frozen=True, slots=True)
class _Directory:
    """A directory of a block, and where it is."""

    group: str
    start: int
    end: int


def read_exif(data: bytes, found: FoundTags) -> None:
    """Find the tags of a block that begins with its byte order.

    Raises NotUnderstoodError where there is anything but plain tags of the first directory and of
    the two that it leads to.
    """
    order = _ORDERS.get(data[:4])
    if order is None or len(data) < _HEAD:
        raise NotUnderstoodError("EXIF of another kind")
    found.add("File", "ExifByteOrder", _ORDER_WORDS[order])
    block = _Block(data, order, found, [])
    directory = _open_directory(block, "IFD0", _number(data, 4, order + "I"))
    _read_directory(block, directory)
    rest = len(data) - directory.end
    if rest not in (0, 2) and _number(data, directory.end, order + "I"):
        raise NotUnderstoodError("a second directory")


def _number(block: bytes, at: int, form: str) -> int:
    try:
        [number] = struct.unpack_from(form, block, at)
    except struct.error as error:
        raise NotUnderstoodError("EXIF that is cut off") from error
    return int(number)


def _open_directory(block: _Block, group: str, start: int) -> _Directory:
    count = _number(block.data, start, block.order + "H")
    end = start + 2 + _ENTRY * count
    is_odd = len(block.data) - end in _ODD_RESTS
    if start < _HEAD or count > _MOST_ENTRIES or end > len(block.data) or is_odd:
        raise NotUnderstoodError("an EXIF directory that is cut off, or long")
    if any(start < other.end and end > other.start for other in block.directories):
        raise NotUnderstoodError("EXIF directories one over the other")
    directory = _Directory(group, start, end)
    block.directories.append(directory)
    return directory


def _read_directory(block: _Block, directory: _Directory) -> None:
    rules = RULES[directory.group]
    groups = set[str]()
    for at in range(directory.start + 2, directory.end, _ENTRY):
        tag, form, count = struct.unpack_from(block.order + "HHI", block.data, at)
        value = _read_value(block, directory, at + 8, form, count)
        group = _INNER.get(tag) if directory.group == "IFD0" else None
        if group and group not in groups:
            groups.add(group)
            _read_directory(block, _open_directory(block, group, integer_of(value)))
            continue
        rule = rules.get(tag)
        if rule is None:
            raise NotUnderstoodError(f"a tag {tag:#06x}")
        if rule.is_known(value):
            block.found.add(directory.group, rule.name, rule.read(value), rule.priority)


def _read_value(block: _Block, directory: _Directory, at: int, form: int, count: int) -> Value:
    size = _SIZES.get(form, 0) * count
    if not size:
        raise NotUnderstoodError("a value of another form, or of nothing")
    if size > 4:  # noqa: PLR2004 - it does not fit into its entry
        at = _number(block.data, at, block.order + "I")
        is_over_directory = at < directory.end and at + size > directory.start
        if at < _HEAD or at + size > len(block.data) or is_over_directory:
            raise NotUnderstoodError("a value in a place where none can be")
    return Value(form, count, block.data[at : at + size], block.order, block.found)
