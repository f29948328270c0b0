"""Only one instance holds a database, and a dead one holds none."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from service import instance
from service.errors import AlreadyRunningError, StartError

HOLDER = """
import pathlib, sys
from service import instance
with instance.hold_instance(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a real second process that holds the database."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    command = [sys.executable, "-c", HOLDER, str(database)]
    with subprocess.Popen(command, env=environment, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_second_instance_ends_with_code_3_naming_the_first_and_the_mend(tmp_path: Path) -> None:
    database = tmp_path / "images.db"
    with (
        another(database) as process,
        pytest.raises(AlreadyRunningError) as caught,
        instance.hold_instance(database),
    ):
        pass
    year = datetime.now().astimezone().year
    pattern = (
        f"{re.escape(str(database.resolve()))} is held by process {process.pid} on "
        f"{re.escape(platform.node())}, "
        rf"since {year}-\d\d-\d\d \d\d:\d\d:\d\d\. "
        r"Stop that one .*, or give this one another database with --db\."
    )
    assert re.fullmatch(pattern, str(caught.value))
    assert caught.value.exit_code == 3


def test_a_killed_instance_holds_nothing(tmp_path: Path) -> None:
    database = tmp_path / "images.db"
    with another(database) as process:
        process.kill()
        process.wait()
        with instance.hold_instance(database):
            assert (
                instance.Holder.model_validate_json(
                    (tmp_path / "images.db.holder").read_bytes()
                ).pid
                == os.getpid()
            )


def test_a_clean_end_frees_the_database_and_takes_the_name_away(tmp_path: Path) -> None:
    for _ in range(2):
        with instance.hold_instance(tmp_path / "images.db"):
            pass
    assert not (tmp_path / "images.db.holder").exists()


def test_an_error_inside_frees_the_database_too(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="bug"), instance.hold_instance(tmp_path / "images.db"):
        raise RuntimeError("bug")
    with instance.hold_instance(tmp_path / "images.db"):
        pass


@pytest.mark.posix("Windows lets few users make links, and Wine none")
def test_a_link_to_the_database_meets_the_same_lock(tmp_path: Path) -> None:
    (tmp_path / "images.db").touch()
    (tmp_path / "link.db").symlink_to("images.db")
    with (
        another(tmp_path / "images.db"),
        pytest.raises(AlreadyRunningError),
        instance.hold_instance(tmp_path / "link.db"),
    ):
        pass


def test_two_databases_do_not_disturb_each_other(tmp_path: Path) -> None:
    with another(tmp_path / "a.db"), instance.hold_instance(tmp_path / "b.db"):
        pass


@pytest.mark.parametrize("note", [b"", b"{}", b"\xff", b'{"pid": "x"}'])
def test_a_holder_whose_note_cannot_be_read_is_refused_all_the_same(
    tmp_path: Path, note: bytes
) -> None:
    with another(tmp_path / "images.db"):
        (tmp_path / "images.db.holder").write_bytes(note)
        with (
            pytest.raises(AlreadyRunningError, match="another instance that left no name"),
            instance.hold_instance(tmp_path / "images.db"),
        ):
            pass


def test_a_place_that_cannot_be_locked_is_told(tmp_path: Path) -> None:
    (tmp_path / "images.db.lock").mkdir()
    with (
        pytest.raises(StartError, match=r"images\.db\.lock: cannot be locked"),
        instance.hold_instance(tmp_path / "images.db"),
    ):
        pass


@pytest.mark.posix("Windows deletes no file that is locked")
def test_a_lock_whose_file_was_deleted_is_taken_again(tmp_path: Path) -> None:
    database = tmp_path / "images.db"
    with instance.hold_instance(database) as lock:
        (tmp_path / "images.db.lock").unlink()
        lock.verify()
        second = subprocess.run(
            [sys.executable, "-c", HOLDER, str(database)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "AlreadyRunningError" in second.stderr
        assert f"process {os.getpid()}" in second.stderr


@pytest.mark.posix("Windows deletes no file that is locked")
def test_who_lost_the_lock_to_another_instance_is_told_and_leaves_its_name(tmp_path: Path) -> None:
    database = tmp_path / "images.db"
    with instance.hold_instance(database) as lock:
        (tmp_path / "images.db.lock").unlink()
        with another(database) as process:
            with pytest.raises(AlreadyRunningError, match=f"process {process.pid}"):
                lock.verify()
            lock.release()
            assert (tmp_path / "images.db.holder").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the file itself is locked on Linux alone")
def test_a_hard_link_of_the_database_is_the_same_database(tmp_path: Path) -> None:
    (tmp_path / "images.db").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "other.db").hardlink_to(tmp_path / "images.db")
    with (
        another(tmp_path / "images.db"),
        pytest.raises(AlreadyRunningError, match="under another name of that file"),
        instance.hold_instance(tmp_path / "elsewhere" / "other.db"),
    ):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="the file itself is locked on Linux alone")
def test_a_database_that_came_later_is_locked_too(tmp_path: Path) -> None:
    with instance.hold_instance(tmp_path / "images.db") as lock:
        (tmp_path / "images.db").touch()
        lock.verify()
        (tmp_path / "other.db").hardlink_to(tmp_path / "images.db")
        with (
            pytest.raises(AlreadyRunningError, match="under another name"),
            instance.hold_instance(tmp_path / "other.db"),
        ):
            pass
