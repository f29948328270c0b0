"""How work grows with its input: a long text must not cost more a letter than a short one.

What is compared is the processor time of this one thread for an input and for one of a sixteenth
of its size. A machine that is slow or busy is so for both, so no limit in seconds is needed.
"""

import gc
import math
import sys
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

Input = TypeVar("Input")

FACTOR = 16
"""So much larger is the larger input.

Work that grows with the square costs that much more a letter.
"""
LINEAR = 4.0
"""Work that grows in line stays below: 1, and room for what memory costs (2.3 was seen)."""
TRIES = 5
TICK_S = 1 / 64 if sys.platform == "win32" else 1e-6
"""Steps of a thread's clock: a cost below one is read as nothing at all."""
CHEAP_S = 0.06
"""Seconds of processor time for a whole input, below which its growth is not looked at.

Of 40,000 letters, work that grows with the square and is cheaper takes 38 s at most for the million
that is read of any text.
"""


def find_steep(
    cases: Iterable[tuple[str, Callable[[int], Input]]], work: Callable[[Input], object], size: int
) -> dict[str, float]:
    """Return the cases whose work grows faster than in line, each with its growth."""
    found: dict[str, float] = {}
    for name, make in cases:
        if _seconds(work, make(size)) > CHEAP_S:
            grown = growth(make, work, size)
            if grown >= LINEAR:
                found[name] = round(grown, 1)
    return found


def growth(make: Callable[[int], Input], work: Callable[[Input], object], size: int) -> float:
    """Return by how much a unit of an input of this size costs more than one of a sixteenth of it.

    Each is measured at its cheapest. What other programs take away makes a try dearer, so it is
    tried again as long as the growth does not look linear.
    """
    small, large = make(size // FACTOR), make(size)
    least_small, least_large = math.inf, math.inf
    found = math.inf
    for _ in range(TRIES):
        least_small = min(least_small, _cost(work, small), _cost(work, small))
        least_large = min(least_large, _cost(work, large))
        found = least_large / max(least_small, TICK_S) / FACTOR
        if found < LINEAR:
            break
    return found


def _cost(work: Callable[[Input], object], input_: Input) -> float:
    gc.collect()
    return _seconds(work, input_)


def _seconds(work: Callable[[Input], object], input_: Input) -> float:
    gc.disable()  # its rounds look at everything that other tests left behind
    try:
        before = time.thread_time()
        work(input_)
        return time.thread_time() - before
    finally:
        gc.enable()
