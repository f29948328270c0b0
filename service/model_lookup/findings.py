"""Which of the stated resources can be resolved, and which images are made again for it."""

from dataclasses import field
from typing import Literal

from service.light_dataclasses import dataclass
from service.model_lookup.resolve_rows import CachedModels
from service.records import Resource
from service.resources.known_models import KnownModel
from service.resources.merge import is_opaque
from service.resources.resolve import By, Resolution, original_resource, resolve_resource
from service.store.database_reader import DatabaseReader
from service.store.resource_rows import StatedResource

Resolvedness = Literal["resolved", "ambiguous", "unknown"]


@dataclass(frozen=True, slots=True)
class ReferenceFinding:
    """What can be said of one stated resource."""

    stated: Resource
    """As the file wrote it."""
    images: int
    outcome: Resolvedness
    by: By | None
    becomes: Resource
    candidates: tuple[KnownModel, ...]

    @property
    def is_reference(self) -> bool:
        """Whether the file names it by an id or a hash alone."""
        return self.stated.kind == "resource_ref" or is_opaque(self.stated.label)


@dataclass(slots=True)
class Findings:
    """What can be said of all of them."""

    references: list[ReferenceFinding] = field(default_factory=list)
    """Bare ids, AIRs and hashes."""
    ambiguous: list[ReferenceFinding] = field(default_factory=list)
    """Named files of which several models may be meant."""
    named: dict[Resolvedness, int] = field(
        default_factory=lambda: {"resolved": 0, "ambiguous": 0, "unknown": 0}
    )
    """Named files, counted by outcome."""
    changing: list[StatedResource] = field(default_factory=list)
    """What is in the database otherwise than it is known now."""

    def add(self, stated: StatedResource, finding: ReferenceFinding) -> None:
        """Sort one finding in."""
        if finding.is_reference:
            self.references.append(finding)
        else:
            self.named[finding.outcome] += 1
            if finding.outcome == "ambiguous":
                self.ambiguous.append(finding)
        if finding.becomes != stated.resource:
            self.changing.append(stated)

    def count(self, outcome: Resolvedness) -> int:
        """Return how many references have an outcome."""
        return sum(finding.outcome == outcome for finding in self.references)


def find_references(reader: DatabaseReader) -> Findings:
    """Return what the known models say of every resource that an image states."""
    known = CachedModels(reader.models())
    findings = Findings()
    for stated in reader.stated_resources():
        resolution = resolve_resource(stated.resource, known)
        before = original_resource(stated.resource)
        outcome = _outcome(before, resolution)
        finding = ReferenceFinding(
            before,
            stated.images,
            outcome,
            resolution.by,
            resolution.resource,
            resolution.candidates,
        )
        findings.add(stated, finding)
    return findings


def _outcome(before: Resource, resolution: Resolution) -> Resolvedness:
    """Return what became of a resource.

    A bare id that only gained a hash still names nothing to anybody.
    """
    if resolution.is_ambiguous:
        return "ambiguous"
    after = resolution.resource
    is_nameless = is_opaque(after.label) and (after.label, after.air) == (before.label, before.air)
    return "resolved" if resolution.by and not is_nameless else "unknown"
