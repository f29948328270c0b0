"""One object that describes a model version → an entry a file of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from pydantic import JsonValue

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
from service.records import ResourceKind
from service.records.kinds import WRITTEN_AIR_TYPES, kind_of_word, squeeze_word
from service.resources import air
from service.resources.known_models import KnownModel, Trust

_KEPT = frozenset(
    "trainedwords nsfw metadata basemodeltype usagetips notes activationtext preferredweight".split()
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
    """The model that a version stands in."""
    version_id: int | None = None
    """The key under which it stands, where that is an id."""


def describe_version(fields: Fields, around: Context) -> Iterator[KnownModel]:
    """Yield an entry for each model file of a version, the main one first.

    One entry where no file is stated.
    """
    civitai = mapping(fields, "civitai")
    if (
        whole(civitai, "id", "modelversionid") is not None
    ):  # Lora Manager: the site's object within its own
        yield from _describe_lora_manager_file(fields, civitai, around)
        return
    version = _whole_version(fields, around)
    files = list(_files(fields))
    if not files:
        yield version
        return
    main = [file for file in files if file.get("primary") is True]
    for file in (*main, *(file for file in files if file not in main)):
        yield _with_file(version, file)


def _describe_lora_manager_file(
    fields: Fields, civitai: Fields, around: Context
) -> Iterator[KnownModel]:
    ours = hashes(fields).get("sha256")
    for model in describe_version(civitai, around):
        theirs = model.hashes.get("sha256")
        mine = ours is not None and (theirs is None or theirs == ours)
        yield replace(
            model,
            model_name=model.model_name or text(fields, "modelname"),
            hashes={**model.hashes, "sha256": ours} if mine and ours else model.hashes,
        )


def _whole_version(fields: Fields, around: Context) -> KnownModel:
    """Return what an object says of the version as a whole."""
    model = mapping(fields, "model") or around.model
    urn = air.parse(text(fields, "air", "urn", "name") or "")
    version_id = _version_id(fields, around, urn)
    model_id = whole(fields, "modelid") or whole(model, "id") or (as_id(urn.id) if urn else None)
    base_model = text(fields, "basemodel", "sdversion")
    kind = (
        kind_of_word(text(fields, "modeltype", "kind"))
        or kind_of_word(text(model, "type"))
        or kind_of_word(text(fields, "type"))
    )
    kind = kind or (kind_of_word(urn.type) if urn else None)
    of_site = (
        bool(model) or "files" in fields or "modelid" in fields
    )  # there `name` is the version's, by hand the model's
    name = text(fields, "name") if urn is None or text(fields, "air", "urn") else None
    return KnownModel(
        version_id=version_id,
        model_id=model_id,
        model_name=text(fields, "modelname", "model")
        or text(model, "name")
        or (None if of_site else name),
        version_name=text(fields, "versionname") or (name if of_site else None),
        kind=kind,
        base_model=base_model,
        air=_air(urn, kind, base_model, model_id, version_id),
        file_name=base_name(text(fields, "filename", "file")),
        hashes={**hashes(mapping(fields, "hashes")), **hashes(fields)},
        source=around.source,
        trust=around.trust,
        extra=_keep_fields(fields),
    )


def _version_id(fields: Fields, around: Context, urn: air.Air | None) -> int | None:
    found = whole(fields, "modelversionid", "versionid", "ref") or whole(fields, "id")
    return found or (urn.civitai_version if urn else None) or around.version_id


def _air(
    urn: air.Air | None,
    kind: ResourceKind | None,
    base_model: str | None,
    model_id: int | None,
    version_id: int | None,
) -> str | None:
    """Return the stated AIR, else the one that follows from ids, kind and base model where all are known."""
    if urn is not None and urn.type:
        return str(urn)
    ecosystem, type_ = ecosystem_of(base_model), WRITTEN_AIR_TYPES.get(kind) if kind else None
    if ecosystem and type_ and model_id and version_id:
        return f"urn:air:{ecosystem}:{type_}:civitai:{model_id}@{version_id}"
    return None


def _files(fields: Fields) -> Iterator[Fields]:
    """Yield the model files of a version.

    Those given as two parallel lists as if they were objects.
    """
    files, digests = fields.get("files"), fields.get("hashes")
    if not isinstance(files, list):
        return
    others: Sequence[JsonValue] = digests if isinstance(digests, list) else ()
    for file, digest in zip_longest(files, others):
        if is_object(file):
            if not is_no_model(file.get("type")):
                yield squeeze_keys(file)
        elif isinstance(file, str) or hex_digits(digest):
            stated = squeeze_keys(digest) if is_object(digest) else {"hash": digest}
            yield {"name": file, "hashes": dict(stated.items())}


def _with_file(version: KnownModel, file: Fields) -> KnownModel:
    own = hashes(mapping(file, "hashes")) | hashes(file)
    kind = kind_of_word(text(file, "type"))
    is_part = kind in ("vae", "text_encoder") and version.kind not in (None, kind)
    return replace(
        version,
        kind=kind if is_part else version.kind,
        file_name=base_name(text(file, "name", "filename")) or version.file_name,
        hashes=own or version.hashes,
        extra={**version.extra, **_keep_fields(file)},
    )


def _keep_fields(fields: Fields) -> dict[str, JsonValue]:
    return {
        key: fields[key]
        for key in sorted(_KEPT & fields.keys())
        if len(repr(fields[key])) <= _LONGEST_KEPT
    }


def base_name(path: str | None) -> str | None:
    """Return a path's last part, whichever slashes it has."""
    return path.replace("\\", "/").rsplit("/", 1)[-1] or None if path else None


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
    return next((name for pattern, name in ECOSYSTEMS if re.fullmatch(pattern, word)), None)
