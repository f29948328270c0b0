"""One object that describes a model version becomes one entry for each of its files."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from itertools import zip_longest

from service.catalog.fields import (
    Fields,
    as_id,
    hashes,
    hex_digits,
    is_object,
    mapping,
    squeeze_keys,
    text,
    whole,
)
from service.light_dataclasses import dataclass
from service.records import ResourceKind
from service.records.json_values import JsonValue
from service.records.kinds import WRITTEN_AIR_TYPES, kind_of_word, squeeze_word
from service.resources import air
from service.resources.known_models import KnownModel, Trust

_KEPT = frozenset(
    {
        "trainedwords",
        "nsfw",
        "metadata",
        "basemodeltype",
        "usagetips",
        "notes",
        "activationtext",
        "preferredweight",
    }
)
"""Keys without a column that are kept under their own names.

Descriptions, images and statistics are not.
"""

_LONGEST_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of an object from around it."""

    source: str
    trust: Trust
    model: Fields = field(default_factory=dict)
    """The model that a version is part of."""
    version_id: int | None = None
    """The key of the object, where that is an id."""


def describe_version(fields: Fields, around: Context) -> Iterator[KnownModel]:
    """Yield an entry for each model file of a version, the main one first.

    One entry where no file is stated.
    """
    civitai = mapping(fields, "civitai")
    if whole(civitai, "id", "modelversionid") is not None:
        yield from _describe_lora_manager_file(fields, civitai, around)
        return
    version = _describe_as_a_whole(fields, around)
    files = list(_files(fields))
    if not files:
        yield version
    for file in sorted(files, key=_is_secondary):
        yield _with_file(version, file)


def _is_secondary(file: Fields) -> bool:
    return file.get("primary") is not True


def _describe_lora_manager_file(
    fields: Fields, civitai: Fields, around: Context
) -> Iterator[KnownModel]:
    """Yield the entries of Lora Manager's sidecar, which has the site's object within its own."""
    local = hashes(fields).get("sha256")
    for model in describe_version(civitai, around):
        of_site = model.hashes.get("sha256")
        if local is not None and of_site in (None, local):
            model = replace(model, hashes={**model.hashes, "sha256": local})  # noqa: PLW2901
        if model.model_name is None:
            model = replace(model, model_name=text(fields, "modelname"))  # noqa: PLW2901
        yield model


def _describe_as_a_whole(fields: Fields, around: Context) -> KnownModel:
    """Return what an object says of the version as a whole."""
    model = mapping(fields, "model") or around.model
    urn = air.parse(text(fields, "air", "urn", "name") or "")
    version_id = _version_id(fields, around, urn)
    model_id = _model_id(fields, model, urn)
    base_model = text(fields, "basemodel", "sdversion")
    kind = _kind(fields, model, urn)
    model_name, version_name = _names(fields, model, urn)
    return KnownModel(
        version_id=version_id,
        model_id=model_id,
        model_name=model_name,
        version_name=version_name,
        kind=kind,
        base_model=base_model,
        air=_air(urn, kind, base_model, model_id, version_id),
        file_name=file_of_path(text(fields, "filename", "file")),
        hashes={**hashes(mapping(fields, "hashes")), **hashes(fields)},
        source=around.source,
        trust=around.trust,
        extra=_keep_fields(fields),
    )


def _names(fields: Fields, model: Fields, urn: air.Air | None) -> tuple[str | None, str | None]:
    """Return the model's name and the version's.

    ``name`` is the version's where the site speaks, and the model's in a map written by hand; where
    it is the only place of an AIR, it is no name.
    """
    name = text(fields, "name")
    if urn is not None and text(fields, "air", "urn") is None:
        name = None
    model_name = text(fields, "modelname", "model") or text(model, "name")
    version_name = text(fields, "versionname")
    is_of_site = bool(model) or "files" in fields or "modelid" in fields
    if is_of_site:
        return model_name, version_name or name
    return model_name or name, version_name


def _kind(fields: Fields, model: Fields, urn: air.Air | None) -> ResourceKind | None:
    """Return the first kind that is stated in a word we know."""
    words = [text(fields, "modeltype", "kind"), text(model, "type"), text(fields, "type")]
    if urn is not None:
        words.append(urn.type)
    for word in words:
        if (kind := kind_of_word(word)) is not None:
            return kind
    return None


