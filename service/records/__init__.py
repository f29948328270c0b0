"""Every record that crosses from one stage to the next, in the order in which an image meets them.

``WatchedFile`` → ``RawRecord`` → ``Blobs`` → ``Generation`` → ``NormalizedImage`` → ``ImageRows``.

All are immutable. Records that are kept or come from outside are pydantic models; what exists by
the dozen within one image (tokens, facts) is a frozen dataclass, which costs a tenth to make.
"""

from service.records.files import Blob, Blobs, FrozenRecord, RawRecord, WatchedFile
from service.records.generation import Fact, Generation, Resource, Sampling, Stated
from service.records.image import Conflict, ImageRows, NormalizedImage, SamplingPass, Token
from service.records.vocabulary import (
    Field,
    HashKind,
    PassRole,
    ResourceKind,
    Scalar,
    Side,
    Status,
    TokenKind,
)

__all__ = [
    "Blob",
    "Blobs",
    "Conflict",
    "Fact",
    "Field",
    "FrozenRecord",
    "Generation",
    "HashKind",
    "ImageRows",
    "NormalizedImage",
    "PassRole",
    "RawRecord",
    "Resource",
    "ResourceKind",
    "Sampling",
    "SamplingPass",
    "Scalar",
    "Side",
    "Stated",
    "Status",
    "Token",
    "TokenKind",
    "WatchedFile",
]
