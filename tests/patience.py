"""How long a test waits for what has to come. No test asserts that something was quick.

A wait ends as soon as its condition is met, so the limit costs a green run nothing; it only ends a
run that fails. It is far above what a machine of two cores with fourteen busy programs takes.
``TEST_PATIENCE=3`` makes it three times as long, on a machine that is slower still.
"""

import os
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

PATIENCE_S = 120.0 * float(os.environ.get("TEST_PATIENCE", "1"))
LIMIT_S = 2.5 * PATIENCE_S
"""After which a test is ended, its fixtures included: it is stuck. Above ``PATIENCE_S``, so that a
wait that fails can say what it waited for."""
LOOK_S = 0.02
"""Between two looks whether it has come."""


def wait_for(ask: Callable[[], Answer], expected: Answer, patience_s: float = PATIENCE_S) -> None:
    """Ask until the answer is the expected one; fail with the last answer when patience ends."""
    deadline = time.monotonic() + patience_s
    while (answer := ask()) != expected and time.monotonic() < deadline:
        time.sleep(LOOK_S)
    assert answer == expected, f"after {patience_s:g} s it is {answer!r}, not {expected!r}"
