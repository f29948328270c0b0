"""Which setting is which of our fields."""

import re
from collections.abc import Iterable, Iterator, Mapping

from service.parse.infotext.key_values import Settings
from service.records import Field, Stated

BASE: tuple[tuple[Field, tuple[str, ...]], ...] = (
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
    # One strength for the image: with hires fix it is that pass's, and the base pass's is not
    # stated.
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

SIDES: tuple[tuple[Field, tuple[str, ...]], ...] = (("width", ("width",)), ("height", ("height",)))
"""In place of ``Size``, by some savers."""

_NOTHING = re.compile(
    r"(?:none|\(none\)|unknown|n/a|null|automatic|built in|use same .*)?", re.IGNORECASE
)

_NAMES: frozenset[Field] = frozenset({"model", "vae", "upscaler"})
_SIZE = re.compile(r"\s*(\d+)\s*[x×]\s*(\d+)\s*", re.IGNORECASE)  # noqa: RUF001 - some savers write the sign


def pick_value(
    settings: Settings, table: Iterable[tuple[Field, tuple[str, ...]]], source: str
) -> dict[Field, Stated]:
    """Return what a table of keys finds in the settings."""
    found = ((field, settings.get(*keys)) for field, keys in table)
    return {
        field: Stated(value, source)
        for field, value in found
        if value and not _is_nothing(field, value)
    }


def _is_nothing(field: Field, value: str) -> bool:
    return field in _NAMES and names_nothing(value)


def names_nothing(value: str | None) -> bool:
    """Tell whether a value stands for no model, VAE or upscaler at all, or for that of the base pass."""
    return value is None or _NOTHING.fullmatch(value.strip()) is not None


def base_fields(settings: Settings, source: str) -> dict[Field, Stated]:
    """Return the fields of the base pass and of the image as a whole, prompts excepted."""
    fields = pick_value(settings, BASE, source)
    scheduler = fields.get("scheduler")
    # SD.Next writes 'Scheduler: FlowMatchEulerDiscreteScheduler' where there is no Sampler: a
    # diffusers class, which is a sampler.
    if scheduler and "sampler" not in fields and str(scheduler.value).endswith("Scheduler"):
        fields["sampler"] = fields.pop("scheduler")
    return {
        **pick_value(settings, SIDES, source),
        **fields,
        **read_size(settings.get("size"), source),
    }


def read_size(text: str | None, source: str) -> Mapping[Field, Stated]:
    """Return width and height of ``512x768``.

    ``0x0`` (A1111 where a factor was used) says nothing.
    """
    match = _SIZE.fullmatch(text or "")
    if match is None or "0" in (match[1], match[2]):
        return {}
    return {"width": Stated(match[1], source), "height": Stated(match[2], source)}


def stated_fields(
    pairs: Iterable[tuple[str | None, Field]], source: str
) -> Iterator[tuple[Field, Stated]]:
    """Yield the fields whose value is there."""
    return ((field, Stated(value, source)) for value, field in pairs if value)
