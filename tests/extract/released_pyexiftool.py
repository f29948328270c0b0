"""What the released pyexiftool does when ExifTool dies, stops or floods.

    python tests/extract/released_pyexiftool.py

Prints a line for each finding of docs/dependencies.md. Each is looked for in a process of its own,
since most of them never end. Run it again when pyexiftool has a new release: what it no longer does
need not be overridden any more.
"""

import collections
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import psutil
from exiftool import ExifTool, __version__

LIMIT_S = 5
FOLDER = Path(tempfile.mkdtemp())  # the first process makes one for nothing, and removes it


def make(executable: str | None = None) -> ExifTool:
    return ExifTool(executable, ["-j"], config_file="", encoding="utf-8")


def start() -> ExifTool:
    tool = make()
    tool.run()
    return tool


def outcome(action: Callable[[], object], limit: float = LIMIT_S) -> str:
    """Return what an action in a thread returns or raises within the limit, and its CPU."""
    ends: list[str] = []

    def act() -> None:
        try:
            ends.append(f"returned {action()!r}")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            ends.append(f"raised {error!r}")

    cpu = time.process_time()
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(limit)
    end = ends[0] if ends else f"did not return in {limit} s"
    return f"{end}, {time.process_time() - cpu:.1f} s of CPU"


def killed_over_a_request() -> str:
    tool = start()
    os.kill(tool._process.pid, signal.SIGSTOP)
    threading.Timer(0.5, os.kill, (tool._process.pid, signal.SIGKILL)).start()
    return outcome(lambda: tool.execute("-ver"))


def stopped() -> str:
    tool = start()
    os.kill(tool._process.pid, signal.SIGSTOP)
    return outcome(lambda: tool.execute("-ver"))


def flooded_stderr() -> str:
    tool = start()
    return outcome(lambda: tool.execute(*(f"/nothing/{number:060}" for number in range(5000))))


def two_threads() -> str:
    tool = start()
    answers: collections.Counter[bool] = collections.Counter()

    def ask(name: str) -> None:
        for _ in range(30):
            answers[name in tool.execute("-echo", name, "-ver")] += 1

    threads = [threading.Thread(target=ask, args=(name,), daemon=True) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S)
    waiting = sum(thread.is_alive() for thread in threads)
    return f"{answers[True]} right and {answers[False]} wrong answers, {waiting} threads wait on"


def a_name_of_three_lines() -> str:
    os.chdir(FOLDER)
    Path("a.txt").write_text("a text", encoding="utf-8")
    start().execute(f"/x\n-if\nsystem('touch ran')\n{FOLDER / 'a.txt'}")
    return f"its second and third line were run: {Path('ran').exists()}"


def a_program_that_exits() -> str:
    program = FOLDER / "program"
    program.write_text("#!/bin/sh\nsleep 0.2\nexit 3\n", encoding="utf-8")
    program.chmod(0o755)
    return outcome(make(str(program)).run)


def ctrl_c() -> str:
    signal.signal(signal.SIGINT, lambda *_: None)
    tool = start()
    os.killpg(os.getpgrp(), signal.SIGINT)
    time.sleep(1)
    return f"exit code of ExifTool behind it: {tool._process.poll()}"


def its_thread_ends() -> str:
    tool = make()
    thread = threading.Thread(target=tool.run)
    thread.start()
    thread.join()
    time.sleep(1)
    return f"exit code of ExifTool behind it: {tool._process.poll()}"


def hung_behind_a_wrapper() -> str:
    program = FOLDER / "wrapper"
    program.write_text('#!/bin/sh\nexiftool "$@"\nexit $?\n', encoding="utf-8")
    program.chmod(0o755)
    tool = make(str(program))
    tool.run()
    [perl] = psutil.Process(tool._process.pid).children()
    perl.suspend()
    said = outcome(lambda: tool.terminate(timeout=1))
    alive = perl.is_running()
    perl.kill()
    return f"terminate(timeout=1) {said}; Perl lived on: {alive}"


def terminated_while_stopped() -> str:
    tool = start()
    os.kill(tool._process.pid, signal.SIGSTOP)
    began = time.monotonic()
    return f"terminate() {outcome(tool.terminate, 60)}, after {time.monotonic() - began:.0f} s"


def running_after_a_death() -> str:
    tool = start()
    tool._process.kill()
    tool._process.wait()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        return f"running {tool.running}, process {tool._process}, {len(said)} warnings"


def a_file_in_the_working_folder() -> str:
    os.chdir(FOLDER)
    Path("exiftool").write_text("not a program", encoding="utf-8")
    return f"executable {make().executable}"


def seeds() -> str:
    random.seed(1)
    expected = random.Random(1).random()  # noqa: S311 - its seed is what is looked at
    make()
    return f"random.seed(1) is still in force: {random.random() == expected}"  # noqa: S311


FINDINGS = (
    killed_over_a_request,
    stopped,
    flooded_stderr,
    two_threads,
    a_name_of_three_lines,
    a_program_that_exits,
    ctrl_c,
    its_thread_ends,
    hung_behind_a_wrapper,
    terminated_while_stopped,
    running_after_a_death,
    a_file_in_the_working_folder,
    seeds,
)


def main() -> None:
    """Print every finding, or, given its name, a single one."""
    names = {finding.__name__: finding for finding in FINDINGS}
    if len(sys.argv) > 1:
        print(names[sys.argv[1]](), flush=True)
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        shutil.rmtree(FOLDER)
        os._exit(0)
    FOLDER.rmdir()
    print(f"pyexiftool {__version__}")
    for name in names:
        command = [sys.executable, "-W", "ignore", __file__, name]
        found = subprocess.run(
            command, capture_output=True, text=True, check=False, start_new_session=True, timeout=99
        )
        print(f"{name.replace('_', ' ')}: {found.stdout.strip() or found.stderr.strip()[-200:]}")


if __name__ == "__main__":
    main()
