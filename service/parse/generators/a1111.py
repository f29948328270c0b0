"""A1111's infotext, also of Forge, reForge, SD.Next and many savers, in PNG ``parameters`` or EXIF.

One text of prompt, ``Negative prompt:`` and a last line ``Steps: 20, Sampler: Euler a, …``, which
``infotext/`` reads. It is in PNG ``parameters``, in EXIF UserComment of JPEG, WebP and AVIF, in GIF
and video comments, in descriptions that sites copied, in the pixels of stealth PNGs, and in a
``.txt`` beside the image. JSON is never an infotext, but what A1111's API answers holds one.
"""

from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.gate import RULES
from service.parse.generators import drawthings
from service.parse.infotext.dialects import generator_of
from service.parse.infotext.field_names import base_fields
from service.parse.infotext.key_values import KNOWN, Settings
from service.parse.infotext.layout import Infotext, read_layout
from service.parse.infotext.models import checkpoint_of, model_of, module_vae, read_models
from service.parse.infotext.passes import read_passes
from service.parse.shared.json_facts import JsonTable, is_cut
from service.parse.shared.numbers import number_of
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
"""Where infotexts have been found, the most deliberate place first."""

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

SHARED_PLACE = "usercomment"
"""The one of them where people write too: a walk of ``Steps: 8200`` is no generation."""


def claim(blobs: Blobs) -> Claim:
    """Return how sure it is that a text of this file is an infotext."""
    claims = (_claim_text(blob.text, role) for role, blob in _candidates(blobs))
    return max(claims, default=Claim.NO)


def parse(blobs: Blobs) -> Generation:
    """Return what the surest infotext of the file says."""
    surest = _find_surest(blobs)
    if surest is None:
        return Generation("a1111", {}, unsettled=("No text of this file is an infotext.",))
    _, best = surest
    return read_infotext(best, blobs)


def find_infotext(blobs: Blobs) -> Blob | None:
    """Return the surest infotext of a file as it is written; None where no text is one."""
    surest = _find_surest(blobs)
    return surest[1] if surest and surest[0] > Claim.NO else None


def _find_surest(blobs: Blobs) -> tuple[Claim, Blob] | None:
    surest: tuple[Claim, Blob] | None = None
    for role, blob in _candidates(blobs):
        claim_ = _claim_text(blob.text, role)
        if surest is None or claim_ > surest[0]:  # the first of equals
            surest = claim_, blob
    return surest


def read_infotext(blob: Blob, blobs: Blobs) -> Generation:
    """Return what one infotext says.

    For parsers whose generator writes one beside its own texts.
    """
    return assemble_infotext(read_layout(blob.text), blob.source, blobs)


def assemble_infotext(text: Infotext, source: str, blobs: Blobs) -> Generation:
    """Return what the parts of an infotext say.

    For parsers of the same settings in another form.
    """
    settings = text.settings
    generator, because = generator_of(settings, blobs)
    return Generation(
        generator=generator,
        fields=_fields(text, source),
        passes=read_passes(settings, source),
        resources=read_models(settings, source),
        facts=tuple(Fact(key, value, source) for key, value in (*settings.pairs, *text.templates)),
        unsettled=() if settings.pairs else ("The infotext has no settings line.",),
        because=because,
    )


def _fields(text: Infotext, source: str) -> dict[Field, Stated]:
    fields = base_fields(text.settings, source)
    fields["positive_prompt"] = Stated(text.positive, source)
    if text.negative is not None:
        fields["negative_prompt"] = Stated(text.negative, source)
    model, vae = model_of(text.settings), module_vae(text.settings)
    if model:
        fields["model"] = Stated(model, source)
    if vae:
        fields.setdefault("vae", Stated(vae, source))
    hash_ = checkpoint_of(text.settings)[1]
    if hash_:
        fields.setdefault("model_hash", Stated(hash_, source))
    return fields


def _candidates(blobs: Blobs) -> Iterator[tuple[str, Blob]]:
    """Yield the texts that may be infotexts, each with its role."""
    # Draw Things' description looks like an infotext and marks the negative by "-".
    if drawthings.is_signed(blobs):
        return
    for role in ROLES:
        for blob in blobs.all(role):
            text = blob if blob.data is None else _infotext_of_api(blob)
            if text is not None and not is_cut(text):
                yield role, text


def _infotext_of_api(blob: Blob) -> Blob | None:
    """Return the first infotext of an answer of A1111's API, which scripts leave beside images."""
    answer = JsonTable.of(blob)
    texts = answer.items("infotexts") if answer else []
    if texts and isinstance(texts[0], str):
        return Blob(texts[0], f"{blob.source}#infotexts.0")
    return None


def _claim_text(text: str, role: str) -> Claim:
    # costs nothing, and spares most files the reading
    if "teps" not in text and "rompt" not in text and "Recipe metadata:" not in text:
        return Claim.NO
    parts = read_layout(text)
    keys = parts.settings.by_key
    if "steps" in keys or len(keys) > 1:
        return _claim_settings(parts.settings, role)
    if parts.negative is not None or "recipe metadata" in keys:
        return Claim.FALLBACK
    return Claim.NO


def _claim_settings(settings: Settings, role: str) -> Claim:
    keys = settings.by_key.keys()
    if any(_is_telling(key, value) for key, value in settings.by_key.items()):
        return Claim.MARKER
    if role in OWN_PLACES and role != SHARED_PLACE:
        return Claim.SHAPE
    if _speaks_of_something_else(settings):
        return Claim.NO
    if role in OWN_PLACES or len(KNOWN.intersection(keys)) >= _MANY:
        return Claim.SHAPE
    return Claim.NO


def _speaks_of_something_else(settings: Settings) -> bool:
    """Return whether a seed or a scale, where nothing is certain, or the steps are none."""
    steps = settings.by_key.get("steps", "")
    return not NUMBERS.isdisjoint(settings.by_key) or not RULES["steps"].fits(steps)


def _is_telling(key: str, value: str) -> bool:
    return key in TELLING and (key not in NUMBERS or number_of(value) is not None)


PARSER = Parser(name="a1111", version=7, claim=claim, parse=parse, roles=frozenset(ROLES))
