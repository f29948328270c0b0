"""A1111's infotext and its dialects.

Forge and its forks, reForge, SD.Next, CivitAI, ComfyUI's text savers.

One text of prompt, ``Negative prompt:`` and a last line ``Steps: 20, Sampler: Euler a, …``
(``infotext/`` reads it). It stands in PNG ``parameters``, in EXIF UserComment of JPEG, WebP and
AVIF, in GIF and video comments, in descriptions that sites copied, in the pixels of stealth PNGs,
and in a ``.txt`` beside the image. JSON is never one, but that of A1111's API holds it.
"""

from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.generators import drawthings
from service.parse.infotext import field_names, layout, models, passes
from service.parse.infotext.dialects import generator_of
from service.parse.infotext.key_values import KNOWN, Settings
from service.parse.infotext.layout import Infotext
from service.parse.shared.civitai_resources import number_of
from service.parse.shared.json_facts import is_cut
from service.records import Blob, Blobs, Fact, Field, Generation, Stated

ROLES = (
    "parameters",
    "usercomment",
    "alpha",
    "rgb",
    "comment",
    "description",
    "imagedescription",
    "xpcomment",
    "text",
    "sidecar",
)
"""Where infotexts have been met, the most deliberate place first."""

TELLING = frozenset(
    {"sampler", "schedule type", "version", "app", "seed", "cfg scale", "civitai resources"}
)
"""Beside ``Steps``, any of these makes it certain."""

NUMBERS = frozenset({"seed", "cfg scale"})
"""Those of them that are numbers; a gardener's seed is none."""

_MANY = 3
"""Known keys that make it likely elsewhere, where nothing is certain."""

OWN_PLACES = frozenset({"parameters", "usercomment", "alpha", "rgb"})
"""Only here is a bare ``Steps: 20`` enough: a photo's description may be a recipe."""


def claim(blobs: Blobs) -> Claim:
    """Return how sure it is that a text of this file is an infotext."""
    return max((_claim(blob, role) for role, blob in _candidates(blobs)), default=Claim.NO)


def parse(blobs: Blobs) -> Generation:
    """Return what the surest infotext of the file says."""
    claims = [(_claim(blob, role), blob) for role, blob in _candidates(blobs)]
    best = max(claims, key=lambda pair: pair[0], default=None)  # the first of equals
    if best is None:
        return Generation("a1111", {}, unsettled=("No text of this file is an infotext.",))
    return read(best[1], blobs)


def read(blob: Blob, blobs: Blobs) -> Generation:
    """Return what one infotext says.

    For parsers whose generator writes one beside its own texts.
    """
    return assemble_infotext(layout.read_layout(blob.text), blob.source, blobs)


def assemble_infotext(text: Infotext, source: str, blobs: Blobs) -> Generation:
    """Return what the parts of an infotext say.

    For parsers of the same settings in another form.
    """
    settings = text.settings
    generator, because = generator_of(settings, blobs)
    return Generation(
        generator=generator,
        fields=_fields(text, source),
        passes=passes.read_passes(settings, source),
        resources=models.read_models(settings, source),
        facts=tuple(Fact(key, value, source) for key, value in (*settings.pairs, *text.templates)),
        unsettled=() if settings.pairs else ("The infotext has no settings line.",),
        because=because,
    )


def _fields(text: Infotext, source: str) -> dict[Field, Stated]:
    found = field_names.base_fields(text.settings, source)
    found["positive_prompt"] = Stated(text.positive, source)
    if text.negative is not None:
        found["negative_prompt"] = Stated(text.negative, source)
    model, vae = models.model_of(text.settings), models.module_vae(text.settings)
    if model:
        found["model"] = Stated(model, source)
    if vae and "vae" not in found:
        found["vae"] = Stated(vae, source)
    hash_ = models.checkpoint_of(text.settings)[1]
    if hash_ and "model_hash" not in found:
        found["model_hash"] = Stated(hash_, source)
    return found


def _candidates(blobs: Blobs) -> Iterator[tuple[str, Blob]]:
    if drawthings.is_signed(
        blobs
    ):  # its description looks like an infotext and marks the negative by "-"
        return
    for role in ROLES:
        for blob in blobs.all(role):
            text = blob if blob.data is None else _infotext_of_api(blob)
            if text is not None and not is_cut(text):
                yield role, text


def _infotext_of_api(blob: Blob) -> Blob | None:
    """Return the first infotext of what A1111's API answers (``info``), which scripts leave beside images."""
    texts = blob.data.get("infotexts") if isinstance(blob.data, dict) else None
    first = texts[0] if isinstance(texts, list) and texts else None
    return Blob(first, f"{blob.source}#infotexts.0") if isinstance(first, str) else None


def _claim(blob: Blob, role: str) -> Claim:
    if "teps" not in blob.text and "rompt" not in blob.text and "Recipe metadata:" not in blob.text:
        return Claim.NO  # costs nothing, and spares most files the reading
    text = layout.read_layout(blob.text)
    keys = text.settings.by_key
    if "steps" in keys or len(keys) > 1:
        return _certainty(text.settings, role)
    return Claim.FALLBACK if text.negative is not None or "recipe metadata" in keys else Claim.NO


def _certainty(settings: Settings, role: str) -> Claim:
    if any(_is_telling(key, value) for key, value in settings.by_key.items()):
        return Claim.MARKER
    if role in OWN_PLACES:
        return Claim.SHAPE
    sayings = NUMBERS.intersection(settings.by_key)  # none of which is a number
    return (
        Claim.SHAPE
        if not sayings and len(KNOWN.intersection(settings.by_key)) >= _MANY
        else Claim.NO
    )


def _is_telling(key: str, value: str) -> bool:
    return key in TELLING and (key not in NUMBERS or number_of(value) is not None)


PARSER = Parser(name="a1111", version=5, claim=claim, parse=parse)
