"""From stated values to typed ones: what cannot be used is None and a warning.

Nothing is guessed or rounded.
"""

import math
import re
from dataclasses import field

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.records import Scalar
from service.records.image_fields import ImageField

MAX_SEED = 2**64 - 1
MAX_WHOLE = 2**31 - 1
_MAX_DIGITS = 40
_EXACT_FLOAT = 2**53

_UNSTORABLE = light_pattern("[\0\ud800-\udfff]")
# '7,5', by a .NET program in a German Windows
_COMMA = re.compile(r"\A\s*([+-]?\d{1,4}),(\d{1,2})\s*\Z", re.ASCII)
_DECIMAL = re.compile(r"([+-]?\d+)(?:\.0*)?", re.ASCII)


def text(value: object) -> str:
    """Return a value as text that SQLite and UTF-8 can hold: without NUL and lone surrogates."""
    written = str(value)
    if written.isascii() and "\0" not in written:
        return written
    return _UNSTORABLE.sub("", written)


def number_text(value: float) -> str:
    """Return a number as people write it: ``7`` and not ``7.0``."""
    if value == int(value) and abs(value) < _EXACT_FLOAT:
        return str(int(value))
    return repr(value)


@dataclass(frozen=True, slots=True)
class Coercion:
    """Typed readings that note down what could not be read."""

    warnings: list[str] = field(default_factory=list)

    def refuse(self, what: str, value: object) -> None:
        """Note that a value was not usable."""
        self.warnings.append(f"{what}: {text(value)[:80]!r} is not usable")

    def number(self, of: ImageField, value: Scalar | None) -> str | float | None:
        """Return a number in the form and within the bounds of its field."""
        match of.form:
            case "seed":
                return self.seed(of.name, value)
            case "layers":
                return self.clip_skip(of.name, value)
            case "whole":
                return self.whole(of.name, value, least=int(of.least))
            case _:
                return self.real(of.name, value, least=of.least, most=of.most)

    def whole(self, what: str, value: Scalar | None, *, least: int = 0) -> int | None:
        """Return a whole number between ``least`` and 2^31-1."""
        number = _whole(value)
        if number is not None and least <= number <= MAX_WHOLE:
            return number
        if value is not None:
            self.refuse(what, value)
        return None

    def real(
        self, what: str, value: Scalar | None, *, least: float = -1e6, most: float = 1e6
    ) -> float | None:
        """Return a finite number within bounds."""
        number = _real(value)
        if number is not None and least <= number <= most:
            return number
        if value is not None:
            self.refuse(what, value)
        return None

    def seed(self, what: str, value: Scalar | None) -> str | None:
        """Return the exact decimal digits of a seed; -1 means that the file does not state it."""
        number = _whole(value)
        if number is not None and 0 <= number <= MAX_SEED:
            return str(number)
        if value is not None and number != -1:
            self.refuse(what, value)
        return None

    def clip_skip(self, what: str, value: Scalar | None) -> int | None:
        """Return the layer counted from the last, positive: ComfyUI's -2 is 2."""
        number = _whole(value)
        if number == 0:
            return None
        return self.whole(what, value if number is None else abs(number))


def _whole(value: Scalar | None) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):  # beyond 2^53 digits are lost already
        is_exact = value.is_integer() and abs(value) <= _EXACT_FLOAT
        return int(value) if is_exact else None
    if len(value) > _MAX_DIGITS:
        return None
    match = _DECIMAL.fullmatch(value.strip())
    return int(match[1]) if match else None


def _real(value: Scalar | None) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        if len(value) > _MAX_DIGITS:
            return None
        value = _COMMA.sub(r"\1.\2", value)
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if math.isfinite(number):
        return number
    return None
