"""Nothing that a file holds stops the service, whatever it costs to read.

These are a few of each kind; ``python tests/hostile`` measures all of them and prints a table.
"""

import pytest
from hostile_cases import CASES, Case
from hostile_run import GOOD, Limits, Measured, measure
from running_service import Place

MOST_MIB = 600
"""Memory of all processes of the service together."""

NOT_IN_TIME = frozenset(
    {
        "sparse-video.mp4",  # hashed in the slow lane, for longer than a test may take
        "run-of-stacked-letters.png",  # ExifTool recodes 3 million characters, twice at a time
    }
)
"""Cases whose neighbours are well, and whose own outcome or memory is beyond these limits."""

CORE = frozenset(
    {
        "million-blanks.png",
        "prompt-of-60-megabytes.png",
        "graph-of-50-megabytes.glb",
        "tags-of-30-megabytes.png",
        "sparse-video.mp4",
        "run-of-stacked-letters.png",
        "loras.png",
        "graph-large-circle.png",
        "million-chunks.png",
        "stealth-of-all.png",
        "xmp-deep.png",
        "nested.mp4",
        "name-3.png",
    }
)
"""Names of the cases that every run of the tests measures; ``python tests/hostile`` has all."""


def _cases() -> list[object]:
    waits = pytest.mark.xfail(reason="beyond the limits of a test", run=False)
    return [
        pytest.param(case, id=case.name, marks=[waits] if case.name in NOT_IN_TIME else [])
        for case in CASES
        if case.name in CORE
    ]


@pytest.mark.slow
@pytest.mark.exiftool
@pytest.mark.posix("SIGTERM")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", _cases())
def test_a_hostile_file_costs_only_itself(case: Case, place: Place) -> None:
    measured = measure(case, place, Limits())
    assert faults(measured) == []


def faults(measured: Measured) -> list[str]:
    """Return what of a case is not as it should be."""
    found = []
    if measured.outcome == "nothing":
        found.append("it has neither a row nor a failure")
    if measured.good_s is None:
        found.append(f"the {GOOD} good images beside it have no rows")
    if measured.peak_mib > MOST_MIB:
        found.append(f"{measured.peak_mib} MiB of memory")
    if measured.exit_code != 0:
        found.append(f"SIGTERM ended it with {measured.exit_code}")
    return found


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))
    assert (CORE | NOT_IN_TIME) - set(names) == set()
