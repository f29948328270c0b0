"""The items of an AVIF: what each is, where its bytes are, and which properties are its own."""

from collections.abc import Iterator
from dataclasses import field

from service.extract.direct.boxes import boxes_of
from service.extract.direct.found_tags import NotUnderstoodError
from service.light_dataclasses import dataclass

_PICTURE, _EXIF, _OTHER = b"av01", b"Exif", b"mime"
_XMP = b"application/rdf+xml\0"
_MOST_ITEMS = 64
_VERSIONED = 4
"""Bytes before a box's content: its version, and flags."""


@dataclass(slots=True)
class Item:
    """One item, by what was said of it in several boxes."""

    kind: bytes = b""
    """``av01``, ``Exif``, or ``mime``, which here always is XMP."""
    start: int = 0
    size: int = 0
    refers_to: int = 0
    """The item that it describes, or whose alpha channel it is. 0 where that is not said."""
    properties: frozenset[int] = frozenset()
    """Their numbers, from 1 on."""


@dataclass(slots=True)
class Items:
    """The items of a file, by their numbers, and which of them is the picture."""

    primary: int = 0
    by_number: dict[int, Item] = field(default_factory=dict)

    def of(self, number: int) -> Item:
        """Return an item, a new one where nothing has been said of it yet."""
        if len(self.by_number) >= _MOST_ITEMS:
            raise NotUnderstoodError("many items")
        return self.by_number.setdefault(number, Item())

    def check(self) -> None:
        """Raise NotUnderstoodError where there is more than a picture, its alpha, EXIF and XMP."""
        kinds = [item.kind for item in self.by_number.values()]
        pictures = [item for item in self.by_number.values() if item.kind == _PICTURE]
        picture = self.by_number.get(self.primary)
        if not self.primary or picture is None or picture.kind != _PICTURE or picture.refers_to:
            raise NotUnderstoodError("a picture of another kind")
        if len(pictures) > 2 or kinds.count(_EXIF) > 1 or kinds.count(_OTHER) > 1:  # noqa: PLR2004
            raise NotUnderstoodError("more than a picture and its alpha channel")
        for number, item in self.by_number.items():
            self._check_one(number, item)

    def _check_one(self, number: int, item: Item) -> None:
        is_picture = item.kind == _PICTURE
        may_refer = (self.primary,) if is_picture else (0, self.primary)
        if not item.kind or not item.size:
            raise NotUnderstoodError("an item of no kind or in no place")
        if number != self.primary and item.refers_to not in may_refer:
            raise NotUnderstoodError("an item beside the picture that is not said to be its own")
        if item.properties and not is_picture:
            raise NotUnderstoodError("what describes a picture has properties")

    def described(self) -> Iterator[tuple[bytes, int, int]]:
        """Yield kind, start and size of what describes the picture, as ExifTool reads them."""
        for _, item in sorted(self.by_number.items()):
            if item.kind != _PICTURE:
                yield item.kind, item.start, item.size

    def is_of_alpha(self, number: int) -> bool:
        """Return whether a property is the alpha channel's alone."""
        if number in self.by_number[self.primary].properties:
            return False
        return any(number in item.properties for item in self.by_number.values())


