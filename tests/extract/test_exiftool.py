"""The persistent process: its requests, its deadlines and its death."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ExtractorError
from service.extract.answers import objects
from service.extract.exiftool import READ, ExifTool, line
from service.extract.settings import ExifToolSettings

Png = Callable[..., bytes]
SETTINGS = ExifToolSettings()
pytestmark = pytest.mark.exiftool


@pytest.fixture
def tool(real_exiftool: Path) -> Iterator[ExifTool]:
    with ExifTool(real_exiftool, SETTINGS) as running:
        yield running


def images(folder: Path, png: Png, count: int) -> list[str]:
    for number in range(count):
        (folder / f"{number}.png").write_bytes(png((b"tEXt", b"parameters\0image %d" % number)))
    return [str(folder / f"{number}.png") for number in range(count)]


def prompts(answer: bytes) -> list[object]:
    return [tags["PNG:Parameters"] for tags in objects(answer)]


def test_queued_requests_are_answered_each_with_its_own(
    tool: ExifTool, tmp_path: Path, png: Png
) -> None:
    requests = [tool.begin([*READ, path], 30) for path in images(tmp_path, png, 20)]
    assert [prompts(request.result().stdout) for request in requests] == [
        [f"image {n}"] for n in range(20)
    ]
    assert (tool.waiting, tool.alive) == (0, True)


def test_answers_may_be_fetched_in_any_order(tool: ExifTool, tmp_path: Path, png: Png) -> None:
    requests = [tool.begin([*READ, path], 30) for path in images(tmp_path, png, 3)]
    assert [prompts(requests[n].result().stdout) for n in (2, 0, 1)] == [
        ["image 2"],
        ["image 0"],
        ["image 1"],
    ]


def test_four_threads_on_one_process_get_their_own_answers(
    tool: ExifTool, tmp_path: Path, png: Png
) -> None:
    paths = images(tmp_path, png, 120)
    got: dict[int, list[object]] = {}

    def ask(thread: int) -> None:
        for number in range(thread, 120, 4):
            got[number] = prompts(tool.begin([*READ, paths[number]], 30).result().stdout)

    threads = [threading.Thread(target=ask, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {number: [f"image {number}"] for number in range(120)}


def test_a_flood_of_errors_stops_nothing(tool: ExifTool) -> None:
    answer = tool.begin([*READ, *(f"/nothing/{number}.png" for number in range(5000))], 30).result()
    lines = answer.stderr.decode().splitlines()
    expected = [f"Error: File not found - /nothing/{number}.png" for number in range(5000)]
    assert (answer.stdout, lines[:5000]) == (b"", expected)


def frozen(tool: ExifTool) -> list[psutil.Process]:
    """Stop a process and what it started (on Windows the launcher's Perl) where they stand, and return them."""
    processes = [psutil.Process(tool.pid), *psutil.Process(tool.pid).children(recursive=True)]
    for one in processes:
        one.suspend()
    return processes


def test_a_full_stdin_does_not_hold_the_caller(tool: ExifTool) -> None:
    processes = frozen(tool)
    begun = time.perf_counter()
    request = tool.begin([*READ, *(f"/nothing/{'x' * 200}{number}" for number in range(5000))], 60)
    assert time.perf_counter() - begun < 1
    for one in processes:
        one.resume()
    assert request.result().stdout == b""


def test_a_process_killed_while_it_reads_is_told_at_once(
    tool: ExifTool, tmp_path: Path, png: Png
) -> None:
    processes = frozen(tool)
    requests = [tool.begin([*READ, path], 30) for path in images(tmp_path, png, 2)]
    for one in processes:
        one.kill()
    begun = time.perf_counter()
    for request in requests:
        with pytest.raises(ExtractorError, match=r"ExifTool died \(exit code (-9|1|15)\)"):
            request.result()
    assert (time.perf_counter() - begun < 2, tool.alive) == (True, False)


def test_a_process_that_hangs_is_ended_at_its_deadline(
    tool: ExifTool, tmp_path: Path, png: Png
) -> None:
    frozen(tool)
    request = tool.begin([*READ, *images(tmp_path, png, 1)], 0.3)
    begun = time.perf_counter()
    with pytest.raises(ExtractorError, match=r"ExifTool hung for 0\.3 s"):
        request.result()
    assert (time.perf_counter() - begun < 1, tool.ended(2)) == (True, True)


def test_an_answer_beyond_the_cap_ends_the_process(
    real_exiftool: Path, tmp_path: Path, png: Png
) -> None:
    (tmp_path / "a.png").write_bytes(png((b"tEXt", b"parameters\0" + b"x" * 200_000)))
    with ExifTool(real_exiftool, ExifToolSettings(answer_cap=100_000)) as tool:
        request = tool.begin([*READ, str(tmp_path / "a.png")], 30)
        with pytest.raises(ExtractorError, match="too long"):
            request.result()


def test_a_retired_process_answers_what_it_was_asked(
    tool: ExifTool, tmp_path: Path, png: Png
) -> None:
    requests = [tool.begin([*READ, path], 30) for path in images(tmp_path, png, 5)]
    tool.retire()
    assert [prompts(request.result().stdout) for request in requests] == [
        [f"image {n}"] for n in range(5)
    ]
    assert tool.ended(5)


def test_closing_a_busy_process_does_not_wait_for_it(real_exiftool: Path) -> None:
    tool = ExifTool(real_exiftool, SETTINGS)
    frozen(tool)
    tool.begin(["-ver"], 30)
    begun = time.perf_counter()
    tool.close()
    assert (time.perf_counter() - begun < 1.5, tool.ended()) == (True, True)


@pytest.mark.parametrize("name", ["x\n-if\nsystem('id>pwned')\n.png", "x\r-ver.png", "x\0.png"])
def test_an_argument_that_would_break_the_line_is_refused_unsent(tool: ExifTool, name: str) -> None:
    with pytest.raises(ValueError, match="a line break or NUL"):
        tool.begin([*READ, f"/{name}"], 30)
    assert tool.begin(["-ver"], 30).result().stdout.decode() == tool.version


@given(text=st.text(max_size=20))
def test_no_text_makes_a_second_argument(text: str) -> None:
    try:
        sent = line(text)
    except ValueError:
        assert any(character in text for character in "\r\n\0\ud800") or not text.isprintable()
    else:
        assert (sent, sent.count(b"\n"), b"\r" in sent, b"\0" in sent) == (
            text.encode() + b"\n",
            1,
            False,
            False,
        )


def test_a_users_configuration_is_not_run(
    real_exiftool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ExifTool_config").write_text(f'open(F, ">{tmp_path}/pwned"); close F; 1;\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EXIFTOOL_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with ExifTool(real_exiftool, SETTINGS) as tool:
        tool.begin(["-ver"], 30).result()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".ExifTool_config"]


@pytest.mark.posix("process groups are asked for by getpgid")
def test_ctrl_c_does_not_reach_it(tool: ExifTool) -> None:
    assert tool.pid is not None
    assert os.getpgid(tool.pid) == tool.pid != os.getpgrp()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the service manager clears up")
def test_it_outlives_the_thread_that_began_it(real_exiftool: Path) -> None:
    started: list[ExifTool] = []
    thread = threading.Thread(target=lambda: started.append(ExifTool(real_exiftool, SETTINGS)))
    thread.start()
    thread.join()
    time.sleep(0.2)
    with started[0] as tool:
        assert tool.begin(["-ver"], 30).result().stdout.decode() == tool.version


ORPHAN = """
import sys, time
from pathlib import Path
from service.extract.exiftool import ExifTool
from service.extract.settings import ExifToolSettings
print(ExifTool(Path(sys.argv[1]), ExifToolSettings()).pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the service manager clears up")
def test_it_dies_with_a_service_that_is_killed(real_exiftool: Path) -> None:
    command = [sys.executable, "-c", ORPHAN, str(real_exiftool)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        pid = int(service.stdout.readline())
        service.kill()
    deadline = time.monotonic() + 5
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not runs(pid)


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_its_memory_is_bounded(tool: ExifTool) -> None:
    limits = Path(f"/proc/{tool.pid}/limits").read_text().splitlines()
    line = next(line for line in limits if line.startswith("Max address space"))
    assert line.split()[3:5] == [str(SETTINGS.memory_limit)] * 2
