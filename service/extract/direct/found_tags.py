"""Tags in the order of finding, named and written as ExifTool does in its JSON."""

import base64
import re
from enum import Enum
from typing import Final, Self

import orjson

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.records.json_values import JsonValue

Tags = dict[str, JsonValue]

MINOR = "[minor] "
_NUMBER = light_pattern(rb"-?(\d|[1-9]\d{1,14})(\.\d{1,16})?(e[-+]?\d{1,3})?\n?", re.IGNORECASE)
"""What ExifTool writes as a number, whatever wrote it; Perl's ``$`` lets a line break follow."""
_LONGEST_NUMBER: Final = 40
_TRUTHS = {b"true": True, b"false": False, b"true\n": True, b"false\n": False}
_NO_CHARACTER = light_pattern("[\ufffe\uffff]")
"""Code points that ExifTool takes for bytes that are no text."""
NO_TEXT = light_pattern(rb"[^\t\n\r\x20-\x7e\x80-\xf7]")
"""A byte by which ExifTool tells what it knows to be no text from what may be one."""
_KNOWN_SINCE = (12, 57)
_WARNING = "Warning"


class Era(Enum):
    """Two spans of versions that were compared, for what the later says otherwise.

    Of C2PA manifests: their names are ``C2PA...``, whatever case is stored, with ``_`` for ``:``;
    it reads those of a WebP, too. Of EXIF: it knows the tags of Windows' GDI+.
    """

    TWELVE = 1
    THIRTEEN = 2

    @classmethod
    def of(cls, version: tuple[int, ...]) -> "Era | None":
        """Return that of a version, None for those before and between."""
        if _KNOWN_SINCE <= version <= (12, 60):
            return cls.TWELVE
        return cls.THIRTEEN if version >= (13, 25) else None


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs from one version of ExifTool to another, of all that is read directly."""

    quotes_all: bool = False
    """Whether every value is a text, also one that looks like a number or a truth value."""
    knows_extended_webp: bool = True
    """Whether it reads the flags of a WebP, and tells such a one from others."""
    is_tested: bool = True
    """Whether it says of lossless WebPs, and of texts behind a PNG's pixels, what was tested."""
    knows_profiles: bool = True
    """Whether it says of colour profiles what was tested."""
    era: Era | None = Era.TWELVE

    @classmethod
    def of(cls, version: tuple[int, ...]) -> Self:
        """Return how a version speaks: (12, 57)."""
        return cls(
            quotes_all=version >= (12, 88),
            knows_extended_webp=version >= (12, 46),
            is_tested=version < (12, 90),
            knows_profiles=version >= _KNOWN_SINCE,
            era=Era.of(version),
        )


TESTED = Dialect()
"""That of ExifTool 12.57, with which the tests compare."""


class NotUnderstoodError(Exception):
    """A file holds what only ExifTool is to judge. It never leaves this folder."""


