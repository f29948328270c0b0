"""Files that describe models: JSON of any known shape, JSON lines, or a CSV map.

The keys alone show which shape it is: a version (``/model-versions/ID``, ``.civitai.info``)
or a list of them; ``[{modelVersionId, hash}]``; the short form whose ids are only in its AIR; a
model with its ``modelVersions``, alone or in ``items`` of any wrapping; Lora Manager's
``.metadata.json``; Stability Matrix's ``.cm-info.json``; dumps with ``versionId`` and parallel
``files`` and ``hashes``; and what people write by hand.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TextIO

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
from service.catalog.json_stream import JunkError, elements, marked_encoding
from service.errors import BadFileError
from service.paths import to_stored
from service.records.json_values import JsonValue
from service.records.kinds import kind_of_word, squeeze_word
from service.resources import air
from service.resources.known_models import KnownModel, Trust

MAX_OBJECTS = 100_000
"""Objects that are looked into within one element of a file. Real ones hold a few hundred."""

_NAMED = frozenset("modelid files air basemodel model hashes modelname filename".split())
_BY_HAND = frozenset({"name", "kind", "type", "air", "urn"})


def find_versions(value: JsonValue, context: Context) -> Iterator[KnownModel]:
    """Yield every model version that a JSON value describes, at any depth.

    Each of its files is an entry.
    """
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
                inside = list(_values_inside(found, fields, around))
                waiting.extend(reversed(inside))


def _values_inside(
    data: dict[str, JsonValue], fields: Fields, around: Context
) -> Iterator[tuple[JsonValue, Context]]:
    """Yield what may describe versions in an object that is no version itself."""
    is_model = isinstance(fields.get("modelversions"), list)
    model = fields if is_model else around.model
    for key, value in data.items():
        id_ = as_id(key)
        if isinstance(value, dict | list):
            if not is_model or key == "modelVersions":
                yield value, Context(around.source, around.trust, model, id_)
        elif isinstance(value, str) and id_ is not None and around.trust is Trust.MANUAL:
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
    if whole(fields, "id") is not None or around.version_id is not None:
        return bool(around.model) or _has_telling_key(fields, around)
    return _is_file(fields, around)


def _has_telling_key(fields: Fields, around: Context) -> bool:
    """Tell whether an object with an id has a key that only a model's description has."""
    if not _NAMED.isdisjoint(fields):
        return True
    is_entry_of_a_map = around.trust is Trust.MANUAL or around.version_id is not None
    return is_entry_of_a_map and not _BY_HAND.isdisjoint(fields)


def _has_air(fields: Fields) -> bool:
    stated = text(fields, "air", "urn")
    return stated is not None and air.parse(stated) is not None


def _is_file(fields: Fields, around: Context) -> bool:
    """Tell whether an object describes a model's file under no id.

    A sidecar, or a line of a map.
    """
    if text(fields, "filename", "file", "modelname", "name") is None:
        return False
    if hashes(fields) or hashes(mapping(fields, "hashes")):
        return True
    kind = kind_of_word(text(fields, "kind", "type", "modeltype"))
    return around.trust is Trust.MANUAL and kind is not None


_HEADING = 64 << 10
"""Characters within which a file's first line ends."""

MAP_COLUMNS = frozenset(
    "ref id versionid modelversionid modelid air urn name model modelname versionname basemodel "
    "kind type modeltype file filename hash sha256 autov1 autov2 autov3 blake3 crc32".split(),
)
"""Columns of a CSV map, squeezed."""

_TOO_MANY = (
    "has more cells than the first line, and is left out (put quotes around a text with a comma "
    "in it)"
)
_TOO_FEW = "has fewer cells than the first line, and is taken as far as it goes"
_NOT_CLOSED = "has a text of several lines: is a quote not closed?"

MOST_COMPLAINTS = 20
"""Lines of a map that are named one by one."""


def read_models(path: Path, trust: Trust) -> Iterator[KnownModel]:
    """Yield every model that a file describes, as it is read.

    Raises BadFileError where it cannot be read or has none of the shapes; what was yielded before
    is valid.
    """
    around = Context(source=to_stored(Path(path.name)), trust=trust)
    has_any = False
    if path.exists() and not path.is_file():  # the reading of a pipe or a device may never end
        raise BadFileError(f"{path}: is no file")
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
            f"{path}: describes no model; docs/resolve.md lists the shapes that are understood"
        )


