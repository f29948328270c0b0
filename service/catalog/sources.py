"""Every form in which CivitAI, its mirrors and other tools describe model versions, told by keys alone.

Taken are: a version (``/model-versions/ID``, ``.civitai.info``) or a list of them;
``[{modelVersionId, hash}]``; the short form whose ids stand only in its AIR; a model with its
``modelVersions``, alone or in ``items`` of any wrapping; Lora Manager's ``.metadata.json``;
Stability Matrix's ``.cm-info.json``; dumps with ``versionId`` and parallel ``files`` and
``hashes``; and what people write by hand.

A file that tells of models: JSON of any of the shapes, JSON lines, or a CSV map.
"""

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TextIO

from pydantic import JsonValue

from service.catalog.describe import Context, describe_version
from service.catalog.fields import (
    Fields,
    as_id,
    hashes,
    is_object,
    mapping,
    squeeze_keys,
    text,
    whole,
)
from service.catalog.json_stream import JunkError, elements
from service.errors import BadFileError
from service.paths import to_stored
from service.records.kinds import kind_of_word, squeeze_word
from service.resources import air
from service.resources.known_models import KnownModel, Trust

MAX_OBJECTS = 100_000
"""Objects that are looked into within one element of a file. Real ones hold a few hundred."""

_NAMED = frozenset("modelid files air basemodel model hashes modelname filename".split())
_BY_HAND = frozenset({"name", "kind", "type", "air", "urn"})


def find_versions(value: JsonValue, context: Context) -> Iterator[KnownModel]:
    """Yield every model version that a JSON value describes, at any depth, each file as an entry of its own."""
    waiting: list[tuple[JsonValue, Context]] = [(value, context)]
    for _ in range(MAX_OBJECTS):
        if not waiting:
            return
        found, around = waiting.pop()
        if isinstance(found, list):
            waiting.extend((each, around) for each in reversed(found))
        elif is_object(found):
            fields = squeeze_keys(found)
            if is_version(fields, around):
                yield from describe_version(fields, around)
            else:
                waiting.extend(reversed(list(_versions_inside(found, fields, around))))


def _versions_inside(
    data: dict[str, JsonValue], fields: Fields, around: Context
) -> Iterator[tuple[JsonValue, Context]]:
    """Yield what stands in an object that is no version itself."""
    is_model = isinstance(fields.get("modelversions"), list)
    model = fields if is_model else around.model
    for key, value in data.items():
        if isinstance(value, dict | list) and not (is_model and key != "modelVersions"):
            yield value, Context(around.source, around.trust, model, as_id(key))
        elif (
            isinstance(value, str)
            and (id_ := as_id(key)) is not None
            and around.trust is Trust.MANUAL
        ):
            yield _as_named_object(value), Context(around.source, around.trust, {}, id_)


def _as_named_object(value: str) -> dict[str, JsonValue]:
    """Return the value of a map ``{"123": "…"}`` as an object: an AIR, or the model's name."""
    return {"air": value} if air.parse(value) else {"model_name": value}


def is_version(fields: Fields, around: Context) -> bool:
    """Tell whether an object describes one model version or one model file."""
    if isinstance(fields.get("modelversions"), list):
        return False
    if whole(fields, "modelversionid", "versionid", "ref") is not None or _has_air(fields):
        return True
    telling = _NAMED | _BY_HAND if around.trust is Trust.MANUAL or around.version_id else _NAMED
    if whole(fields, "id") is not None or around.version_id is not None:
        return bool(telling & fields.keys() or around.model)
    return _is_file(fields, around)


def _has_air(fields: Fields) -> bool:
    stated = text(fields, "air", "urn")
    return stated is not None and air.parse(stated) is not None


def _is_file(fields: Fields, around: Context) -> bool:
    """Tell whether an object describes a model's file under no id.

    A sidecar, or a line of a map.
    """
    file = text(fields, "filename", "file", "modelname", "name")
    by_hash = bool(hashes(fields) or hashes(mapping(fields, "hashes")))
    by_hand = (
        around.trust is Trust.MANUAL
        and kind_of_word(text(fields, "kind", "type", "modeltype")) is not None
    )
    return file is not None and (by_hash or by_hand)


