"""Every record that crosses from one stage to the next, in the order in which an image meets them.

``WatchedFile`` → ``RawRecord`` → ``Blobs`` → ``Generation`` → ``NormalizedImage`` → ``ImageRows``.

All are immutable. Records that are kept or come from outside are pydantic models; what exists by the
dozen within one image (tokens, facts) is a frozen dataclass, which costs a tenth to make.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

Scalar = str | int | float | bool
"""What a generator states of one thing, before we know its type."""

Field = Literal[
    "positive_prompt",
    "negative_prompt",
    "steps",
    "start_step",
    "end_step",
    "cfg_scale",
    "guidance",
    "sampler",
    "scheduler",
    "seed",
    "denoise",
    "width",
    "height",
    "model",
    "model_hash",
    "vae",
    "clip_skip",
    "upscaler",
]
"""The facts we know by name. Everything else that a file states is a ``Fact`` under its own key."""

PassRole = Literal["base", "hires", "refiner", "upscale", "detailer"]

ResourceKind = Literal[
    "checkpoint",
    "lora",
    "embedding",
    "vae",
    "upscaler",
    "controlnet",
    "hypernetwork",
    "text_encoder",
    "clip_vision",
    "ip_adapter",
    "motion",
    "detector",
    "resource_ref",
    "other",
]

HashKind = Literal["autov1", "autov2", "autov3", "sha256", "blake3", "crc32", "unknown"]

Status = Literal["ok", "partial", "no_metadata", "unreadable"]

Side = Literal["pos", "neg"]

TokenKind = Literal["tag", "lora", "embedding", "break", "and", "schedule", "alternate", "wildcard"]


class Record(BaseModel):
    """An immutable record whose fields are checked once, where it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WatchedFile(Record):
    """A file that has settled: where it lies, how large it is, and when it was last written."""

    root: str
    """The configured name of the watched folder."""
    path: str
    """Relative to the root, with ``/`` between parts; bytes that are not UTF-8 written as ``\\udcXX``."""
    size: int
    """Bytes."""
    mtime_ns: int
    """Modification time, nanoseconds since 1970, as the file system states it."""
    sidecars: tuple[str, ...] = ()
    """The texts beside it that were read with it, each as ``.txt 812 1690…``: see ``sidecars.stamps``."""


class RawRecord(Record):
    """All that could be read of a file. Kept in the database; every later stage starts from it alone."""

    file: WatchedFile
    mime_type: str | None
    """By magic bytes; None where they are of no kind we read."""
    sha256: str | None
    """Of the whole file, lower-case hex."""
    extractor: str
    """Who read it: ``exiftool 12.57``."""
    tags: dict[str, JsonValue]
    """ExifTool's ``-j -G1:4`` object without SourceFile, plus ``Stealth:*`` for texts hidden in pixels
    and ``Sidecar:.txt`` and the like for texts beside the file."""


@dataclass(frozen=True, slots=True)
class Blob:
    """One text of the file and where it stood."""

    text: str
    source: str
    """ExifTool's group and tag: ``PNG:Parameters``; ``Sidecar:.txt`` for a text beside the file."""
    data: JsonValue = None
    """The text parsed as JSON where it is an object or an array, else None."""


@dataclass(frozen=True, slots=True)
class Blobs:
    """The texts of one file by role, whatever its container; parsers see nothing else."""

    texts: Mapping[str, tuple[Blob, ...]]
    """Role → texts in file order. A role is the lower-case name of the place (``parameters``, ``prompt``,
    ``workflow``, ``usercomment``, ``software`` …); see ``parse/blobs.py`` for the whole list."""
    file_name: str = ""
    """The image's own name, for savers whose output is told by its prefix."""
    width: int | None = None
    """Pixels, of the file."""
    height: int | None = None

    def first(self, *roles: str) -> Blob | None:
        """Return the first text of the first of these roles that the file has."""
        return next((blob for role in roles for blob in self.texts.get(role, ())), None)

    def all(self, *roles: str) -> tuple[Blob, ...]:
        """Return every text of these roles (of all roles when none is named), in order."""
        return tuple(blob for role in roles or tuple(self.texts) for blob in self.texts.get(role, ()))

    def parted(self, role: str) -> "tuple[Blobs, Blobs]":
        """Return the file without the texts of a role, and with these alone."""
        others = {name: texts for name, texts in self.texts.items() if name != role}
        return replace(self, texts=others), replace(self, texts={role: self.texts[role]} if role in self.texts else {})


@dataclass(frozen=True, slots=True)
class Stated:
    """A value as the file gives it, and the place that gives it (``PNG:Prompt#12.inputs.seed``)."""

    value: Scalar
    source: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A key and value in the generator's own words, or in ours, for the ``kv`` table."""

    key: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """One sampling pass after the base pass, in the generator's own words."""

    role: PassRole
    fields: Mapping[Field, Stated]


