"""Which values of a file are numbers; what is none is None, and nothing raises."""

import struct

from service.light_patterns import light_pattern
from service.records.json_values import JsonValue

_LONGEST = 40  # characters; longer texts are no weights
_TOO_LARGE = 1e9
_ID = light_pattern(r"[0-9]{1,15}")
_MAX_ID = 2**53


def number_of(value: JsonValue) -> float | None:
    """Return a finite number below a billion, given as a number or as a text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str):
        value = value[:_LONGEST]
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if abs(number) < _TOO_LARGE:  # not so for NaN and infinity
        return number
    return None


def first_number(*values: JsonValue) -> float | None:
    """Return the first of these values that is a number."""
    for value in values:
        number = number_of(value)
        if number is not None:
            return number
    return None


def shortest_float(value: float) -> float:
    """Return a float of 32 bits as the shortest number that is the same one; others as they are.

    What a program holds in 32 bits and writes with 64 ends in noise: 3.6 is 3.5999999046325684.
    """
    try:
        bits = struct.pack("f", value)
    except OverflowError:
        return value
    if struct.unpack("f", bits)[0] != value:  # also for NaN
        return value
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if struct.pack("f", short) == bits:
            return short
    return value


def id_number(value: JsonValue) -> int | None:
    """Return a positive whole number that may be a site's id, given as a number or as digits."""
    if isinstance(value, str) and _ID.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    if 0 < value < _MAX_ID:
        return value
    return None