_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Windows PowerShell writes redirected JSON as UTF-16."""

_HEADING = 64 << 10
"""Characters within which a file's first line ends."""

MAP_COLUMNS = frozenset(
    "ref id versionid modelversionid modelid air urn name model modelname versionname kind type modeltype "
    "file filename hash sha256 autov1 autov2 autov3 blake3 crc32 basemodel".split(),
)
"""Columns of a CSV map, squeezed."""


_TOO_MANY = "has more cells than the first line (put quotes around a text with a comma in it)"


def read_models(path: Path, trust: Trust) -> Iterator[KnownModel]:
    """Yield every model that a file tells of, as it is read.

    Raises BadFileError where it cannot be read or is none of the shapes; what was yielded before
    stands.
    """
    around = Context(source=to_stored(Path(path.name)), trust=trust)
    has_any = False
    try:
        with _open_source(path, trust) as stream:
            for model in _models(stream, around):
                has_any = True
                yield model
    except OSError as error:
        raise BadFileError(f"{path}: cannot be read ({error.strerror})") from error
    except (JunkError, csv.Error) as error:
        raise BadFileError(f"{path}: {error}") from error
    if not has_any:
        raise BadFileError(
            f"{path}: tells of no model; docs/resolve.md lists the shapes that are understood"
        )


def _models(stream: TextIO, around: Context) -> Iterator[KnownModel]:
    start = stream.read(_HEADING)
    stream.seek(0)
    if around.trust is Trust.MANUAL and start.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        yield from _rows(stream, start, around)
    else:
        for element in elements(stream):
            yield from find_versions(element, around)


@contextmanager
def _open_source(path: Path, trust: Trust) -> Iterator[TextIO]:
    with path.open("rb") as file:
        head = file.read(4)
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")
    if encoding == "utf-8" and trust is Trust.MANUAL and not _is_utf8(path):
        encoding = "cp1252"  # what Excel calls CSV, unless it is asked for UTF-8
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        yield stream


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as stream:
            while stream.read(_HEADING):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _rows(stream: TextIO, start: str, around: Context) -> Iterator[KnownModel]:
    """Yield the models of a CSV map. The heading names the columns; they may stand in any order."""
    lines = start.splitlines() or [""]
    skipped = 0
    delimiter = None
    if lines[0].lower().startswith("sep="):  # Excel's hint
        skipped, delimiter = 1, lines[0][4:5]
    heading = lines[skipped] if len(lines) > skipped else ""
    delimiter = delimiter or max(",;\t|", key=heading.count)
    if not MAP_COLUMNS & {squeeze_word(cell) for cell in heading.split(delimiter)}:
        raise JunkError("the first line must name the columns, such as ref,kind,name,hash")
    reader = csv.DictReader(islice(stream, skipped, None), delimiter=delimiter)
    wrong: list[str] = []
    for row in reader:
        stated: Fields = {
            key: value for key, value in row.items() if isinstance(key, str) and value
        }
        is_cut = any(row.get(None) or ())  # under None are the cells past the heading's
        found = [] if is_cut else list(find_versions(stated, around))
        yield from found
        if complaint := _TOO_MANY if is_cut else _complaint(squeeze_keys(stated), found):
            wrong.append(f"line {reader.line_num + skipped} {complaint}")
    if wrong:
        more = {1: "", 2: " (and 1 more line like it)"}.get(
            len(wrong), f" (and {len(wrong) - 1} more lines like it)"
        )
        raise JunkError(f"{wrong[0]}{more}; the other lines were taken")


def _complaint(stated: Fields, found: list[KnownModel]) -> str:
    """Say what is wrong with a line of a map; '' for a sound or an empty one."""
    if not stated:
        return ""
    if not found:
        return "tells of no model: it needs an id in ref, an AIR, a hash or a file's name, and what that is"
    word = text(stated, "kind", "type", "modeltype")
    return f"has a kind that is not known: {word!r}" if word and kind_of_word(word) is None else ""