class FoundTags:
    """What was found in a file, and under which names.

    Of tags with one name, whatever their group, the last keeps it and those before become
    ``Copy1``, ``Copy2``; one of a lower priority does not take the name, nor does one of a part
    take it from what is outside that part.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.part = ""
        """The part of the file whose tags are being found, a document of its own to ExifTool:
        ``1-2``. Empty outside of all."""
        self.favoured = ""
        """The groups, by how they begin, whose tags of priority 0 are like any others."""
        self.has_xmp = False
        self.has_cut_text = False
        """Whether ExifTool cuts a text of the file, which ``cut_texts`` reads whole."""
        self._entries: list[_Entry] = []
        self._holders: dict[str, _Entry] = {}
        self._copies: dict[str, int] = {}
        self._warnings: set[str] = set()

    def add(self, group: str, name: str, value: JsonValue, priority: int = 1) -> None:
        """Take a tag. ``priority`` is as in ExifTool's tables, 1 where they say nothing."""
        if self.dialect.quotes_all and not isinstance(value, str | dict | list):
            value = str(value)
        entry = _Entry(group, name, value, priority, self.part)
        self._entries.append(entry)
        holder = self._holders.get(name)
        if holder is None:
            self._holders[name] = entry
            entry.priority = 0 if priority == 1 else priority  # kept where a table states it
            return
        if self.favoured and not priority and group.startswith(self.favoured):
            entry.priority = 1
        number = self._copies[name] = self._copies.get(name, 0) + 1
        if _takes_name(entry, holder):
            holder.copy = number
            self._holders[name] = entry
        else:
            entry.copy = number

    def add_text(self, group: str, name: str, data: bytes, priority: int = 1) -> None:
        """Take a tag whose value is bytes."""
        self.add(group, name, self.value_of(data), priority)

    def value_of(self, data: bytes) -> JsonValue:
        """Return bytes as they arrive through ExifTool's JSON.

        Numbers and truth values are bare where they are not quoted, what is no UTF-8 is in base64,
        NUL is left out. Raises NotUnderstoodError for a number that JSON cannot hold.
        """
        if self.dialect.quotes_all or not is_bare(data):
            return _text(data)
        truth = _TRUTHS.get(data.lower())
        return _number(data) if truth is None else truth

    def add_binary(self, group: str, name: str, data: bytes) -> None:
        """Take a tag whose value ExifTool knows to be no text."""
        self.add(group, name, self.value_of_binary(data))

    def value_of_binary(self, data: bytes) -> JsonValue:
        """Return bytes that ExifTool knows to be no text as they arrive through its JSON."""
        return _in_base64(data) if NO_TEXT.search(data) else self.value_of(data)

    def warn(self, sentence: str) -> None:
        """Take one of ExifTool's warnings. Later versions count those that come again."""
        if sentence in self._warnings:
            self.require(is_known=self.dialect.era is Era.TWELVE)
        self._warnings.add(sentence)
        self.add("ExifTool", _WARNING, sentence, 0)

    def require(self, *, is_known: bool) -> None:
        """Raise NotUnderstoodError where it is not known how this ExifTool speaks of something."""
        if not is_known:
            raise NotUnderstoodError("something of which this version may say another thing")

    def has(self, group: str, name: str) -> bool:
        """Return whether there is such a tag."""
        return any(entry.group == group and entry.name == name for entry in self._entries)

    def replace(self, name: str, value: JsonValue) -> None:
        """Give another value to the tag that holds a name."""
        self._holders[name].value = value

    def tags(self) -> Tags:
        """Return all tags by ExifTool's names, those of a group together as it puts them."""
        groups: dict[str, Tags] = {"ExifTool": {}}  # its version is the first of all tags
        for entry in self._entries:
            group = f"{entry.group}:Copy{entry.copy}" if entry.copy else entry.group
            groups.setdefault(group, {})[f"{group}:{entry.name}"] = entry.value
        return {name: value for tags in groups.values() for name, value in tags.items()}


class _Entry:
    __slots__ = ("copy", "group", "name", "part", "priority", "value")

    def __init__(self, group: str, name: str, value: JsonValue, priority: int, part: str) -> None:
        self.group = group
        self.name = name
        self.value = value
        self.priority = priority
        self.part = part
        self.copy = 0


def is_bare(data: bytes) -> bool:
    """Return whether ExifTool takes bytes for a number or a truth value."""
    if len(data) > _LONGEST_NUMBER:
        return False
    return _NUMBER.fullmatch(data) is not None or data.lower() in _TRUTHS


def _takes_name(entry: _Entry, holder: _Entry) -> bool:
    """Return whether a tag takes its name from the one that has it."""
    from_part = bool(holder.part and not entry.part and entry.name != _WARNING)
    standing = holder.priority or (0 if from_part else 1)
    return entry.priority >= standing and entry.part in ("", holder.part)


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _in_base64(data)
    if text.isascii():
        return text.replace("\0", "")
    if _NO_CHARACTER.search(text):
        return _in_base64(data)
    return text.replace("\0", "")


def _number(data: bytes) -> JsonValue:
    try:
        number: JsonValue = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise NotUnderstoodError("a number beyond all bounds") from error
    return number


def _in_base64(data: bytes) -> str:
    return "base64:" + base64.b64encode(data).decode("ascii")
