"""Every record that crosses from one stage to the next, in the order in which an image meets them.

``WatchedFile`` → ``RawRecord`` → ``Blobs`` → ``Generation`` → ``NormalizedImage`` → ``ImageRows``.

All are immutable, which mypy holds (``record``). What comes from outside is checked where it comes
in: ``dump_lines`` a dump's lines, ``store/raw_records`` what the database keeps,
``readers/messages`` what readers send.
"""

from service.records.files import Blob, Blobs, RawRecord, WatchedFile
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
