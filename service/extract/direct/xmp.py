"""XMP (for the moment ExifTool's)."""

from service.extract.direct.found_tags import FoundTags, NotUnderstoodError


def read_xmp(packet: bytes, found: FoundTags) -> None:
    """Raise NotUnderstoodError."""
    raise NotUnderstoodError("XMP")
