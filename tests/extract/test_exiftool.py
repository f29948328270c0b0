"""The persistent process: its requests, its deadlines and its death."""

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import exiftool
import psutil
import pytest
from ended import wait_until_ended
from exiftool.exceptions import ExifToolNotRunning
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE_S

from service.errors import ExtractorError
from service.extract.answers import load_objects
from service.extract.channel import Channel
from service.extract.exiftool import ExifToolProcess
from service.extract.exiftool_settings import READ, ExifToolSettings
from service.extract.stay_open import argument_line

Png = Callable[..., bytes]
SETTINGS = ExifToolSettings()
pytestmark = pytest.mark.exiftool


@pytest.fixture
def tool(real_exiftool: Path) -> Iterator[ExifToolProcess]:
    with ExifToolProcess(real_exiftool, SETTINGS) as running:
        yield running


def images(folder: Path, png: Png, count: int) -> list[str]:
    for number in range(count):
        (folder / f"{number}.png").write_bytes(png((b"tEXt", b"parameters\0image %d" % number)))
    return [str(folder / f"{number}.png") for number in range(count)]


def prompts(answer: bytes) -> list[object]:
    return [tags["PNG:Parameters"] for tags in load_objects(answer)]


def test_queued_requests_are_answered_each_with_its_own(
    tool: ExifToolProcess, tmp_path: Path, png: Png
) -> None:
    requests = [tool.begin([path], 30) for path in images(tmp_path, png, 20)]
    assert [prompts(request.result().stdout) for request in requests] == [
        [f"image {n}"] for n in range(20)
    ]
    assert (tool.waiting, tool.alive) == (0, True)


def test_answers_may_be_fetched_in_any_order(
    tool: ExifToolProcess, tmp_path: Path, png: Png
) -> None:
    requests = [tool.begin([path], 30) for path in images(tmp_path, png, 3)]
    assert [prompts(requests[n].result().stdout) for n in (2, 0, 1)] == [
        ["image 2"],
        ["image 0"],
        ["image 1"],
    ]


