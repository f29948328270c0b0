"""A file appears whole, stays whole whatever happens, and keeps its time while its bytes stay."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from patience import PATIENCE_S

from service.errors import StartError, TryAgainError
from service.export.atomic import replace_file, update_file

KILLED = """
import os, signal, sys
from pathlib import Path
from service.config.export import Export
from service.export.lists import write_list
from service.export import atomic
if sys.argv[2] == "before the rename":
    atomic._replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)

def items():
    for number in range(20_000):
        if number == 15_000 and sys.argv[2] == "while gathering":
            os.kill(os.getpid(), signal.SIGKILL)
        yield "", f"item {number}", 1

write_list(Export(kind="sql", sql="x", out=Path(sys.argv[1])), items())
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.parametrize("moment", ["while gathering", "before the rename"])
def test_a_killed_export_leaves_the_old_file_whole(tmp_path: Path, moment: str) -> None:
    target = tmp_path / "list.txt"
    target.write_bytes(b"old\n")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(target), moment], check=False, timeout=PATIENCE_S
    )
    assert (done.returncode, target.read_bytes()) == (-signal.SIGKILL, b"old\n")


@pytest.fixture
def ended() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_a_killed_process_left_is_taken_away_and_what_a_running_one_writes_an_hour_later(
    tmp_path: Path, ended: int
) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as running:
        old, young = f".list.txt.{os.getpid()}.tmp", f".list.txt.{running.pid}.tmp"
        others = f".other.txt.{ended}.tmp"
        for name in (old, young, others, f".list.txt.{ended}.tmp"):
            (tmp_path / name).touch()
        os.utime(tmp_path / old, (time.time() - 3700,) * 2)
        with replace_file(tmp_path / "list.txt") as out:
            out.write(b"new\n")
        running.kill()
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == sorted([young, others, "list.txt"])


def test_the_same_bytes_leave_the_file_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "list.txt"
    said = []
    for text in (b"a\n", b"a\n", b"b\n"):
        with update_file(target) as update:
            update.out.write(text)
        said.append((update.changed, target.stat().st_ino))
    assert [changed for changed, _ in said] == [True, False, True]
    assert said[0][1] == said[1][1]
    assert target.read_bytes() == b"b\n"


@pytest.mark.posix("Windows lets few users make links, and has no such rights")
def test_a_link_stays_one_and_the_file_it_points_to_keeps_its_rights(tmp_path: Path) -> None:
    real, link = tmp_path / "elsewhere" / "real.txt", tmp_path / "list.txt"
    real.parent.mkdir()
    real.write_bytes(b"old\n")
    real.chmod(0o640)
    link.symlink_to("elsewhere/real.txt")
    with replace_file(link) as out:
        out.write(b"new\n")
    assert (str(link.readlink()), real.read_bytes(), real.stat().st_mode & 0o777) == (
        "elsewhere/real.txt",
        b"new\n",
        0o640,
    )
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "elsewhere",
        "list.txt",
        "real.txt",
    ]


def test_an_error_while_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "list.txt"
    target.write_bytes(b"old\n")
    with contextlib.suppress(ValueError), replace_file(target) as out:
        out.write(b"half")
        raise ValueError
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"list.txt": b"old\n"}


def test_a_full_disk_is_told_and_the_old_file_stays(tmp_path: Path) -> None:
    with (
        pytest.raises(TryAgainError, match="the old file stays"),
        replace_file(tmp_path / "list.txt"),
    ):
        raise OSError(28, "No space left on device")


def test_a_file_where_a_folder_is_to_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with pytest.raises(StartError, match=r"cannot be written \(.+\); name another file"):
        with_updating(tmp_path / "plain" / "deep" / "list.txt")


def with_updating(target: Path) -> None:
    with update_file(target):
        pass


def test_a_folder_in_the_way_is_told_with_the_mend(tmp_path: Path) -> None:
    with (
        pytest.raises(StartError, match=r"it is a folder.*name another file"),
        replace_file(tmp_path),
    ):
        pass
