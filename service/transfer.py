"""The pipeline in two halves: ``dump`` needs the images and ExifTool, ``ingest`` only what ``dump`` wrote.

A line is ExifTool's own object of one file, with what the second half needs besides under ``AIImageMetaPipe``. Lines
that ExifTool wrote by itself (``exiftool -j -G1 …``, one object a line) are taken, too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import orjson
from pydantic import BaseModel, JsonValue, ValidationError

from service import sidecars
from service.errors import BadFileError, StartError, TryAgainError
from service.export.atomic import replacing
from service.extract.candidates import Candidate
from service.extract.reader import Reader
from service.extract.signatures import inspect
from service.parse.blobs import parsed
from service.paths import Root, to_stored
from service.records import ImageRows, RawRecord, WatchedFile
from service.store.failures import Failure
from service.store.writer import Store
from service.watch.folder import files_below
from service.watch.ignore import Names
from service.watch.settings import WatchSettings
from service.worker.clock import Clock
from service.worker.resolving import Resolving
from service.worker.steps import processed

OURS = "AIImageMetaPipe"
INGEST_BATCH = 64
UNKNOWN = -1
"""Size and time of a file that a foreign dump does not state: no real file is like it, so the next rescan reads it."""


@dataclass(slots=True)
class Done:
    """How a transfer went."""

    count: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Path or line, and the reason."""


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


# ── dump ──


def dump(roots: Sequence[Root], reader: Reader, target: Path, settings: WatchSettings, batch_size: int) -> Done:
    """Write the record of every image below the roots as JSON lines, batch by batch; replaces the file at the end."""
    done = Done()
    names = Names(settings)
    files = ((root, Path(path)) for root in roots for path in files_below(str(root.path), names))
    with replacing(target) as out:
        waiting = None
        while batch := list(islice(files, batch_size)):
            pending = reader.begin(list(_candidates(batch, settings.sidecars, done)))
            if waiting is not None:
                _write(waiting.result(), out, done)
            waiting = pending
        if waiting is not None:
            _write(waiting.result(), out, done)
    return done


def _candidates(batch: Iterable[tuple[Root, Path]], endings: Sequence[str], done: Done) -> Iterator[Candidate]:
    for root, location in batch:
        try:
            status = location.stat()
            signature = inspect(location, status.st_size)
        except (OSError, BadFileError, TryAgainError) as error:
            done.failed.append((f"{root.name}/{root.relative(location)}", str(error)))
            continue
        file = WatchedFile(
            root=root.name,
            path=root.relative(location),
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            sidecars=sidecars.stamps(location, endings),
        )
        yield Candidate(location, file, signature)


def _write(
    outcomes: Iterable[tuple[Candidate, RawRecord | BadFileError | TryAgainError]], out: BinaryIO, done: Done
) -> None:
    for candidate, answer in outcomes:
        if isinstance(answer, RawRecord):
            out.write(line_of(answer, candidate.location))
            done.count += 1
        else:
            done.failed.append((f"{candidate.file.root}/{candidate.file.path}", str(answer)))


def line_of(raw: RawRecord, location: Path) -> bytes:
    """Return a record as one line of a dump."""
    origin = _Origin(**raw.file.model_dump(), **raw.model_dump(include={"sha256", "mime_type", "extractor"}))
    return orjson.dumps(
        {"SourceFile": to_stored(location), **raw.tags, OURS: origin.model_dump()},
        option=orjson.OPT_APPEND_NEWLINE,
    )


# ── ingest ──


def ingest(source: Path, store: Store, roots: Sequence[Root], clock: Clock) -> Done:
    """Fill the database from a dump; a line that cannot be read is listed and its neighbours go on."""
    done = Done()
    resolving = Resolving(store)
    with _opened(source) as lines:
        records = _records(lines, roots, done)
        while batch := list(islice(records, INGEST_BATCH)):
            made = [processed(raw) for raw in batch]
            rows = [one for one in made if isinstance(one, ImageRows)]
            store.save(resolving.apply(rows), now=clock.stamp())
            failures = (one for one in made if isinstance(one, Failure))
            done.failed.extend((f"{one.root}/{one.path}", one.message) for one in failures)
            done.count += len(rows)
    return done


def _opened(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        mend = "give --in the file that `aiimagepipe dump` wrote"
        raise StartError(f"{source}: cannot be read ({error.strerror}); {mend}") from error


def _records(lines: Iterable[bytes], roots: Sequence[Root], done: Done) -> Iterator[RawRecord]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield record_of(line, roots)
        except (ValueError, ValidationError) as error:
            done.failed.append((f"line {number}", str(error)))


def record_of(line: bytes, roots: Sequence[Root]) -> RawRecord:
    """Return the record of one dumped line. Raises ValueError for what is no ExifTool object."""
    tags = parsed(line.decode("utf-8", "replace"))
    if not isinstance(tags, dict) or not isinstance(tags.get("SourceFile"), str):
        raise ValueError("not an ExifTool object: a line must be a JSON object with SourceFile")  # noqa: TRY004
    ours = tags.pop(OURS, None)
    source = str(tags.pop("SourceFile"))
    if ours is not None:
        origin = _Origin.model_validate(ours)
        return RawRecord(
            file=WatchedFile(**origin.model_dump(include={"root", "path", "size", "mtime_ns", "sidecars"})),
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
    """Return where a file of a foreign dump lies: below the root it names, else below the first one."""
    path = source.replace("\\", "/")
    for root in roots:
        for prefix in (root.path.as_posix(), root.path.name, f"./{root.path.name}"):
            if path.startswith(f"{prefix}/"):
                return _unknown(root.name, path[len(prefix) + 1 :])
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..", ".") and not part.endswith(":")]
    return _unknown(roots[0].name, "/".join(parts))


def _unknown(root: str, path: str) -> WatchedFile:
    return WatchedFile(root=root, path=path, size=UNKNOWN, mtime_ns=UNKNOWN)


def _said(tags: Mapping[str, JsonValue], name: str) -> JsonValue:
    """Return a tag by its name with its group, or without it, as plain ``exiftool -j`` writes it."""
    return tags.get(name, tags.get(name.rpartition(":")[2]))


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
