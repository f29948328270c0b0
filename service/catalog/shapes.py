"""Every form in which CivitAI, its mirrors and other tools describe model versions, told by keys alone.

Taken are: a version (``/model-versions/ID``, ``.civitai.info``) or a list of them; ``[{modelVersionId, hash}]``; the
short form whose ids stand only in its AIR; a model with its ``modelVersions``, alone or in ``items`` of any wrapping;
Lora Manager's ``.metadata.json``; Stability Matrix's ``.cm-info.json``; dumps with ``versionId`` and parallel
``files`` and ``hashes``; and what people write by hand.
"""

from collections.abc import Iterator

from pydantic import JsonValue

from service.catalog.describe import Context, described
from service.catalog.fields import Fields, as_id, hashes, is_object, mapping, squeezed, text, whole
from service.catalog.kinds import kind_of
from service.resources import air
from service.resources.known import KnownModel, Trust

MAX_OBJECTS = 100_000
"""Objects that are looked into within one element of a file. Real ones hold a few hundred."""

_NAMED = frozenset("modelid files air basemodel model hashes modelname filename".split())
_BY_HAND = frozenset({"name", "kind", "type", "air", "urn"})


def versions(value: JsonValue, context: Context) -> Iterator[KnownModel]:
    """Yield every model version that a JSON value describes, at any depth, each file as an entry of its own."""
    waiting: list[tuple[JsonValue, Context]] = [(value, context)]
    for _ in range(MAX_OBJECTS):
        if not waiting:
            return
        found, around = waiting.pop()
        if isinstance(found, list):
            waiting.extend((each, around) for each in reversed(found))
        elif is_object(found):
            fields = squeezed(found)
            if is_version(fields, around):
                yield from described(fields, around)
            else:
                waiting.extend(reversed(list(_inside(found, fields, around))))


def _inside(data: dict[str, JsonValue], fields: Fields, around: Context) -> Iterator[tuple[JsonValue, Context]]:
    """Yield what stands in an object that is no version itself."""
    is_model = isinstance(fields.get("modelversions"), list)
    model = fields if is_model else around.model
    for key, value in data.items():
        if isinstance(value, dict | list) and not (is_model and key != "modelVersions"):
            yield value, Context(around.source, around.trust, model, as_id(key))
        elif isinstance(value, str) and (id_ := as_id(key)) is not None and around.trust is Trust.MANUAL:
            yield _named(value), Context(around.source, around.trust, {}, id_)


def _named(value: str) -> dict[str, JsonValue]:
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
    """Tell whether an object describes a model's file under no id: a sidecar, or a line of a map."""
    file = text(fields, "filename", "file", "modelname", "name")
    by_hash = bool(hashes(fields) or hashes(mapping(fields, "hashes")))
    by_hand = around.trust is Trust.MANUAL and kind_of(text(fields, "kind", "type", "modeltype")) is not None
    return file is not None and (by_hash or by_hand)
