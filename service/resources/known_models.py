"""What is known of one model file from outside the images, and how the resolver asks for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from enum import IntEnum
from types import MappingProxyType
from typing import Protocol

from service.records import HashKind, ResourceKind
from service.records.json_values import JsonValue
from service.records.record import record

AUTOV2_DIGITS = 10

CLAIMED_HASH = "sshs_model_hash"
"""Key in ``extra``: what a file's header claims as the hash of its tensors.

Web interfaces write it into images without computing it, and it is old where a tool has saved the
file again.
"""


class Trust(IntEnum):
    """Whom to believe where two sources disagree: the higher one, and of equals the later one."""

    HEADER = 1
    """A local file's own header and place."""
    CIVITAI = 2
    """An export of the site, or a sidecar made from one."""
    MANUAL = 3
    """A map that the user wrote."""


@record(frozen=True, slots=True)
class KnownModel:
    """One file of one model version. None means that no source has stated it yet."""

    version_id: int | None = None
    """CivitAI's."""
    model_id: int | None = None
    model_name: str | None = None
    version_name: str | None = None
    kind: ResourceKind | None = None
    base_model: str | None = None
    """As the source wrote it: ``Illustrious``, ``SDXL 1.0``."""
    air: str | None = None
    """Normalized, ``urn:air:…``."""
    file_name: str | None = None
    """Without folders."""
    hashes: Mapping[HashKind, str] = field(default_factory=lambda: MappingProxyType({}))
    """Lower-case hex by kind; ``autov2`` may be left out where ``sha256`` is there."""
    source: str | None = None
    """The file it was learnt from."""
    trust: Trust = Trust.CIVITAI
    extra: Mapping[str, JsonValue] = field(default_factory=lambda: MappingProxyType({}))
    """What has no field here, in the source's words."""

    def hash(self, kind: HashKind) -> str | None:
        """Return the hash of a kind; AutoV2 follows from SHA-256."""
        if kind == "autov2" and kind not in self.hashes:
            beginning = self.hashes.get("sha256", "")[:AUTOV2_DIGITS]
            return beginning if len(beginning) == AUTOV2_DIGITS else None
        return self.hashes.get(kind)

    def all_digits(self) -> Iterator[str]:
        """Yield every hash that an image may state of it, also that which its header claims."""
        yield from self.hashes.values()
        claimed = self.extra.get(CLAIMED_HASH)
        if isinstance(claimed, str):
            yield claimed


class KnownModels(Protocol):
    """Where the resolver looks things up: the database, or a handful of models in a test."""

    def by_version(self, version_id: int) -> Sequence[KnownModel]:
        """Return the files of a CivitAI version, the main one first."""
        ...

    def by_air(self, key: str) -> Sequence[KnownModel]:
        """Return the files under an AIR's ``lookup_key``."""
        ...

    def by_hash(self, digits: str) -> Sequence[KnownModel]:
        """Return the files with a hash of any kind that begins with these digits.

        Also those whose hash is shorter and is what the digits begin with.
        """
        ...

    def by_stem(self, stem: str) -> Sequence[KnownModel]:
        """Return the files whose name without folders and extension is this one, in lower case."""
        ...
