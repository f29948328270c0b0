"""``dataclass`` as the standard library has it, at a third of what a class costs a start.

The standard library writes six methods of every frozen class as source text and compiles them: 150
classes were a third of each start. Here only ``__init__`` is made so, which is also twice as fast
as a frozen one's. Comparing, hashing and showing are the same functions for every class. What
``frozen`` promises is held by mypy, as every other type is, and costs no instance anything.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:  # to a type checker it is the standard library's
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool = False, **settings: bool) -> Callable[[type], type]:
        """Return what makes a dataclass of a class; of a frozen one, one that can be hashed."""

        def make(plain: type) -> type:
            if plain.__doc__ is None:  # or the standard library would inspect the signature for it
                plain.__doc__ = plain.__name__
            made = dataclasses.dataclass(eq=False, repr=False, **settings)(plain)
            fields = dataclasses.fields(made)
            _add_comparison(made, [one.name for one in fields if one.compare])
            made.__hash__ = None
            if frozen:
                _add_hash(
                    made, [one.name for one in fields if one.compare and one.hash is not False]
                )
            made.__repr__ = _show
            return made

        return make


def _add_comparison(made: type, names: list[str]) -> None:
    values = attrgetter("__class__", *names)

    def is_equal(self: object, other: object) -> object:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    made.__eq__ = is_equal  # type: ignore[method-assign, assignment]


def _add_hash(made: type, names: list[str]) -> None:
    values = attrgetter("__class__", *names)

    def hash_values(self: object) -> int:
        return hash(values(self))

    made.__hash__ = hash_values  # type: ignore[method-assign, assignment]


def _show(self: Any) -> str:
    """Return ``Name(field=value, …)``."""
    values = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self))
    return f"{type(self).__qualname__}({', '.join(values)})"
