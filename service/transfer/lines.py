"""How a transfer went.

One line of a dump, written and read back.

It is ExifTool's own object of one file, with what the second half needs besides under
``AIImageMetaPipe``. Lines that ExifTool wrote by itself (``exiftool -j -G1 …``, one object a line)
are taken, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import orjson
from pydantic import BaseModel, JsonValue

from service.parse.blobs import parse_json
from service.paths import Root, to_stored
from service.records import RawRecord, WatchedFile


@dataclass(slots=True)
class Done:
    """How a transfer went."""

    count: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Path or line, and the reason."""


OURS = "AIImageMetaPipe"
UNKNOWN = -1
"""Size and time of a file that a foreign dump does not state.

No real file is like it, so the next rescan reads it.
"""


class _Origin(BaseModel):
    """What a dumped line says beside ExifTool's tags."""

    root: str
    path: str
    size: int
    mtime_ns: int
    sha256: str | None
    mime_type: str | None
    extractor: str
    sidecars: tuple[str, ...] = ()


def line_of(raw: RawRecord, location: Path) -> bytes:
    """Return a record as one line of a dump."""
    origin = _Origin(
        **raw.file.model_dump(), **raw.model_dump(include={"sha256", "mime_type", "extractor"})
    )
    return orjson.dumps(
        {"SourceFile": to_stored(location), **raw.tags, OURS: origin.model_dump()},
        option=orjson.OPT_APPEND_NEWLINE,
    )


def record_of(line: bytes, roots: Sequence[Root]) -> RawRecord:
    """Return the record of one dumped line. Raises ValueError for what is no ExifTool object."""
    tags = parse_json(line.decode("utf-8", "replace"))
    if not isinstance(tags, dict) or not isinstance(tags.get("SourceFile"), str):
        raise ValueError("not an ExifTool object: a line must be a JSON object with SourceFile")  # noqa: TRY004
    ours = tags.pop(OURS, None)
    source = str(tags.pop("SourceFile"))
    if ours is not None:
        origin = _Origin.model_validate(ours)
        return RawRecord(
            file=WatchedFile(
                **origin.model_dump(include={"root", "path", "size", "mtime_ns", "sidecars"})
            ),
            mime_type=origin.mime_type,
            sha256=origin.sha256,
            extractor=origin.extractor,
            tags=tags,
        )
    return RawRecord(
        file=_foreign_place(source, roots),
        mime_type=_text(_said(tags, "File:MIMEType")),
        sha256=None,
        extractor=f"exiftool {_said(tags, 'ExifTool:ExifToolVersion') or ''}".strip(),
        tags={name if ":" in name else f"File:{name}": value for name, value in tags.items()},
    )


def _foreign_place(source: str, roots: Sequence[Root]) -> WatchedFile:
    """Return where a file of a foreign dump lies.

    Below the root it names, else below the first one.
    """
    path = source.replace("\\", "/")
    for root in roots:
        for prefix in (root.path.as_posix(), root.path.name, f"./{root.path.name}"):
            if path.startswith(f"{prefix}/"):
                return _unknown(root.name, path[len(prefix) + 1 :])
    parts = [
        part
        for part in PurePosixPath(path).parts
        if part not in ("/", "..", ".") and not part.endswith(":")
    ]
    return _unknown(roots[0].name, "/".join(parts))


def _unknown(root: str, path: str) -> WatchedFile:
    return WatchedFile(root=root, path=path, size=UNKNOWN, mtime_ns=UNKNOWN)


def _said(tags: Mapping[str, JsonValue], name: str) -> JsonValue:
    """Return a tag by its name with its group, or without it, as plain ``exiftool -j`` writes it."""
    return tags.get(name, tags.get(name.rpartition(":")[2]))


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
