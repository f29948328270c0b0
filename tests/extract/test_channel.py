"""The pipes of one process: whose time runs when, and how it ends."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from patience import PATIENCE_S

from service.errors import ExtractorError
from service.extract.channel import Channel
from service.extract.stay_open import ExifToolAnswer

PROGRAM = """
import os, sys, time
def wait_for_leave():
    while not os.path.exists(sys.argv[1]):
        time.sleep(0.01)
def end_silently():
    os.close(1)
    os.close(2)
    time.sleep(600)
def flood_stderr():
    sys.stderr.write("x" * (17 * 1024 * 1024))
for line in iter(sys.stdin.readline, ""):
    if line.startswith("-execute"):
        sys.stderr.write("{post" + line[8:].rstrip() + "}"); sys.stderr.flush()
        print(line[8:].rstrip() + "{ready" + line[8:].rstrip() + "}", flush=True)
    elif line.strip() in globals():
        globals()[line.strip()]()
"""
"""Answers each request with its number, after what the request asks for by name."""

START = Callable[[], Channel]


@pytest.fixture
def leave(tmp_path: Path) -> Path:
    return tmp_path / "leave"


@pytest.fixture
def start(leave: Path) -> Iterator[START]:
    """Return a starter of channels to the program."""
    started: list[Channel] = []

    def begin() -> Channel:
        argv = [sys.executable, "-IS", "-c", PROGRAM, str(leave)]
        started.append(Channel(argv, answer_cap=1000, memory_limit=None))
        return started[-1]

    yield begin
    for each in started:
        each.kill()
        assert each.join(PATIENCE_S)


def let_go_when_the_clock_is_read(monkeypatch: pytest.MonkeyPatch, leave: Path) -> None:
    """Let the program answer at the moment when somebody who waits looks how much time is left."""
    monotonic = time.monotonic

    def look() -> float:
        leave.touch()
        return monotonic()

    monkeypatch.setattr(time, "monotonic", look)


def test_a_queued_request_has_its_time_from_the_answer_before_it(
    start: START, leave: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = start()
    first, second = channel.ask([], 60), channel.ask(["wait_for_leave"], 60)
    second._begun -= 1000  # it has been in the queue for long
    channel._answered_at -= 1000  # and so had the first one
    number = first.result().stdout
    let_go_when_the_clock_is_read(monkeypatch, leave)
    assert second.result() == ExifToolAnswer(b"%d" % (int(number) + 1), b"")


def test_a_request_to_a_process_long_idle_has_its_time_from_its_own_beginning(
    start: START, leave: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = start()
    number = channel.ask([], 60).result().stdout
    channel._answered_at -= 1000
    request = channel.ask(["wait_for_leave"], 60)
    let_go_when_the_clock_is_read(monkeypatch, leave)
    assert request.result() == ExifToolAnswer(b"%d" % (int(number) + 1), b"")


def test_a_request_whose_time_is_over_ends_the_process_and_each_that_waits_learns_why(
    start: START,
) -> None:
    channel = start()
    requests = [channel.ask(["wait_for_leave"], 0), channel.ask([], 60)]
    for request in requests:
        with pytest.raises(ExtractorError, match="ExifTool hung for 0 s"):
            request.result()
    assert channel.join(PATIENCE_S)
    assert channel.end_reason == "ExifTool hung for 0 s"


def test_an_answer_that_came_in_time_is_had_though_its_time_is_over_by_now(start: START) -> None:
    channel = start()
    first, second = channel.ask([], 0), channel.ask([], 60)
    number = int(second.result().stdout)
    assert first.result() == ExifToolAnswer(b"%d" % (number - 1), b"")


def test_a_flood_on_stderr_without_an_end_is_cut_off(start: START) -> None:
    channel = start()
    with pytest.raises(ExtractorError, match="ExifTool's answer is too long"):
        channel.ask(["flood_stderr", "wait_for_leave"], 60).result()


@pytest.mark.posix("under Wine a pipe that was closed is seen only when its process has ended")
def test_a_process_that_closes_its_pipes_and_lives_on_is_ended(start: START) -> None:
    channel = start()
    with pytest.raises(ExtractorError, match="ExifTool died"):
        channel.ask(["end_silently"], 60).result()
    assert channel.join(PATIENCE_S)


def test_no_two_processes_have_the_same_marks_and_all_have_nine_digits(start: START) -> None:
    numbers = [int(start().ask([], 60).result().stdout) for _ in range(3)]
    assert ([len(str(number)) for number in numbers], len(set(numbers))) == ([9] * 3, 3)


def test_what_pyexiftool_does_with_its_process_can_be_done_with_a_channel(start: START) -> None:
    channel = start()
    running = channel.poll()
    with pytest.raises(subprocess.TimeoutExpired):
        channel.communicate(timeout=0)
    assert channel.communicate(input=b"", timeout=PATIENCE_S) == (b"", b"")
    assert (running, channel.poll(), channel.end_reason) == (None, 0, "ExifTool died (exit code 0)")
    assert channel.communicate() == (b"", b"")


def test_a_program_that_cannot_be_started_is_an_end_with_a_reason(tmp_path: Path) -> None:
    channel = Channel([str(tmp_path)], answer_cap=1000, memory_limit=None)
    with pytest.raises(ExtractorError) as caught:
        channel.ask([], 60).result()
    assert (str(caught.value), channel.waiting) == (channel.end_reason, 1)