_NOTHING: Mapping[str, JsonValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Resource:
    """A model file of any kind that the image says it was made with."""

    kind: ResourceKind
    label: str
    """As the file wrote it."""
    source: str
    weight: float | None = None
    clip_weight: float | None = None
    hash: str | None = None
    """Lower-case hex."""
    hash_kind: HashKind | None = None
    model_version_id: int | None = None
    """CivitAI's."""
    air: str | None = None
    """A whole AIR URN, normalized (``urn:air:…``)."""
    used: bool = True
    """False where the file lists it but it had no effect: bypassed, or weight 0."""
    extra: Mapping[str, JsonValue] = field(default_factory=lambda: _NOTHING)
    """What has no column: ``{"loader": "UNETLoader"}``."""

    @property
    def name(self) -> str:
        """Return the AIR URN where known, else the label."""
        return self.air or self.label


@dataclass(frozen=True, slots=True)
class Generation:
    """What one generator says of how the image was made, in its own words and units."""

    generator: str | None
    """As the database names it: ``a1111``, ``forge``, ``comfyui`` …; None where the file names none."""
    fields: Mapping[Field, Stated]
    """Of the base pass and of the image as a whole. A missing key means the file does not say."""
    passes: tuple[Sampling, ...] = ()
    """The passes after the base pass, in the order in which they ran."""
    resources: tuple[Resource, ...] = ()
    """Those stated outside the prompt texts, the checkpoint included; prompts are read by a later stage."""
    facts: tuple[Fact, ...] = ()
    """The generator's own keys, verbatim."""
    unsettled: tuple[str, ...] = ()
    """Why the answer is partial: one sentence for each thing the file should say and does not."""
    because: str = ""
    """What tells this generator from others that write the same form: ``Version: f2.0.1v1.10.1``."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two places of one file that disagree; ``a`` was taken."""

    field: str
    a: Stated
    b: Stated


@dataclass(frozen=True, slots=True)
class SamplingPass:
    """One sampling pass in our vocabulary. None means the file does not say."""

    role: PassRole = "base"
    positive_prompt: str | None = None
    negative_prompt: str | None = None
    steps: int | None = None
    start_step: int | None = None
    end_step: int | None = None
    cfg_scale: float | None = None
    guidance: float | None = None
    """Distilled guidance (Flux), which is not CFG."""
    sampler: str | None = None
    """As written."""
    scheduler: str | None = None
    """As written."""
    sampler_norm: str | None = None
    """ComfyUI's name."""
    scheduler_norm: str | None = None
    """ComfyUI's name; ``automatic`` stays."""
    seed: str | None = None
    """Decimal digits: ComfyUI's seeds reach 2^64-1."""
    denoise: float | None = None
    """0 to 1."""
    width: int | None = None
    """Pixels sampled, not those of the file."""
    height: int | None = None
    model: str | None = None
    model_hash: str | None = None


@dataclass(frozen=True, slots=True)
class NormalizedImage:
    """One image in our vocabulary."""

    status: Status
    generator: str | None = None
    passes: tuple[SamplingPass, ...] = ()
    """The base pass first; empty where nothing was sampled that we can tell."""
    vae: str | None = None
    clip_skip: int | None = None
    """Positive: 2 means the last but one layer."""
    upscaler: str | None = None
    file_width: int | None = None
    file_height: int | None = None
    resources: tuple[Resource, ...] = ()
    """As the generator stated them; not yet merged with those of the prompts."""
    facts: tuple[Fact, ...] = ()
    """Our keys first, then the generator's own."""
    conflicts: tuple[Conflict, ...] = ()
    warnings: tuple[str, ...] = ()
    """Why it is partial, and what was odd."""

    @property
    def base(self) -> SamplingPass:
        """Return the base pass, or an empty one."""
        return self.passes[0] if self.passes else SamplingPass()


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a prompt, as its grammar cuts it."""

    side: Side
    position: int
    """From 0, within its side."""
    token: str
    """As written, without brackets and weight."""
    t_norm: str
    """Lower case, ``_`` and runs of blanks as one blank, escapes undone."""
    weight: float
    """1.0 where nothing says otherwise."""
    kind: TokenKind = "tag"


@dataclass(frozen=True, slots=True)
class ImageRows:
    """All rows of one image, written in one transaction."""

    raw: RawRecord
    image: NormalizedImage
    tokens: tuple[Token, ...]
    resources: tuple[Resource, ...]
    """Merged: one entry a resource."""
    recipe: str
    """The versions of the stages that made them: ``a1111@1 parsers@2 blobs@1 normalize@1 …``."""
