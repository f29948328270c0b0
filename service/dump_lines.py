"""One line of a dump, written and read back.

It is ExifTool's own object of one file, with what the second half needs besides under
``AIImageMetaPipe``. What ExifTool wrote by itself (``exiftool -j``) is read, too, whichever form
its tags' names have: ``-G1`` as ours, ``-G``, ``-G0:1``, ``-G1:4``, ``-g1``, or without groups.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

import orjson

from service.file_systems import LATEST_NS
from service.light_dataclasses import dataclass
from service.parse.blobs import TEXT_GROUPS
from service.parse.json_texts import parse_json
from service.paths import Root, to_stored
from service.records import RawRecord, WatchedFile
from service.records.dates import iso_date
from service.records.json_values import JsonValue


@dataclass(slots=True)
class TransferResult:
    """How a transfer went."""

    count: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Path or line, and the reason."""
    kept: int = 0
    """Images left as they are: their own rows say more than what was to be taken in."""


OURS = "AIImageMetaPipe"
_NOT_OURS = f"{OURS} in it is not as `aiimagepipe dump` writes it"
UNKNOWN = -1
"""Size of a file of a foreign dump, which rounds it, and its time where that is not stated.

No real file is like it, so the next rescan reads it.
"""

MODIFIED = ("System:FileModifyDate", "File:FileModifyDate")
"""Where ExifTool states a file's time, with groups as ``-G1`` and as ``-G`` write them."""


def make_line(raw: RawRecord, location: Path) -> bytes:
    """Return a record as one line of a dump."""
    origin = {
        **asdict(raw.file),
        "sha256": raw.sha256,
        "mime_type": raw.mime_type,
        "extractor": raw.extractor,
    }
    return orjson.dumps(
        {"SourceFile": to_stored(location), **raw.tags, OURS: origin},
        option=orjson.OPT_APPEND_NEWLINE,
    )


NO_OBJECT = "not an ExifTool object: a line must be a JSON object with SourceFile"


def read_record(line: bytes, roots: Sequence[Root]) -> RawRecord:
    """Return the record of one dumped line. Raises ValueError for what is no ExifTool object."""
    return record_of(parse_json(line.decode("utf-8", "replace")), roots)


def record_of(tags: JsonValue, roots: Sequence[Root]) -> RawRecord:
    """Return the record of ExifTool's object of one file. Raises ValueError for what is none."""
    if not isinstance(tags, dict) or not isinstance(tags.get("SourceFile"), str):
        raise ValueError(NO_OBJECT)  # noqa: TRY004
    source = str(tags.pop("SourceFile"))
    ours = tags.pop(OURS, None)
    if ours is None:
        return _make_foreign_record(source, tags, roots)
    if not isinstance(ours, dict):
        raise ValueError(_NOT_OURS)  # noqa: TRY004 (what a line is wrong by is one error)
    return _make_own_record({"sidecars": [], **ours}, tags)


def _make_own_record(ours: Mapping[str, JsonValue], tags: dict[str, JsonValue]) -> RawRecord:
    """Return the record of a line that ``make_line`` made."""
    match ours:
        case {
            "root": str(root),
            "path": str(path),
            "size": int(size),
            "mtime_ns": int(mtime_ns),
            "sha256": str() | None as sha256,
            "mime_type": str() | None as mime_type,
            "extractor": str(extractor),
            "sidecars": [*texts],
        }:
            sidecars = tuple(str(text) for text in texts)
            file = WatchedFile(root, path, size, mtime_ns, sidecars)
            return RawRecord(file, mime_type, sha256, extractor, tags)
    raise ValueError(_NOT_OURS)


def _make_foreign_record(
    source: str, tags: Mapping[str, JsonValue], roots: Sequence[Root]
) -> RawRecord:
    """Return the record of an object that ExifTool wrote by itself."""
    grouped = dict(_named_as_ours(tags))
    mime_type = grouped.get("File:MIMEType")
    version = grouped.get("ExifTool:ExifToolVersion", grouped.get("File:ExifToolVersion", ""))
    return RawRecord(
        file=replace(_place_foreign_file(source, roots), mtime_ns=_stated_time(grouped)),
        mime_type=mime_type if isinstance(mime_type, str) else None,
        sha256=None,
        extractor=f"exiftool {version}".strip(),
        tags=grouped,
    )


def _stated_time(tags: Mapping[str, JsonValue]) -> int:
    """Return when the file was written, in nanoseconds, where that is stated with its zone."""
    stated = next((tags[name] for name in MODIFIED if name in tags), None)
    date = iso_date(stated) if isinstance(stated, str) else None
    moment = datetime.fromisoformat(date) if date else None
    if moment is None or moment.tzinfo is None:
        return UNKNOWN
    return min(int(moment.timestamp()) * 10**9, LATEST_NS)


OF_IFD0 = frozenset(
    "Make Model Software Artist Copyright ImageDescription DocumentName ModifyDate XPTitle "
    "XPComment XPAuthor XPKeywords XPSubject ImageWidth ImageHeight".split()
)
"""EXIF tags that are in the first directory; with ``-G`` ExifTool does not say which one it is."""

GROUPS = TEXT_GROUPS | {"ExifTool", "System", "Composite", "EXIF", "XMP", "Meta", "JXL", "Track1"}
"""Keys that hold the tags of a group where ExifTool was asked to nest them (``-g1``)."""

_COPY = re.compile(r"Copy\d+")
"""What ``-G1:4`` puts between the group and a tag that is there again."""


def _named_as_ours(tags: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    """Yield tags under the names that ``-G1`` gives them, as far as they tell."""
    for name, value in tags.items():
        is_group = name in GROUPS or name.startswith("XMP-")
        if is_group and isinstance(value, dict):
            for tag, inner in value.items():
                yield _name_as_ours(f"{name}:{tag}"), inner
        else:
            yield _name_as_ours(name), value


def _name_as_ours(name: str) -> str:
    group, colon, rest = name.partition(":")
    if not colon:
        return f"File:{name}"
    second, has_third, _ = rest.partition(":")
    if has_third and not _COPY.fullmatch(second):  # -G0:1
        return rest
    if group == "EXIF":
        return f"{'IFD0' if rest in OF_IFD0 else 'ExifIFD'}:{rest}"
    if group == "XMP":
        return f"XMP-any:{rest}"
    return name


def _place_foreign_file(source: str, roots: Sequence[Root]) -> WatchedFile:
    """Return a file of a foreign dump: below the root it names, else below the first one."""
    path = source.replace("\\", "/")
    for root in roots:
        for prefix in (root.path.as_posix(), root.path.name, f"./{root.path.name}"):
            if path.startswith(f"{prefix}/"):
                return _unknown_file(root.name, path[len(prefix) + 1 :])
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        is_drive = part.endswith(":")
        if part not in ("/", "..", ".") and not is_drive:
            parts.append(part)
    return _unknown_file(roots[0].name, "/".join(parts))


def _unknown_file(root: str, path: str) -> WatchedFile:
    return WatchedFile(root=root, path=path, size=UNKNOWN, mtime_ns=UNKNOWN)
