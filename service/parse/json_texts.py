"""JSON inside texts: graphs of megabytes, with integers past 64 bits and ``NaN``."""

import json

import orjson

from service.records.json_depth import is_too_deep
from service.records.json_values import JsonValue


def begins_as_json(text: str) -> bool:
    """Return whether a text may be a JSON object or array."""
    return text.lstrip("\ufeff \t\r\n\0")[:1] in ("{", "[")


def parse_json(text: str) -> JsonValue:
    """Return a JSON object or array, or None where the text is neither, or nested too deep.

    Integers keep all their digits. ComfyUI writes ``NaN`` into graphs, which is not JSON; it is
    read as None.
    """
    if not begins_as_json(text):
        return None
    text = text.strip("\ufeff \t\r\n\0")
    if not _has_huge_number(text):  # orjson turns integers past 2^64 into floats
        try:
            found: JsonValue = orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
        else:
            return None if is_too_deep(text) else found
    try:
        found = json.loads(text, parse_constant=lambda _: None, strict=False)
    except (ValueError, RecursionError):  # the latter is one Python's way to say "too deep"
        return None
    return None if is_too_deep(text) else found


# Every ASCII digit becomes '0', every other byte a blank.
_DIGITS_ALIKE = bytes.maketrans(bytes(range(256)), b" " * 0x30 + b"0" * 10 + b" " * (256 - 0x3A))
_LONG = b"0" * 19
_LARGEST = b"%d" % (2**64 - 1)
_NEAR = frozenset(b".eE+-")
"""What makes another number of digits than an integer that is not negative."""


def _has_huge_number(text: str) -> bool:
    r"""Return whether there is a number of so many digits that 64 bits may not hold it.

    Those of negative numbers are 19. Of ComfyUI's seeds, which reach 2^64-1, every second has 20.
    This is 14 times as fast as a search for ``\d{19}``.
    """
    written = text.encode("utf-8", "surrogatepass")
    digits = written.translate(_DIGITS_ALIKE)
    start = digits.find(_LONG)
    while start >= 0:
        end = digits.find(b" ", start)  # a bracket is behind the last number, else it is no JSON
        number, beside = written[start:end], written[start - 1 : start] + written[end : end + 1]
        is_past = (len(number), number) > (len(_LARGEST), _LARGEST)
        if is_past or not _NEAR.isdisjoint(beside):
            return True
        start = digits.find(_LONG, end)
    return False
