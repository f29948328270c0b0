"""How records are made: frozen to mypy, and cheap to make.

``@record(frozen=True, slots=True)`` is ``dataclass`` with the same arguments to mypy, which refuses
every assignment to a record wherever it is written. At run time nothing looks again: Python's own
frozen dataclass sets each field by ``object.__setattr__``, and costs three times as much to make,
where one image is made of hundreds of records.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass
    from functools import partial

    def record(*, frozen: bool, slots: bool) -> "partial[type]":
        """Return a dataclass that can be hashed, as a frozen one can."""
        return partial(dataclass, slots=slots, unsafe_hash=frozen)


__all__ = ["record"]
