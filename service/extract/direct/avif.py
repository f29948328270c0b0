"""A still AVIF, as ExifTool reads it: boxes that describe its items (ISO 23008-12).

There is the picture, as one item, perhaps its alpha channel as another, and what describes it: EXIF
and XMP. A picture in tiles, a sequence, and what is protected or in pieces is ExifTool's.
"""

from collections.abc import Callable
from dataclasses import field

from service.extract.direct.avif_items import (
    Items,
    read_associations,
    read_entries,
    read_places,
    read_primary,
    read_references,
)
from service.extract.direct.avif_properties import read_property
from service.extract.direct.boxes import boxes_of, exif_of, read_brands
from service.extract.direct.exif import read_exif
from service.extract.direct.found_tags import Era, FoundTags, NotUnderstoodError
from service.extract.direct.xmp import read_xmp
from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern

_BRAND = b"avif"
_VERSIONED = 4
_NAME = light_pattern(rb"[ -~]*\0?")
_HANDLER = bytes(8) + b"pict" + bytes(12)
_ALPHA = "1"
"""The part of the file that the alpha channel is: a document of its own to ExifTool."""


@dataclass(slots=True)
class _Walk:
    """An AVIF that is being read, and the boxes of ``meta`` that have been."""

    data: memoryview
    found: FoundTags
    items: Items = field(default_factory=Items)
    kinds: set[bytes] = field(default_factory=set)
    properties: tuple[int, int] = (0, 0)
    """Where they begin and end. They are read last, when it is known whose they are."""


def read_avif(data: memoryview, found: FoundTags) -> None:
    """Find the tags of a whole file. Raises NotUnderstoodError where ExifTool is to read it."""
    found.require(is_known=found.dialect.era is not None)
    found.favoured = "XMP"
    walk = _Walk(data, found)
    order = []
    for kind, start, end in boxes_of(data, 0, len(data)):
        order.append(kind)
        if kind == b"ftyp":
            _read_type(data[start:end].tobytes(), found)
        elif kind == b"meta":
            _read_meta(walk, start, end)
        elif kind == b"mdat":
            found.add("QuickTime", "MediaDataSize", end - start)
            found.add("QuickTime", "MediaDataOffset", start)
    if order[:1] != [b"ftyp"] or sorted(order[1:]) != [b"mdat", b"meta"]:
        raise NotUnderstoodError("an AVIF of other boxes")


def _read_type(body: bytes, found: FoundTags) -> None:
    if body[:4] != _BRAND:
        raise NotUnderstoodError("another brand")
    read_brands("QuickTime", "AV1 Image File Format (.AVIF)", body, found)


def _read_meta(walk: _Walk, start: int, end: int) -> None:
    if any(walk.data[start : start + _VERSIONED]):
        raise NotUnderstoodError("a meta of another form")
    for kind, at, behind in boxes_of(walk.data, start + _VERSIONED, end):
        read = _BOXES.get(kind)
        if read is None or kind in walk.kinds:
            raise NotUnderstoodError(f"a box {kind!r}, or a second one")
        walk.kinds.add(kind)
        read(walk, at, behind)
    walk.items.check()
    for kind, at, size in walk.items.described():
        if at + size > len(walk.data):
            raise NotUnderstoodError("an item beyond the end")
        body = walk.data[at : at + size].tobytes()
        if kind == b"Exif":
            read_exif(exif_of(body), walk.found)
        else:
            read_xmp(body, walk.found)
    _read_properties(walk)


def _read_handler(walk: _Walk, start: int, end: int) -> None:
    body = walk.data[start:end].tobytes()
    name = body[len(_HANDLER) :]
    if not body.startswith(_HANDLER) or not _NAME.fullmatch(name):
        raise NotUnderstoodError("a handler of another form")
    walk.found.add("QuickTime", "HandlerType", "Picture")
    if name := name.rstrip(b"\0"):
        walk.found.add_text("QuickTime", "HandlerDescription", name)


def _read_primary(walk: _Walk, start: int, end: int) -> None:
    number = read_primary(walk.items, walk.data[start:end].tobytes())
    walk.found.add("Meta", "PrimaryItemReference", number)


def _read_places(walk: _Walk, start: int, end: int) -> None:
    read_places(walk.items, walk.data[start:end].tobytes())


def _read_entries(walk: _Walk, start: int, end: int) -> None:
    read_entries(walk.items, walk.data, start, end)


def _read_references(walk: _Walk, start: int, end: int) -> None:
    read_references(walk.items, walk.data, start, end)


def _look_at_properties(walk: _Walk, start: int, end: int) -> None:
    """Find out whose the properties are, and where."""
    boxes = list(boxes_of(walk.data, start, end))
    if [kind for kind, _, _ in boxes] != [b"ipco", b"ipma"]:
        raise NotUnderstoodError("properties of another form")
    [(_, *place), (_, at, behind)] = boxes
    walk.properties = (place[0], place[1])
    read_associations(walk.items, walk.data[at:behind].tobytes())


def _read_properties(walk: _Walk) -> None:
    for number, (kind, at, behind) in enumerate(boxes_of(walk.data, *walk.properties), 1):
        is_apart = walk.found.dialect.era is Era.THIRTEEN or kind == b"ispe"
        walk.found.part = _ALPHA if is_apart and walk.items.is_of_alpha(number) else ""
        read_property(kind, walk.data[at:behind].tobytes(), walk.found)
    walk.found.part = ""


_BOXES: dict[bytes, Callable[[_Walk, int, int], None]] = {
    b"hdlr": _read_handler,
    b"pitm": _read_primary,
    b"iloc": _read_places,
    b"iinf": _read_entries,
    b"iref": _read_references,
    b"iprp": _look_at_properties,
}
"""Every box of ``meta`` that is understood."""
