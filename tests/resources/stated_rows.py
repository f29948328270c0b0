"""The resources that a file with certain tags has, as rows that can be compared whole."""

from typing import Any

from service.pipeline import process
from service.records import RawRecord, WatchedFile

Row = tuple[str, str, float | None, float | None, str | None, int | None, bool]
"""Kind, label, weight, the text encoder's weight, hash, CivitAI's version, whether it was used."""


def row(
    kind: str,
    label: str,
    weight: float | None = None,
    *,
    clip: float | None = None,
    hash_: str | None = None,
    version: int | None = None,
    used: bool = True,
) -> Row:
    return (kind, label, weight, clip, hash_, version, used)


def rows(tags: dict[str, Any]) -> list[Row]:
    """Return all resources of a file with these tags, in order."""
    file = WatchedFile(root="Input", path="x.png", size=1, mtime_ns=1)
    raw = RawRecord(
        file=file, mime_type="image/png", sha256=None, extractor="exiftool 12.57", tags=tags
    )
    return [
        row(
            one.kind,
            one.label,
            one.weight,
            clip=one.clip_weight,
            hash_=one.hash,
            version=one.model_version_id,
            used=one.used,
        )
        for one in process(raw).resources
    ]
