"""What one generator says of how an image was made, in its own words and units."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from service.records.json_values import JsonValue
from service.records.record import record
from service.records.vocabulary import Field, HashKind, PassRole, ResourceKind, Scalar


@record(frozen=True, slots=True)
class Stated:
    """A value as the file gives it, and the place that gives it (``PNG:Prompt#12.inputs.seed``)."""

    value: Scalar
    source: str


@record(frozen=True, slots=True)
class Fact:
    """A key and value in the generator's own words, or in ours, for the ``kv`` table."""

    key: str
    value: str
    source: str


@record(frozen=True, slots=True)
class Sampling:
    """One sampling pass after the base pass, in the generator's own words."""

    role: PassRole
    fields: Mapping[Field, Stated]


_NOTHING: Mapping[str, JsonValue] = MappingProxyType({})


@record(frozen=True, slots=True)
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


@record(frozen=True, slots=True)
class Generation:
    """What one generator says of how the image was made, in its own words and units."""

    generator: str | None
    """As the database names it: ``a1111``, ``forge``, ``comfyui`` ….

    None where the file names none.
    """
    fields: Mapping[Field, Stated]
    """Of the base pass and of the image as a whole. A missing key means the file does not say."""
    passes: tuple[Sampling, ...] = ()
    """The passes after the base pass, in the order in which they ran."""
    resources: tuple[Resource, ...] = ()
    """Those stated outside the prompt texts, the checkpoint included.

    Prompts are read by a later stage.
    """
    facts: tuple[Fact, ...] = ()
    """The generator's own keys, verbatim."""
    unsettled: tuple[str, ...] = ()
    """Why the answer is partial: one sentence for each thing the file should say and does not."""
    because: str = ""
    """By what it is known among others of the same form: ``Version: f2.0.1v1.10.1``."""
