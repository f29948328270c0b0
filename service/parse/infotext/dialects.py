"""Who wrote an infotext: the first line of ``EVIDENCE`` that fits names the generator."""

import re

from service.light_patterns import light_pattern
from service.parse.infotext.key_values import Settings
from service.records import Blobs

EVIDENCE: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (generator, re.compile(key), re.compile(value, re.IGNORECASE))
    for generator, key, value in (
        ("sdnext", r"app", r"SD\.?Next"),
        ("sdnext", r"backend", r"Diffusers|Original"),  # before it wrote App
        ("comfyui", r"version", r"ComfyUI"),  # comfy-image-saver, Image Saver
        ("comfyui", r"lora_\d+ model name", r"."),  # SaveImageWithMetaData
        ("ruinedfooocus", r"version|app", r"RuinedFooocus"),
        ("fooocus-mre", r"version|app", r"Fooocus-MRE"),
        ("fooocusplus", r"version|app", r"FooocusPlus"),
        ("fooocus", r"version|app", r"Fooocus"),
        ("forge-neo", r"version", r"neo\b"),
        ("forge-classic", r"version", r"classic\b"),
        ("easy-reforge", r"version|app", r"easy-?reforge"),
        # f1.0.0v2-v1.10.1RC-latest-2498-g5120e679
        ("reforge", r"version", r"f\S*-v1\.\d+\.\d+RC-latest|reforge"),
        # f2.0.1v1.10.1-previous-669-gdfdcbab6, f0.0.17v1.8.0rc-latest-276-g29be1da7
        ("forge", r"version", r"f\d+\.|forge"),
        ("a1111", r"version", r"v?\d+\.\d+"),  # v1.10.1
        ("civitai", r"civitai resources|civitai metadata", r"."),
    )
)
"""Generator, pattern of a whole lower-case key, pattern of the value's beginning.

Finer before coarser.
"""

_KEYS = re.compile("|".join(dict.fromkeys(key.pattern for _, key, _ in EVIDENCE)))

BY_ROLE: tuple[tuple[str, str], ...] = (
    ("smproj", "stability_matrix"),
    ("parameters-json", "stability_matrix"),
)
"""Texts that only one generator writes beside the infotext."""

_UUID = light_pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

GLANCE = 60
"""Characters of a value that are shown."""

DEFAULT = "a1111"
"""A text in this form that names nobody is taken for the form's inventor."""


def generator_of(settings: Settings, blobs: Blobs) -> tuple[str, str]:
    """Return the generator's name as the database has it, and what names it."""
    for role, generator in BY_ROLE:
        if role in blobs.texts:
            return generator, f"a text {role} beside it"
    named = [pair for pair in settings.by_key.items() if _KEYS.fullmatch(pair[0])]
    for generator, key_pattern, value_pattern in EVIDENCE:
        for key, value in named:
            if key_pattern.fullmatch(key) and value_pattern.match(value):
                return generator, f"{key}: {shorten(value)}"
    if _is_of_krita(settings):
        return "krita", f"sampler: {shorten(settings.by_key['sampler'])}, a preset's name"
    if is_of_civitai(blobs):
        return "civitai", "EXIF Artist and Software as CivitAI writes them"
    return DEFAULT, "its form, which names nobody"


def _is_of_krita(settings: Settings) -> bool:
    """Return whether Krita's plug-in wrote this: its presets are ``Default - DPM++ 2M``.

    It never knows a model's hash.
    """
    return settings.get("model hash") == "unknown" and " - " in (settings.get("sampler") or "")


def shorten(text: str) -> str:
    """Return a value short enough to be read at a glance."""
    if len(text) <= GLANCE:
        return text
    return f"{text[:GLANCE]}…"


def is_of_civitai(blobs: Blobs) -> bool:
    """Return whether EXIF names CivitAI's orchestrator: Artist ``ai``, and a uuid as Software."""
    artist, software = blobs.first("artist"), blobs.first("software")
    if artist is None or software is None or artist.text.strip() != "ai":
        return False
    return _UUID.fullmatch(software.text.strip()) is not None
