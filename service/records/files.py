"""A file on the disk, all that could be read of it, and its texts by role."""

from collections.abc import Mapping
from dataclasses import replace

from service.light_dataclasses import dataclass
from service.records.generation import Stated
from service.records.json_values import JsonValue


@dataclass(frozen=True, slots=True)
class Blob:
    """One text of the file and where it was."""

    text: str
    source: str
    """ExifTool's group and tag: ``PNG:Parameters``; ``Sidecar:.txt`` for a text beside the file."""
    data: JsonValue = None
    """The text parsed as JSON where it is an object or an array, else None."""


@dataclass(frozen=True, slots=True)
class Blobs:
    """The texts of one file by role, whatever its container; parsers see nothing else."""

    texts: Mapping[str, tuple[Blob, ...]]
    """Role → texts in file order. A role is the lower-case name of the place (``parameters``,
    ``prompt``, ``workflow``, ``usercomment``, ``software`` …); see ``parse/blobs.py`` for the whole
    list."""
    file_name: str = ""
    """The image's own name, for savers whose output is known by its prefix."""
    width: int | None = None
    """Pixels, of the file."""
    height: int | None = None
    created_at: Stated | None = None
    """When the picture was made, as a tag states it, in ISO's form."""
    left_out: tuple[str, ...] = ()
    """What was too much or too deep to be read: one sentence for each."""
    spoilt: tuple[str, ...] = ()
    """Which texts held bytes that are none: one sentence for each."""

    def first(self, *roles: str) -> Blob | None:
        """Return the first text of the first of these roles that the file has."""
        for role in roles:
            for blob in self.texts.get(role, ()):
                return blob
        return None

    def all(self, *roles: str) -> tuple[Blob, ...]:
        """Return every text of these roles (of all roles when none is named), in order."""
        found: tuple[Blob, ...] = ()
        texts = self.texts
        if roles and texts.keys().isdisjoint(roles):  # as most are
            return found
        for role in roles or texts:
            if role in texts:
                found += texts[role]
        return found

    def parted(self, role: str) -> "tuple[Blobs, Blobs]":
        """Return the file without the texts of a role, and with these alone."""
        others = dict(self.texts)
        own = others.pop(role, None)
        alone = {} if own is None else {role: own}
        return replace(self, texts=others), replace(self, texts=alone)


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """A file that has settled: where it is, how large, and when it was last written."""

    root: str
    """The configured name of the watched folder."""
    path: str
    """Relative to the root, with ``/`` between parts.

    Bytes that are not UTF-8 written as ``\\udcXX``.
    """
    size: int
    """Bytes."""
    mtime_ns: int
    """Modification time, nanoseconds since 1970, as the file system states it."""
    sidecars: tuple[str, ...] = ()
    """The texts beside it that were read with it, each as ``.txt 812 1690…``.

    See ``sidecars.stamps``.
    """


@dataclass(frozen=True, slots=True)
class RawRecord:
    """All that could be read of a file.

    Kept in the database; every later stage starts from it alone.
    """

    file: WatchedFile
    mime_type: str | None
    """By magic bytes; None where they are of no kind we read."""
    sha256: str | None
    """Of the whole file, lower-case hex."""
    extractor: str
    """Who read it: ``exiftool 12.57``, or ``direct 2`` where no ExifTool was needed."""
    tags: dict[str, JsonValue]
    """ExifTool's ``-j -G1:4`` object without SourceFile (what was read without it, also without
    the groups ``System`` and its version), plus ``Stealth:*`` for texts hidden in
    pixels and ``Sidecar:.txt`` and the like for texts beside the file. ``Limits:LeftOut`` is one
    sentence for each thing that was too much to be kept."""