def _models(stream: TextIO, around: Context) -> Iterator[KnownModel]:
    start = stream.read(_HEADING)
    stream.seek(0)
    first = start.lstrip("\ufeff \t\r\n")[:1]
    if around.trust is Trust.MANUAL and first not in ("{", "["):
        yield from _read_map(stream, start, around)
        return
    unknown: dict[str, None] = {}
    for element in elements(stream):
        yield from find_versions(element, around)
        if around.trust is Trust.MANUAL:
            unknown.update(dict.fromkeys(_unknown_kinds(element)))
    if unknown:
        words = ", ".join(map(repr, [*unknown][:MOST_COMPLAINTS]))
        raise JunkError(f"kinds that are not known, whose entries are taken without them: {words}")


def _unknown_kinds(element: JsonValue) -> Iterator[str]:
    """Yield the words for kinds that are none, in an entry of a map or in a map of entries."""
    inner = list(element.values()) if is_object(element) else []
    for entry in [element, *inner]:
        word = text(squeeze_keys(entry), "kind") if is_object(entry) else None
        if word and kind_of_word(word) is None:
            yield word


@contextmanager
def _open_source(path: Path, trust: Trust) -> Iterator[TextIO]:
    with path.open(encoding=_encoding(path, trust), errors="replace", newline="") as stream:
        yield stream


def _encoding(path: Path, trust: Trust) -> str:
    marked = marked_encoding(path)
    if marked is not None:
        return marked
    if trust is Trust.MANUAL and not _is_utf8(path):
        return "cp1252"  # what Excel calls CSV, unless it is asked for UTF-8
    return "utf-8"


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as stream:
            while stream.read(_HEADING):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _read_map(stream: TextIO, start: str, around: Context) -> Iterator[KnownModel]:
    """Yield the models of a CSV map; its first line names the columns, in any order.

    Raises JunkError where it does not; at the end also where lines were not understood.
    """
    form = _map_form(start)
    lines = islice(stream, form.skipped, None)
    reader = csv.DictReader(lines, delimiter=form.delimiter)
    complaints: list[str] = []
    for row in reader:
        cells = {key: value for key, value in row.items() if isinstance(key, str)}
        found, complaint = _read_map_line(cells, past_heading=row.get(None), around=around)
        yield from found
        if complaint:
            complaints.append(f"line {reader.line_num + form.skipped} {complaint}")
    if complaints:
        raise JunkError(_join_complaints(complaints))


class _MapForm(NamedTuple):
    """How a CSV map is written."""

    skipped: int
    """Lines before the heading."""
    delimiter: str


def _map_form(start: str) -> _MapForm:
    """Return the form of a map that begins so. Raises JunkError where its columns have no names."""
    lines = start.splitlines()
    skipped, delimiter = 0, ""
    if lines and lines[0].lower().startswith("sep="):  # Excel's hint
        skipped, delimiter = 1, lines[0][4:5]
    heading = lines[skipped] if len(lines) > skipped else ""
    delimiter = delimiter or max(",;\t|", key=heading.count)
    columns = {squeeze_word(cell) for cell in heading.split(delimiter)}
    if MAP_COLUMNS.isdisjoint(columns):
        raise JunkError("the first line must name the columns, such as ref,kind,name,hash")
    return _MapForm(skipped, delimiter)


def _read_map_line(
    cells: dict[str, str | None], *, past_heading: Sequence[str] | None, around: Context
) -> tuple[list[KnownModel], str]:
    """Return the models of one line and what is wrong with it; '' where nothing is."""
    if any(past_heading or ()):
        return [], _TOO_MANY
    stated: Fields = {key: value for key, value in cells.items() if value}
    found = list(find_versions(stated, around))
    faults = [_find_fault(squeeze_keys(stated), found)]
    if found and None in cells.values():
        faults.append(_TOO_FEW)
    if any("\n" in (value or "") for value in cells.values()):
        faults.append(_NOT_CLOSED)
    return found, ", and ".join(filter(None, faults))


def _join_complaints(complaints: Sequence[str]) -> str:
    more = len(complaints) - MOST_COMPLAINTS
    named = "; ".join(complaints[:MOST_COMPLAINTS])
    return f"{named}; and {more} more lines" if more > 0 else named


def _find_fault(stated: Fields, found: list[KnownModel]) -> str:
    """Say what is wrong with a line of a map; '' for a sound or an empty one."""
    if not stated:
        return ""
    if not found:
        needed = "an id in ref, an AIR, a hash or a file's name, and what that is"
        return f"describes no model, and is left out: it needs {needed}"
    word = text(stated, "kind", "type", "modeltype")
    if word and kind_of_word(word) is None:
        return f"has a kind that is not known, and is taken without it: {word!r}"
    return ""
