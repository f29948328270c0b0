"""What tags state of a picture besides texts: when it was made, and by which camera.

Of the dates only those of making count: a file's own times, and the tag ``ModifyDate``, tell when
something was written last.
"""

from collections.abc import Iterator, Mapping

from service.records import Fact, Stated
from service.records.dates import iso_date
from service.records.json_values import JsonValue

DATES: tuple[tuple[str, str | None], ...] = (
    ("ExifIFD:DateTimeOriginal", "ExifIFD:OffsetTimeOriginal"),
    ("ExifIFD:CreateDate", "ExifIFD:OffsetTimeDigitized"),
    ("XMP-exif:DateTimeOriginal", None),
    ("XMP-xmp:CreateDate", None),
    ("XMP-photoshop:DateCreated", None),
    ("PNG:CreationTime", None),
    ("PNG:CreateDate", None),
    ("IPTC:DateCreated", "IPTC:TimeCreated"),
    ("Keys:CreationDate", None),
    ("Matroska:DateTimeOriginal", None),
    ("QuickTime:CreateDate", None),
)
"""Tags that state it, the most deliberate first, and the tag that states the zone or the time."""

CAMERA: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("camera_make", ("IFD0:Make",)),
    ("camera_model", ("IFD0:Model",)),
    ("lens", ("ExifIFD:LensModel", "XMP-aux:Lens", "ExifIFD:LensInfo")),
    ("iso", ("ExifIFD:ISO",)),
    ("aperture", ("ExifIFD:FNumber", "ExifIFD:ApertureValue")),
    ("exposure", ("ExifIFD:ExposureTime", "ExifIFD:ShutterSpeedValue")),
    ("focal_length", ("ExifIFD:FocalLength",)),
)
"""Of a photograph: our key in ``kv``, and the tags that state it, best first.

Values are as ExifTool prints them.
"""


def read_date(tags: Mapping[str, JsonValue]) -> Stated | None:
    """Return the date that the first of the tags states, in ISO's form, or None."""
    for tag, beside in DATES:
        value = tags.get(tag)
        if not isinstance(value, str):
            continue
        rest = tags.get(beside) if beside else None
        both = f"{value}{_joint(value)}{rest}" if isinstance(rest, str) else value
        date = iso_date(both) or iso_date(value)
        if date:
            return Stated(date, tag)
    return None


def _joint(value: str) -> str:
    """Return what is between a date and its time, or a time and its zone."""
    return "" if ":" in value[10:] else " "


def read_photograph(tags: Mapping[str, JsonValue]) -> Iterator[Fact]:
    """Yield the camera's facts, each with the tag that states it."""
    for key, names in CAMERA:
        for name in names:
            text = _text(tags.get(name))
            if text:
                yield Fact(key, text, name)
                break


def _text(value: JsonValue) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip()
