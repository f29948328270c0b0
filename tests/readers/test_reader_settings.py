"""How many readers there may be."""

import os
import subprocess
import sys

import pytest

from service.config.values import MAX_PROCESSES
from service.readers.reader_settings import MOST_READERS, most_readers

PINNED_TO_ONE = """
import os
from service.readers.reader_settings import most_readers

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
print(most_readers("auto"))
"""


def test_a_number_of_readers_is_taken_as_it_was_set() -> None:
    assert [most_readers(number) for number in (1, 3, 8)] == [1, 3, 8]


def test_auto_goes_no_further_than_one_may_by_hand() -> None:
    assert MOST_READERS == MAX_PROCESSES


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds to no core")
def test_auto_counts_only_the_cores_that_the_service_may_use() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PINNED_TO_ONE], capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"


@pytest.mark.skipif(hasattr(os, "sched_getaffinity"), reason="cores are told by the affinity here")
def test_auto_is_one_for_each_core() -> None:
    assert most_readers("auto") == min(MOST_READERS, os.cpu_count() or 1)


def test_auto_is_no_more_than_one_writer_can_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    many = set(range(64))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: many, raising=False)
    assert most_readers("auto") == MOST_READERS
