"""An ExifTool that fails takes one file with it at most, and never the service."""

import shutil
from functools import partial
from pathlib import Path

import fake_exiftools
import pytest
from asked import count, rows, wait_for
from commands import run
from drawn_images import draw, draw_many
from running_service import Place, running

MANY = 1000

FAILED = "SELECT path, stage, error_class, message FROM failures"

MISBEHAVIOURS = {
    "dies": (fake_exiftools.DIES, "ExifTool died (exit code 1), on this file alone"),
    "hangs": (fake_exiftools.HANGS, "ExifTool hung for 1 s, on this file alone"),
    "babbles": (
        fake_exiftools.BABBLES,
        (
            "ExifTool's answer is not JSON: b'It is a truth universally acknowledged', "
            "on this file alone"
        ),
    ),
    "says half": (fake_exiftools.SAYS_HALF, "ExifTool died (exit code 0), on this file alone"),
    "speaks of another": (
        fake_exiftools.SPEAKS_OF_ANOTHER,
        "ExifTool answered for a file it was not asked for: /etc/passwd, on this file alone",
    ),
    "stays silent": (fake_exiftools.STAYS_SILENT, "ExifTool gave no answer for this file"),
}


@pytest.fixture
def program(place: Place) -> Path:
    """Return where the configured ExifTool lies, which reads all files."""
    program = place.top / "exiftool"
    place.configure(exiftool=str(program), reader="exiftool", deadline_seconds=1)
    return program


@pytest.mark.parametrize("how", MISBEHAVIOURS)
def test_the_file_it_fails_on_is_a_failure_and_all_others_have_their_rows(
    place: Place, program: Path, how: str
) -> None:
    misbehaviour, complaint = MISBEHAVIOURS[how]
    fake_exiftools.write(program, misbehaviour)
    draw_many(place.input, 20)
    draw(place.input / "poison.png", 99)
    said = run(place, "all")
    error = "BadFileError"
    if how == "hangs":  # told with the file's size
        error = "TooSlowError"
        complaint = f"{complaint} ({(place.input / 'poison.png').stat().st_size:,} bytes)"
    assert (said.code, said.err) == (1, f"failed: Input/poison.png: {complaint}\n")
    assert count(place.database, "status = 'ok'") == 20
    assert rows(place.database, FAILED) == [("poison.png", "extract", error, complaint)]


def test_a_service_whose_exiftool_hangs_lives_on_and_counts_the_failure(
    place: Place, program: Path
) -> None:
    fake_exiftools.write(program, fake_exiftools.HANGS)
    draw_many(place.input, 20)
    draw(place.input / "poison.png", 99)
    with running(place) as service:
        wait_for(lambda: count(place.database), 21)
        draw(place.input / "later.png", 100)
        wait_for(lambda: place.status_file().get("done"), 21)
        told = place.status_file()
        assert service.stop() == 0
    assert (told["failed"], told["message"], told["queued"]) == (1, None, 0)
    assert count(place.database, "status = 'ok'") == 21


def test_a_poison_file_is_read_when_exiftool_has_been_mended(place: Place, program: Path) -> None:
    fake_exiftools.write(program, fake_exiftools.DIES)
    draw(place.input / "poison.png", 1)
    assert run(place, "all").code == 1
    fake_exiftools.write(program, "    return False")
    (place.input / "poison.png").touch()
    assert run(place, "all").code == 0
    assert rows(place.database, "SELECT path, status FROM images") == [("poison.png", "ok")]
    assert rows(place.database, FAILED) == []


def test_an_exiftool_that_is_killed_is_replaced_and_nobody_notices(place: Place) -> None:
    place.configure(reader="exiftool")
    draw_many(place.input, MANY)
    with running(place) as service:
        for _ in range(3):
            wait_for(partial(has_grown, place, count(place.database)), expected=True)
            for child in service.children():
                child.kill()
        wait_for(lambda: count(place.database, "status = 'ok'"), MANY)
        assert service.stop() == 0
    assert rows(place.database, FAILED) == []


def has_grown(place: Place, before: int) -> bool:
    # By so much that no file is read alone any more for the last kill: a file over which ExifTool
    # is killed twice is a failure.
    return count(place.database) > before + 100


def test_a_pass_whose_exiftool_does_not_come_back_ends_and_says_what_to_do(
    place: Place, program: Path
) -> None:
    fake_exiftools.write(program, "    os.unlink(sys.argv[0]); os._exit(1)")
    draw(place.input / "poison.png", 1)
    said = run(place, "all")
    missing = f"extract.exiftool: {program} is not a program that can be run"
    assert (said.code, said.err.splitlines()[-1].startswith(f"aiimagepipe: {missing}")) == (2, True)
    assert rows(place.database, FAILED) == []
    fake_exiftools.write(program, "    return False")
    assert run(place, "all").code == 0
    assert rows(place.database, "SELECT path, status FROM images") == [("poison.png", "ok")]


def test_files_wait_while_exiftool_is_gone_and_are_read_when_it_is_back(
    place: Place, program: Path
) -> None:
    real = shutil.which("exiftool")
    if real is None:
        pytest.skip("no ExifTool on PATH")
    program.symlink_to(real)
    with running(place) as service:
        program.unlink()
        for child in service.children():
            child.kill()
        draw_many(place.input, 5)
        wait_for(lambda: str(program) in str(place.status_file().get("message")), expected=True)
        told = place.json("status")
        waiting = rows(place.database, "SELECT * FROM images"), rows(place.database, FAILED)
        program.symlink_to(real)
        wait_for(lambda: count(place.database, "status = 'ok'"), 5)
        wait_for(lambda: place.status_file().get("message"), None)
        assert service.stop() == 0
    assert isinstance(told, dict)
    assert (told["running"], told["service"]["queued"]) == (True, 5)
    assert told["service"]["message"].endswith(
        "is not a program that can be run: install ExifTool, or set extract.exiftool in "
        "config.toml to the absolute path of its executable"
    )
    assert waiting == ([], [])
    assert rows(place.database, FAILED) == []
