"""Which setting is which of our fields."""

import re
from collections.abc import Mapping

from service.parse.infotext.key_values import Settings
from service.parse.shared.json_facts import FieldKeys
from service.parse.shared.model_files import names_nothing
from service.parse.shared.numbers import number_of
from service.records import Field, Scalar, Stated

BASE: FieldKeys = (
    ("steps", ("steps",)),
    ("cfg_scale", ("cfg scale", "cfg", "guidance scale")),
    ("guidance", ("distilled cfg scale", "guidance")),
    ("sampler", ("sampler",)),
    ("scheduler", ("schedule type", "sampler sigma", "scheduler")),
    ("seed", ("seed",)),
    ("model", ("model", "model name", "checkpoint")),
    ("model_hash", ("model hash",)),
    ("vae", ("vae",)),
    ("clip_skip", ("clip skip",)),
    # One strength for the image: with hires fix it is that pass's, as ``normalize`` sees.
    ("denoise", ("denoising strength", "denoise", "strength")),
    (
        "upscaler",
        (
            "hires upscaler",
            "postprocess upscaler",
            "ultimate sd upscale upscaler",
            "sd upscale upscaler",
        ),
    ),
)
"""Field → the keys that state it, best first; compared in lower case."""

SIDES: FieldKeys = (("width", ("width",)), ("height", ("height",)))
"""Some savers write these in place of ``Size``."""

_LARGEST_FACTOR = 16
_FILE_NAMES: frozenset[Field] = frozenset({"model", "model_hash", "vae", "upscaler"})
_SIZE = re.compile(r"\s*(\d+)\s*[x×]\s*(\d+)\s*", re.IGNORECASE)  # noqa: RUF001 - some savers write the sign


def pick_fields(settings: Settings, keys_of_fields: FieldKeys, source: str) -> dict[Field, Stated]:
    """Return the fields whose keys are among the settings, without names of no file."""
    found: dict[Field, Stated] = {}
    for field, keys in keys_of_fields:
        value = settings.get(*keys)
        if value and not (field in _FILE_NAMES and names_nothing(value)):
            found[field] = Stated(value, source)
    return found


def base_fields(settings: Settings, source: str) -> dict[Field, Stated]:
    """Return the fields of the base pass and of the image as a whole, prompts excepted."""
    fields = pick_fields(settings, BASE, source)
    scheduler = fields.get("scheduler")
    # SD.Next writes 'Scheduler: FlowMatchEulerDiscreteScheduler' where there is no Sampler: a
    # diffusers class, which is a sampler.
    if scheduler and "sampler" not in fields and str(scheduler.value).endswith("Scheduler"):
        fields["sampler"] = fields.pop("scheduler")
    return {
        **pick_fields(settings, SIDES, source),
        **fields,
        **read_size(settings.get("size"), source),
    }


def read_size(text: str | None, source: str) -> Mapping[Field, Stated]:
    """Return width and height of ``512x768``.

    ``0x0``, which A1111 writes where a factor was used, states nothing.
    """
    match = _SIZE.fullmatch(text or "")
    if match is None or "0" in (match[1], match[2]):
        return {}
    return {"width": Stated(match[1], source), "height": Stated(match[2], source)}


def scaled_size(base: Mapping[Field, Stated], factor: str | None) -> Mapping[Field, Stated]:
    """Return width and height of a base pass times a factor, cut to whole pixels as A1111 does."""
    width, height = (number_of(_value(base, side)) for side in ("width", "height"))
    times = number_of(factor)
    if width is None or height is None or times is None or not 1 < times <= _LARGEST_FACTOR:
        return {}
    source = base["width"].source
    return {
        "width": Stated(int(width * times), source),
        "height": Stated(int(height * times), source),
    }


def _value(fields: Mapping[Field, Stated], field: Field) -> Scalar | None:
    return fields[field].value if field in fields else None


def model_fields(label: str, hash_: str | None, source: str) -> dict[Field, Stated]:
    """Return a model's name and hash as fields, as far as they are there."""
    fields: dict[Field, Stated] = {}
    if label:
        fields["model"] = Stated(label, source)
    if hash_:
        fields["model_hash"] = Stated(hash_, source)
    return fields
