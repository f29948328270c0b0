"""One image in our vocabulary, and all that is written of it."""

from dataclasses import replace

from service.records.files import RawRecord
from service.records.generation import Fact, Resource, Stated
from service.records.record import record
from service.records.vocabulary import PassRole, Side, Status, TokenKind


@record(frozen=True, slots=True)
class Conflict:
    """Two places of one file that disagree; ``a`` was taken."""

    field: str
    a: Stated
    b: Stated


@record(frozen=True, slots=True)
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
    sampler_norm: str | None = None
    """ComfyUI's name."""
    scheduler: str | None = None
    """As written."""
    scheduler_norm: str | None = None
    """ComfyUI's name; ``automatic`` stays."""
    seed: str | None = None
    """Decimal digits: ComfyUI's seeds reach 2^64-1."""
    denoise: float | None = None
    """0 to 1."""
    width: int | None = None
    """Pixels sampled, not those of the file."""
    height: int | None = None
    frames: int | None = None
    """Of a video."""
    fps: float | None = None
    seconds: float | None = None
    model: str | None = None
    model_hash: str | None = None


@record(frozen=True, slots=True)
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
    created_at: str | None = None
    """When the picture was made: ``2025-03-04T05:06:07+02:00``, in the zone that is stated."""
    denoise: float | None = None
    """The one strength that a text states of the image, where it is a later pass's."""
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

    @property
    def shown(self) -> SamplingPass:
        """Return the base pass as the table ``images`` shows it, with the image's strength."""
        if self.denoise is None:
            return self.base
        return replace(self.base, denoise=self.denoise)


@record(frozen=True, slots=True)
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


@record(frozen=True, slots=True)
class ImageRows:
    """All rows of one image, written in one transaction."""

    raw: RawRecord
    image: NormalizedImage
    tokens: tuple[Token, ...]
    resources: tuple[Resource, ...]
    """Merged: one entry a resource."""
    recipe: str
    """The versions of the stages that made them: ``a1111@1 parsers@2 blobs@1 normalize@1 …``."""
