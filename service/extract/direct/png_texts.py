"""What ExifTool makes of a PNG's texts: names out of keywords, UTF-8 out of latin-1, dates."""

import re
from functools import lru_cache

from service.extract.direct.found_tags import NotUnderstoodError
from service.light_patterns import light_pattern

_KEYWORD = re.compile(rb"[ -~]{1,79}")
_KNOWN = frozenset(
    "Title Author Description Copyright Software Disclaimer Source Comment Collection Artist "
    "Document Label Make Model TimeStamp URL".split()
)
"""Keywords that ExifTool knows, in that case; their values are plain texts."""
DATES = frozenset({b"Creation Time", b"creation Time"})
"""The keywords whose text is a date."""
_MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MONTH = light_pattern(b"|".join(_MONTHS), re.IGNORECASE)
_MAIL_DATE = light_pattern(
    rb"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) ([1-9]\d{3}) (\d\d:\d\d:\d\d) (GMT|[-+]\d{4})"
)
"""A date as in mails, which ExifTool writes anew. Years below 100 it puts into a century."""
_SPECIAL = frozenset({"create-date", "modify-date", "Warning", "XML:com.adobe.xmp"})
_PROFILE = "Raw profile"
_TABLE_WORD = re.compile(r"[A-Z][A-Z_0-9]{3,}")
"""Keywords like ``NOTES`` and ``SET_GROUP1`` have a meaning of their own in ExifTool's tables."""
_FILE_WORD = re.compile(r"File[A-Z]|MIME|ExifTool|Zone|Directory\Z|Error\Z")
"""The names of what ExifTool says of the file itself, some of which are left out here: a text of
such a name would be numbered by them."""
_SPACED = re.compile(r"\s+(.)")
_NO_NAME = re.compile(r"[^-_a-zA-Z0-9]")
_LATIN = {
    code: ord(bytes((code,)).decode("cp1252"))
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
"""What ExifTool makes of latin-1's control characters: those of cp1252, where it has any."""


def decode_latin(text: bytes) -> str:
    """Return what ExifTool reads bytes of latin-1 as."""
    return text.decode("latin-1").translate(_LATIN)


def from_latin(text: bytes) -> bytes:
    """Return a text in UTF-8; one that is not of ASCII until its first NUL, as ExifTool does."""
    if text.isascii():
        return text
    return decode_latin(text.partition(b"\0")[0]).encode("utf-8")


def read_date(text: bytes) -> bytes:
    """Return a date as ExifTool writes it; one without a month's name stays as it is."""
    if not _MONTH.search(text):
        return text
    match = _MAIL_DATE.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        raise NotUnderstoodError("a date of another form")
    day, month, year, time, zone = match.groups()
    zone = b"+00:00" if zone == b"GMT" else zone[:3] + b":" + zone[3:]
    return b"%s:%02d:%02d %s%s" % (year, _MONTHS.index(month) + 1, int(day), time, zone)


@lru_cache  # nearly all files have the same few
def tag_name(stored: bytes) -> str:
    """Return the name of a text's tag, by ExifTool's rules for keywords that it does not know."""
    if not _KEYWORD.fullmatch(stored):
        raise NotUnderstoodError("a keyword that is none")
    keyword = stored.decode("ascii")
    capital = keyword[0].upper() + keyword[1:]
    if not {keyword, capital}.isdisjoint(_SPECIAL) or capital.startswith(_PROFILE):
        raise NotUnderstoodError(f"a keyword {keyword!r}")
    if _TABLE_WORD.fullmatch(capital):
        raise NotUnderstoodError(f"a keyword {keyword!r}")
    if capital in _KNOWN:
        return capital
    joined = _SPACED.sub(lambda match: match[1].upper(), keyword)
    name = _NO_NAME.sub("", joined)
    name = name[:1].upper() + name[1:]
    if _FILE_WORD.match(capital) or _FILE_WORD.match(name):
        raise NotUnderstoodError(f"a keyword {keyword!r}")
    if len(name) < 2 or not name[0].isalpha():  # noqa: PLR2004
        return f"Tag{name}"
    return name
