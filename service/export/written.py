"""What an export came to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """How much was written, and whether it is new."""

    items: int
    """Lines, or rows."""
    unsafe: int = 0
    """Texts that the dialect cannot carry; the report lists them."""
    changed: bool = False
    """Whether any file has other bytes than before."""
