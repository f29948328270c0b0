"""All that is written of one image."""

from dataclasses import dataclass

from service.records.files import RawRecord
from service.records.generation import Resource
from service.records.normalized import NormalizedImage
from service.records.words import Side, TokenKind


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
