"""AIR, CivitAI's names for models of any site: ``urn:air:sdxl:checkpoint:civitai:1@2``."""

import re
from functools import lru_cache

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.records import ResourceKind
from service.records.kinds import AIR_TYPES

SOURCES = frozenset(
    {"civitai", "civitai-r2", "huggingface", "orchestrator", "modelscope", "openai", "leonardo"}
)
"""Sites whose short form (``civitai:123@456``) is understood without type."""

_LONGEST = 1000  # characters
_KEPT = 2048  # texts that are read once: each label is asked about several times
_MAX_DIGITS = 15
"""Of a CivitAI version; a longer number does not fit where other programs keep it."""
_PART = light_pattern(r"[A-Za-z0-9_.-]+")
_TAIL = light_pattern(
    r"(?P<id>[^\s@:+]+)(?:@(?P<version>[^\s@:+]+))?(?::(?P<layer>[\w-]+))?(?:\+(?P<file>[\w-]+))?"
)
_FORMAT = light_pattern(r"(.+)\.([A-Za-z][A-Za-z0-9]*)")


@dataclass(frozen=True, slots=True)
class Air:
    """A parsed AIR. Ecosystem and type are None in the short form."""

    source: str
    id: str
    version: str | None = None
    ecosystem: str | None = None
    type: str | None = None
    layer: str | None = None
    file_id: str | None = None
    format: str | None = None

    def __str__(self) -> str:
        parts = [f"{self.source}:{self.id}"]
        if self.type:
            parts.insert(0, f"urn:air:{self.ecosystem}:{self.type}:")
        ends = (("@", self.version), (":", self.layer), ("+", self.file_id), (".", self.format))
        for mark, value in ends:
            if value:
                parts.append(mark + value)
        return "".join(parts)

    @property
    def key(self) -> tuple[str, str, str | None, str | None]:
        """What names the file: the same version is met with differing ecosystem and type."""
        return (self.source, self.id, self.version, self.file_id)

    @property
    def lookup_key(self) -> str:
        """``key`` without the file, as one text: the same for all files of a version."""
        return f"{self.source}:{self.id}@{self.version or ''}".lower()

    @property
    def kind(self) -> ResourceKind:
        """Our kind for its type; a type we do not know is a reference to be resolved."""
        return AIR_TYPES.get(self.type or "", "resource_ref")

    @property
    def civitai_version(self) -> int | None:
        """CivitAI's model version id, where it is one."""
        number = self.version or ""
        if self.source != "civitai" or len(number) > _MAX_DIGITS:
            return None
        if number.isascii() and number.isdecimal():
            return int(number)
        return None


def parse(text: str) -> Air | None:
    """Return the AIR that the whole text is, or None. ``urn:`` and ``air:`` may be missing."""
    text = text.strip()
    return _parse(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=_KEPT)
def _parse(text: str) -> Air | None:
    bare = _without(_without(text, "urn:"), "air:")
    parts = bare.split(":", 3)
    if len(parts) == 4 and _is_full(parts, prefixed=bare != text):  # noqa: PLR2004
        return _with_tail(parts[2].lower(), parts[3], parts[0].lower(), parts[1].lower())
    source, _, tail = bare.partition(":")
    if source.lower() not in SOURCES:
        return None
    return _with_tail(source.lower(), tail, None, None)


def _without(text: str, prefix: str) -> str:
    has_prefix = text[: len(prefix)].lower() == prefix
    if has_prefix:
        return text[len(prefix) :]
    return text


def _is_full(parts: list[str], *, prefixed: bool) -> bool:
    """Return whether this is a full AIR; ``oci:image:…`` is a container, not a model.

    A site may be an ecosystem, too: ``urn:air:openai:checkpoint:civitai:1733399@1970211``.
    """
    typed = parts[1].lower() in AIR_TYPES
    if parts[0].lower() == "oci" or (parts[0].lower() in SOURCES and not typed):
        return False
    return all(_PART.fullmatch(part) for part in parts[:3]) and (prefixed or typed)


def _with_tail(source: str, tail: str, ecosystem: str | None, type_: str | None) -> Air | None:
    form = None
    cut = _FORMAT.fullmatch(tail)
    # A file name keeps its dots ('…@sam_vit_b_01ec64.pth', '…@main.tar'); after a number the dot
    # begins the format.
    if cut and re.search(r"(?:\A|[@+:])\d+\Z", cut[1]):
        tail, form = cut[1], cut[2].lower()
    match = _TAIL.fullmatch(tail)
    if match is None:
        return None
    return Air(
        source=source,
        id=match["id"],
        version=match["version"],
        ecosystem=ecosystem,
        type=type_,
        layer=match["layer"],
        file_id=match["file"],
        format=form,
    )
