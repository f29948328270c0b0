"""The kinds of model files, and every word by which sites, generators and tools name each.

A row a kind. Which words are understood depends on who speaks: ``model`` is an AIR's word for a
checkpoint, but in front of a hash it names no kind. So each column has its own lookup.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from service.records.record import record
from service.records.vocabulary import ResourceKind


@record(frozen=True, slots=True)
class KindWords:
    """The words for one kind, in lower case, parted by blanks."""

    kind: ResourceKind
    air: str = ""
    """Types in AIR URNs. Images' lists of CivitAI resources use them, too."""
    writes: str = ""
    """The AIR type that we write for this kind, where there is exactly one."""
    lists: str = ""
    """Further words in images' lists of CivitAI resources."""
    hashes: str = ""
    """What may be before a name in ``Hashes: {"lora:name": "…"}``."""
    tags: str = ""
    """Words of tags in a prompt: ``<lora:name:1>``."""
    site: str = ""
    """Further types of models and files in CivitAI's exports."""
    folders: str = ""
    """Folders and settings of A1111, ComfyUI, SwarmUI, InvokeAI, Fooocus, Stability Matrix."""


KINDS = (
    KindWords(
        "checkpoint",
        air="checkpoint model unet diffusionmodel",
        writes="checkpoint",
        site="prunedmodel",
        folders="stablediffusion checkpoints ckpt unets diffusionmodels main",
    ),
    KindWords(
        "lora",
        air="lora lycoris locon loha dora",
        writes="lora",
        hashes="lora lyco lycoris locon dora",
        tags="lora lyco locon loha",
        folders="loras",
    ),
    KindWords(
        "embedding",
        air="embedding",
        writes="embedding",
        lists="embed textualinversion",
        hashes="embed embedding ti",
        tags="embed",
        folders="embeddings",
    ),
    KindWords("vae", air="vae", writes="vae", hashes="vae", folders="vaes vaeapprox"),
    KindWords(
        "upscaler",
        air="upscaler",
        writes="upscaler",
        folders="upscalers upscalemodels esrgan realesrgan swinir dat",
    ),
    KindWords(
        "controlnet",
        air="controlnet",
        writes="controlnet",
        hashes="controlnet",
        folders="controlnets t2iadapter",
    ),
    KindWords(
        "hypernetwork",
        air="hypernet",
        writes="hypernet",
        lists="hypernetwork",
        hashes="hypernet",
        tags="hypernet",
        folders="hypernetworks",
    ),
    KindWords(
        "text_encoder", air="text_encoders clip", lists="textencoder", folders="textencoders"
    ),
    KindWords("clip_vision", air="clipvision", folders="clipvision"),
    KindWords("ip_adapter", folders="ipadapter ipadapters"),
    KindWords(
        "motion",
        air="motion",
        writes="motion",
        lists="motionmodule",
        folders="animatediff animatediffmodels",
    ),
    KindWords("detector", site="detection", folders="ultralytics adetailer"),
    KindWords("resource_ref", air="unknown"),
    KindWords(
        "other",
        air="ag visionlanguage other",
        site="aestheticgradient poses wildcards workflows",
    ),
)

UNTOLD = frozenset[ResourceKind]({"resource_ref", "other"})
"""Kinds that say nothing of what a model is; a list's word for one is no better than none."""


def squeeze_word(word: str) -> str:
    """Return a word as the lookups have it: ``Text Encoder`` and ``text_encoder`` are one."""
    return re.sub(r"[^a-z0-9]", "", word.lower())


def _words(
    *columns: str, without: frozenset[ResourceKind] = frozenset()
) -> dict[str, ResourceKind]:
    """Return every word of these columns with its kind."""
    found: dict[str, ResourceKind] = {}
    for row in KINDS:
        if row.kind in without:
            continue
        for column in columns:
            words: str = getattr(row, column)
            found.update(dict.fromkeys(words.split(), row.kind))
    return found


def _squeezed(words: Mapping[str, ResourceKind]) -> dict[str, ResourceKind]:
    return {squeeze_word(word): kind for word, kind in words.items()}


AIR_TYPES: Mapping[str, ResourceKind] = MappingProxyType(_words("air"))
"""The types of AIR URNs, as they are written there."""

HASH_PREFIXES: Mapping[str, ResourceKind] = MappingProxyType(_words("hashes"))
"""The words before the names in lists of hashes."""

TAGS: Mapping[str, ResourceKind] = MappingProxyType(_words("tags"))
"""The words of tags in prompts."""

TAG_PATTERN = "|".join(TAGS)
"""A regular expression that any of them meets."""

WRITTEN_AIR_TYPES: Mapping[ResourceKind, str] = MappingProxyType(
    {row.kind: row.writes for row in KINDS if row.writes}
)
"""The AIR type of a kind, for those where it is one to one."""

_LISTED = _squeezed(_words("air", "lists", without=UNTOLD))
_ANY = _squeezed(
    _words("air", "lists", "hashes", "tags", "site", "folders", without=frozenset({"resource_ref"}))
)


def kind_in_list(word: str) -> ResourceKind | None:
    """Return the kind that an image's list of CivitAI resources names, or None."""
    return _LISTED.get(squeeze_word(word))


def kind_of_word(word: object) -> ResourceKind | None:
    """Return the kind that any tool's word names, however it is spelt; None for an unknown word."""
    return _ANY.get(squeeze_word(word)) if isinstance(word, str) else None