def _model_id(fields: Fields, model: Fields, urn: air.Air | None) -> int | None:
    found = whole(fields, "modelid") or whole(model, "id")
    if found is None and urn is not None:
        return as_id(urn.id)
    return found


def _version_id(fields: Fields, around: Context, urn: air.Air | None) -> int | None:
    found = whole(fields, "modelversionid", "versionid", "ref", "id")
    if found is None and urn is not None:
        found = urn.civitai_version
    return found or around.version_id


def _air(
    urn: air.Air | None,
    kind: ResourceKind | None,
    base_model: str | None,
    model_id: int | None,
    version_id: int | None,
) -> str | None:
    """Return the stated AIR, else the one that follows from ids, kind and base model.

    None where one of these is not known.
    """
    if urn is not None and urn.type:
        return str(urn)
    if kind is None or not model_id or not version_id:
        return None
    ecosystem, type_ = ecosystem_of(base_model), WRITTEN_AIR_TYPES.get(kind)
    if ecosystem is None or type_ is None:
        return None
    return f"urn:air:{ecosystem}:{type_}:civitai:{model_id}@{version_id}"


def _files(fields: Fields) -> Iterator[Fields]:
    """Yield the model files of a version.

    Some dumps give names and hashes as two parallel lists: they come as if they were objects.
    """
    files, digests = fields.get("files"), fields.get("hashes")
    if not isinstance(files, list):
        return
    parallel: Sequence[JsonValue] = digests if isinstance(digests, list) else ()
    for file, digest in zip_longest(files, parallel):
        if is_object(file):
            if not is_no_model(file.get("type")):
                yield squeeze_keys(file)
        elif isinstance(file, str) or hex_digits(digest):
            stated = squeeze_keys(digest) if is_object(digest) else {"hash": digest}
            yield {"name": file, "hashes": stated}


def _with_file(version: KnownModel, file: Fields) -> KnownModel:
    """Return a version as one of its files: with that one's name and hashes."""
    own = hashes(mapping(file, "hashes")) | hashes(file)
    kind = kind_of_word(text(file, "type"))
    is_part = kind in ("vae", "text_encoder") and version.kind not in (None, kind)
    return replace(
        version,
        kind=kind if is_part else version.kind,
        file_name=file_of_path(text(file, "name", "filename")) or version.file_name,
        hashes=own or version.hashes,
        extra={**version.extra, **_keep_fields(file)},
    )


def _keep_fields(fields: Fields) -> dict[str, JsonValue]:
    kept = sorted(_KEPT & fields.keys())
    return {key: fields[key] for key in kept if len(repr(fields[key])) <= _LONGEST_KEPT}


def file_of_path(path: str | None) -> str | None:
    """Return a path's last part, whichever slashes it has; None where there is none."""
    if path is None:
        return None
    return path.replace("\\", "/").rpartition("/")[2] or None


_NO_MODELS = frozenset({"config", "trainingdata", "archive"})
"""CivitAI's types of files that lie beside a model and are none."""


def is_no_model(file_type: object) -> bool:
    """Tell whether CivitAI's type of a file says that it is no model."""
    return isinstance(file_type, str) and squeeze_word(file_type) in _NO_MODELS


ECOSYSTEMS = (
    (r"sd ?1\.\d.*|sd ?1", "sd1"),
    (r"sd ?2\.\d.*|sd ?2", "sd2"),
    (r"sd ?3.*", "sd3"),
    (r"sdxl.*|pony|illustrious|noobai", "sdxl"),
    (r"flux\.?1.*", "flux1"),
    (r"stable cascade", "scascade"),
    (r"pixart.*", "pixart"),
    (r"hunyuan video", "hyv1"),
)
"""Base model → AIR's ecosystem, where the site's own AIRs show it. Of others no AIR is made up."""


def ecosystem_of(base_model: str | None) -> str | None:
    """Return AIR's ecosystem of a base model, or None where we have not seen one."""
    word = (base_model or "").strip().lower()
    for pattern, name in ECOSYSTEMS:
        if re.fullmatch(pattern, word):
            return name
    return None