class _Fields:
    """The numbers of a box, one after the other."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, size: int) -> int:
        taken = self._body[self._at : self._at + size]
        if len(taken) != size:
            raise NotUnderstoodError("a box that is cut off")
        self._at += size
        return int.from_bytes(taken, "big")

    def rest(self) -> bytes:
        return self._body[self._at :]

    def end(self) -> None:
        if self._at != len(self._body):
            raise NotUnderstoodError("a box with more in it")


def read_primary(items: Items, body: bytes) -> int:
    """Take in which item is the picture, and return its number."""
    fields = _Fields(body)
    version, flags = fields.take(1), fields.take(3)
    if version > 1 or flags or items.primary:
        raise NotUnderstoodError("a pitm of another form")
    items.primary = fields.take(4 if version else 2)
    fields.end()
    return items.primary


def read_places(items: Items, body: bytes) -> None:
    """Take in where the bytes of each item are: in one piece, in this file."""
    fields = _Fields(body)
    version, flags, sizes = fields.take(1), fields.take(3), fields.take(2)
    offset_size, length_size = sizes >> 12, sizes >> 8 & 15
    base_size, index_size = sizes >> 4 & 15, sizes & 15
    if version > 2 or flags or index_size:  # noqa: PLR2004 - there are no others
        raise NotUnderstoodError("an iloc of another form")
    if not {offset_size, length_size, base_size} <= {0, 4, 8} or not offset_size or not length_size:
        raise NotUnderstoodError("an iloc of other sizes")
    wide = 4 if version == 2 else 2  # noqa: PLR2004
    for _ in range(fields.take(wide)):
        item = items.of(fields.take(wide))
        method = fields.take(2) if version else 0
        reference, base, count = fields.take(2), fields.take(base_size), fields.take(2)
        if method or reference or count != 1 or item.size:
            raise NotUnderstoodError("an item in another place, or in pieces")
        item.start = base + fields.take(offset_size)
        item.size = fields.take(length_size)
    fields.end()


def read_entries(items: Items, data: memoryview, start: int, end: int) -> None:
    """Take in what each item is."""
    fields = _Fields(data[start : min(end, start + 8)].tobytes())
    version, flags = fields.take(1), fields.take(3)
    if version > 1 or flags:
        raise NotUnderstoodError("an iinf of another form")
    count = fields.take(4 if version else 2)
    entries = list(boxes_of(data, start + (8 if version else 6), end))
    if len(entries) != count:
        raise NotUnderstoodError("another number of entries")
    for kind, at, behind in entries:
        if kind != b"infe":
            raise NotUnderstoodError("an entry of another kind")
        _read_entry(items, data[at:behind].tobytes())


def _read_entry(items: Items, body: bytes) -> None:
    fields = _Fields(body)
    version, _ = fields.take(1), fields.take(3)
    if version not in (2, 3):
        raise NotUnderstoodError("an infe of another form")
    item = items.of(fields.take(4 if version == 3 else 2))  # noqa: PLR2004
    is_protected, kind = fields.take(2), fields.take(4).to_bytes(4)
    _, mark, content_type = fields.rest().partition(b"\0")
    is_known = kind in (_PICTURE, _EXIF) or (kind == _OTHER and content_type == _XMP)
    if is_protected or item.kind or not mark or not is_known:
        raise NotUnderstoodError("an item of another kind")
    if kind != _OTHER and content_type:
        raise NotUnderstoodError("an infe with more in it")
    item.kind = kind


def read_references(items: Items, data: memoryview, start: int, end: int) -> None:
    """Take in which item describes the picture, and which is its alpha channel."""
    if data[start : start + _VERSIONED] != bytes(_VERSIONED):
        raise NotUnderstoodError("an iref of another form")
    for kind, at, behind in boxes_of(data, start + _VERSIONED, end):
        fields = _Fields(data[at:behind].tobytes())
        item = items.of(fields.take(2))
        if kind not in (b"cdsc", b"auxl") or fields.take(2) != 1 or item.refers_to:
            raise NotUnderstoodError(f"a reference {kind!r}, or a second one")
        item.refers_to = fields.take(2)
        fields.end()
        if not item.refers_to or (kind == b"auxl") != (item.kind == _PICTURE):
            raise NotUnderstoodError("a reference of another item, or to none")


def read_associations(items: Items, body: bytes) -> None:
    """Take in which properties each item has."""
    fields = _Fields(body)
    version, flags = fields.take(1), fields.take(3)
    if version > 1 or flags > 1:
        raise NotUnderstoodError("an ipma of another form")
    for _ in range(fields.take(4)):
        item = items.of(fields.take(4 if version else 2))
        size = 2 if flags else 1
        is_essential = 0x80 << 8 * (size - 1)
        numbers = [fields.take(size) & is_essential - 1 for _ in range(fields.take(1))]
        if item.properties:
            raise NotUnderstoodError("properties of an item in two places")
        item.properties = frozenset(numbers)
    fields.end()