def test_four_threads_on_one_process_get_their_own_answers(
    tool: ExifToolProcess, tmp_path: Path, png: Png
) -> None:
    paths = images(tmp_path, png, 120)
    got: dict[int, list[object]] = {}

    def ask(thread: int) -> None:
        for number in range(thread, 120, 4):
            got[number] = prompts(tool.begin([paths[number]], 30).result().stdout)

    threads = [threading.Thread(target=ask, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {number: [f"image {number}"] for number in range(120)}


def test_a_flood_of_errors_stops_nothing(tool: ExifToolProcess) -> None:
    answer = tool.begin([*(f"/nothing/{number}.png" for number in range(5000))], 30).result()
    lines = answer.stderr.decode().splitlines()
    expected = [f"Error: File not found - /nothing/{number}.png" for number in range(5000)]
    assert (answer.stdout, lines[:5000]) == (b"", expected)


def freeze(tool: ExifToolProcess) -> list[psutil.Process]:
    """Stop a process and what it started (on Windows the launcher's Perl), and return them."""
    processes = [psutil.Process(tool.pid), *psutil.Process(tool.pid).children(recursive=True)]
    for one in processes:
        one.suspend()
    return processes


def test_a_full_stdin_does_not_hold_the_caller(tool: ExifToolProcess) -> None:
    processes = freeze(tool)
    # Were it held, nobody would ever wake the process.
    request = tool.begin([*(f"/nothing/{'x' * 200}{number}" for number in range(5000))], 60)
    for one in processes:
        one.resume()
    assert request.result().stdout == b""


def test_a_process_killed_while_it_reads_is_told_at_once(
    tool: ExifToolProcess, tmp_path: Path, png: Png
) -> None:
    processes = freeze(tool)
    requests = [tool.begin([path], 10**6) for path in images(tmp_path, png, 2)]
    for one in processes:
        one.kill()
    for request in requests:
        with pytest.raises(ExtractorError, match=r"ExifTool died \(exit code (-9|1|15)\)"):
            request.result()
    assert not tool.alive


def test_a_process_that_hangs_is_ended_at_its_deadline(
    tool: ExifToolProcess, tmp_path: Path, png: Png
) -> None:
    freeze(tool)
    request = tool.begin(images(tmp_path, png, 1), 0.3)
    with pytest.raises(ExtractorError, match=r"ExifTool hung for 0\.3 s"):
        request.result()
    assert tool.has_ended(PATIENCE_S)


def test_an_answer_beyond_the_cap_ends_the_process(
    real_exiftool: Path, tmp_path: Path, png: Png
) -> None:
    (tmp_path / "a.png").write_bytes(png((b"tEXt", b"parameters\0" + b"x" * 200_000)))
    with ExifToolProcess(real_exiftool, ExifToolSettings(answer_cap=100_000)) as tool:
        request = tool.begin([str(tmp_path / "a.png")], 30)
        with pytest.raises(ExtractorError, match="too long"):
            request.result()


def test_a_retired_process_answers_what_it_was_asked(
    tool: ExifToolProcess, tmp_path: Path, png: Png
) -> None:
    requests = [tool.begin([path], 30) for path in images(tmp_path, png, 5)]
    tool.retire()
    assert [prompts(request.result().stdout) for request in requests] == [
        [f"image {n}"] for n in range(5)
    ]
    assert tool.has_ended(PATIENCE_S)


def test_closing_a_busy_process_does_not_wait_for_it(real_exiftool: Path) -> None:
    tool = ExifToolProcess(real_exiftool, SETTINGS)
    tool.run()
    freeze(tool)
    tool.begin(["-ver"], 30)
    tool.terminate(timeout=10**6)
    assert tool.has_ended()


@pytest.mark.parametrize("name", ["x\n-if\nsystem('id>pwned')\n.png", "x\r-ver.png", "x\0.png"])
def test_an_argument_that_would_break_the_line_is_refused_unsent(
    tool: ExifToolProcess, name: str
) -> None:
    with pytest.raises(ValueError, match="a line break or NUL"):
        tool.begin([f"/{name}"], 30)
    assert tool.begin(["-ver"], 30).result().stdout.decode() == tool.version


@given(text=st.text(max_size=20))
def test_no_text_makes_a_second_argument(text: str) -> None:
    try:
        sent = argument_line(text)
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
    with ExifToolProcess(real_exiftool, SETTINGS) as tool:
        tool.begin(["-ver"], 30).result()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".ExifTool_config"]


def test_a_locale_that_is_not_installed_is_no_complaint(
    real_exiftool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "xx_XX.UTF-8")
    argv = [str(real_exiftool), "-stay_open", "True", "-@", "-"]
    channel = Channel(argv, answer_cap=1000, memory_limit=None)
    assert channel.ask(["-echo2", "all it says", "-ver"], 30).result().stderr == b"all it says"
    channel.kill()
    assert channel.join(PATIENCE_S)


@pytest.mark.posix("process groups are asked for by getpgid")
def test_ctrl_c_does_not_reach_it(tool: ExifToolProcess) -> None:
    assert tool.pid is not None
    assert os.getpgid(tool.pid) == tool.pid != os.getpgrp()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the service manager clears up")
def test_it_outlives_the_thread_that_began_it(real_exiftool: Path) -> None:
    tool = ExifToolProcess(real_exiftool, SETTINGS)
    thread = threading.Thread(target=tool.run)
    thread.start()
    task = Path(f"/proc/self/task/{thread.native_id}")
    thread.join()
    while task.exists():  # the system's thread ends a moment after Python's
        time.sleep(0.01)
    assert tool.begin(["-ver"], 30).result().stdout.decode() == tool.version
    tool.terminate()


ORPHAN = """
import sys, time
from pathlib import Path
from service.extract.exiftool import ExifToolProcess
from service.extract.exiftool_settings import ExifToolSettings
tool = ExifToolProcess(Path(sys.argv[1]), ExifToolSettings())
tool.run()
print(tool.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the service manager clears up")
def test_it_dies_with_a_service_that_is_killed(real_exiftool: Path) -> None:
    command = [sys.executable, "-c", ORPHAN, str(real_exiftool)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        process = psutil.Process(int(service.stdout.readline()))
        service.kill()
    wait_until_ended([process])


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_its_memory_is_bounded(tool: ExifToolProcess) -> None:
    limits = Path(f"/proc/{tool.pid}/limits").read_text().splitlines()
    line = next(line for line in limits if line.startswith("Max address space"))
    assert line.split()[3:5] == [str(SETTINGS.memory_limit)] * 2


def test_its_command_line_is_pyexiftools(
    tool: ExifToolProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[list[str]] = []

    def refuse(argv: list[str], **_: object) -> None:
        lines.append(argv)
        raise OSError

    monkeypatch.setattr("exiftool.exiftool.subprocess.Popen", refuse)
    theirs = exiftool.ExifTool(tool.executable, list(READ), config_file="", encoding="utf-8")
    with pytest.raises(OSError):  # noqa: PT011 - the one just above
        theirs.run()
    # A script's line begins with its interpreter, and with what ties it to us.
    ours = psutil.Process(tool.pid).cmdline()
    assert (len(lines), ours[-len(lines[0]) :]) == (1, lines[0])


def test_it_is_pyexiftools_and_does_what_that_one_does(
    tool: ExifToolProcess, tmp_path: Path, png: Png
) -> None:
    [path] = images(tmp_path, png, 1)
    assert isinstance(tool, exiftool.ExifTool)
    assert (tool.execute("-ver"), tool.execute("-ver", raw_bytes=True)) == (
        tool.version,
        tool.version.encode(),
    )
    assert [tags["PNG:Parameters"] for tags in tool.execute_json(path)] == ["image 0"]
    assert (tool.running, tool.alive) == (True, True)


def test_it_may_be_run_twice_and_ended_twice(real_exiftool: Path) -> None:
    tool = ExifToolProcess(real_exiftool, SETTINGS)
    tool.run()
    first = tool.pid
    with tool:
        assert tool.pid == first
        tool.terminate()
    tool.terminate()
    assert (tool.running, tool.alive, tool.has_ended()) == (False, False, True)


def test_before_its_start_and_behind_its_end_it_cannot_be_asked(real_exiftool: Path) -> None:
    tool = ExifToolProcess(real_exiftool, SETTINGS)
    with pytest.raises(ExifToolNotRunning):
        tool.begin(["-ver"], 30)
    assert (tool.alive, tool.waiting, tool.pid, tool.has_ended()) == (False, 0, None, True)
    tool.run()
    tool.terminate()
    with pytest.raises(ExtractorError, match="ExifTool died"):
        tool.begin(["-ver"], 30).result()


def test_one_that_is_forgotten_takes_its_process_with_it(real_exiftool: Path) -> None:
    tool = ExifToolProcess(real_exiftool, SETTINGS)
    tool.run()
    [process] = {child for child in psutil.Process().children() if child.pid == tool.pid}
    del tool
    gc.collect()
    wait_until_ended([process])


@pytest.mark.posix("the stand-in is a script with a first line that Windows does not know")
def test_what_a_wrapper_started_is_ended_with_it(real_exiftool: Path, tmp_path: Path) -> None:
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/bin/sh\n"{real_exiftool}" "$@"\nexit $?\n')
    wrapper.chmod(0o755)
    tool = ExifToolProcess(wrapper, SETTINGS)
    tool.run()
    processes = freeze(tool)
    tool.terminate()
    assert len(processes) == 2
    wait_until_ended(processes)
