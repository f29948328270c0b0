"""Colour profiles of displays, as ExifTool reads them: a head, then tags of few kinds.

What profiles of printers and cameras have besides (tables, named colours, dictionaries) is not read
here.
"""

import struct

from service.extract.direct.found_tags import FoundTags, NotUnderstoodError
from service.extract.direct.icc_tags import TAGS, TYPE, Value, signed, word_of
from service.light_patterns import light_pattern

_HEADER = 128
_COUNT = struct.Struct(">I")
_ENTRY = struct.Struct(">4sII")
_MOST_TAGS = 64
_MOST_BYTES = 4 * 1024 * 1024
"""Of all tags together. They may overlap: 8 kB of a PNG can be 64 curves of 8 MB each."""

_GROUP = "ICC-header"
_CLASSES = {
    b"mntr": "Display Device Profile",
    b"scnr": "Input Device Profile",
    b"prtr": "Output Device Profile",
    b"spac": "ColorSpace Conversion Profile",
}
_MAKERS = {
    b"": "",
    b"none": "none",
    b"ADBE": "Adobe Systems Inc.",
    b"APPL": "Apple Computer Inc.",
    b"appl": "Apple Computer Inc.",
    b"GOOG": "Google",
    b"HP  ": "Hewlett-Packard",
    b"IEC ": "Hewlett-Packard",
    b"KODA": "Kodak",
    b"Lino": "Linotronic",
    b"MSFT": "Microsoft Corporation",
    b"lcms": "Little CMS",
}
_PLATFORMS = {
    b"APPL": "Apple Computer Inc.",
    b"MSFT": "Microsoft Corporation",
    b"SGI ": "Silicon Graphics Inc.",
    b"SUNW": "Sun Microsystems Inc.",
    b"TGNT": "Taligent Inc.",
}
_INTENTS = (
    *("Perceptual", "Media-Relative Colorimetric"),
    *("Saturation", "ICC-Absolute Colorimetric"),
)
_ATTRIBUTES = (
    *(("Reflective", "Transparency"), ("Glossy", "Matte")),
    *(("Positive", "Negative"), ("Color", "B&W")),
)
_WORD = light_pattern(rb"[ -~]{0,4}\0*")


def read_profile(data: bytes, found: FoundTags) -> None:
    """Find the tags of a whole profile. Raises NotUnderstoodError where ExifTool is to read it."""
    found.require(is_known=found.dialect.knows_profiles)
    if len(data) < _HEADER + _COUNT.size or _COUNT.unpack_from(data)[0] != len(data):
        raise NotUnderstoodError("a profile of another length")
    [count] = _COUNT.unpack_from(data, _HEADER)
    start = _HEADER + _COUNT.size
    if not 0 < count <= _MOST_TAGS or start + count * _ENTRY.size > len(data):
        raise NotUnderstoodError("a profile with no tags, or too many")
    entries = list(_ENTRY.iter_unpack(data[start : start + count * _ENTRY.size]))
    if sum(size for _, _, size in entries) > _MOST_BYTES:
        raise NotUnderstoodError("a profile with large tags")
    _read_header(data, found)
    for kind, offset, size in entries:
        rule = TAGS.get(kind)
        if rule is None or size < TYPE or offset + size > len(data):
            raise NotUnderstoodError(f"a tag {kind!r} of a profile, or one that is cut off")
        rule.read(Value(data[offset : offset + size], rule.name, found))


def _read_header(data: bytes, found: FoundTags) -> None:
    version, flags, attributes, intent = struct.unpack_from(">8xH34xI12xII", data)
    if version >> 15 or intent >= len(_INTENTS):
        raise NotUnderstoodError("a profile's head with unknown values")
    year, *rest = struct.unpack_from(">6H", data, 24)
    month, day, hour, minute, second = (f"{number:02d}" for number in rest)
    looks = [words[attributes >> bit & 1] for bit, words in enumerate(_ATTRIBUTES)]
    embedded = "Embedded" if flags & 1 else "Not Embedded"
    independent = "Not Independent" if flags & 2 else "Independent"
    identity = data[84:100]
    platform = _word(data, 40)
    for name, value in (
        ("ProfileCMMType", _maker(data, 4)),
        ("ProfileVersion", f"{version >> 8}.{version >> 4 & 15}.{version & 15}"),
        ("ProfileClass", word_of(_CLASSES, _word(data, 12))),
        ("ColorSpaceData", found.value_of(_word(data, 16))),
        ("ProfileConnectionSpace", found.value_of(_word(data, 20))),
        ("ProfileDateTime", f"{year:04d}:{month}:{day} {hour}:{minute}:{second}"),
        ("ProfileFileSignature", found.value_of(_word(data, 36))),
        ("PrimaryPlatform", _PLATFORMS.get(platform, f"Unknown ({platform.decode()})")),
        ("CMMFlags", f"{embedded}, {independent}"),
        ("DeviceManufacturer", _maker(data, 48)),
        ("DeviceModel", found.value_of(_word(data, 52))),
        ("DeviceAttributes", ", ".join(looks)),
        ("RenderingIntent", _INTENTS[intent]),
        ("ConnectionSpaceIlluminant", found.value_of(signed(data[68:80]))),
        ("ProfileCreator", _maker(data, 80)),
        ("ProfileID", identity.hex() if any(identity) else found.value_of(b"0")),
    ):
        found.add(_GROUP, name, value)


def _word(data: bytes, at: int) -> bytes:
    """Return a word of four letters, until its first NUL."""
    word = data[at : at + 4]
    if not _WORD.fullmatch(word):
        raise NotUnderstoodError("a word of other letters")
    return word.rstrip(b"\0")


def _maker(data: bytes, at: int) -> str:
    return word_of(_MAKERS, _word(data, at))
